// The shipped model and policy as text, built in, so that `tend` works from any folder.

#ifndef TEND_SERVICES_CLI_TRIAL_SHIPPED_TEXTS_H_
#define TEND_SERVICES_CLI_TRIAL_SHIPPED_TEXTS_H_

namespace tend::cli {

extern const char kShippedModel[];
extern const char kShippedPolicy[];

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_SHIPPED_TEXTS_H_
