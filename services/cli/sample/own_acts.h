// Own acts: what people do of their own accord. Nothing here looks at what we did.

#ifndef TEND_SERVICES_CLI_SAMPLE_OWN_ACTS_H_
#define TEND_SERVICES_CLI_SAMPLE_OWN_ACTS_H_

#include "services/cli/sample/world.h"

namespace tend::sample {

// When the person acts next of their own accord: by temper, week and project.
absl::Time NextOwnAct(Person& person, absl::Time now);

// Handler of Happening::kOwnAct: one act, and the next one planned.
void OnOwnAct(World& world, const Event& event);
// Handler of Happening::kAttends: an event of ours takes place, and they are there.
void OnAttends(World& world, const Event& event);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_OWN_ACTS_H_
