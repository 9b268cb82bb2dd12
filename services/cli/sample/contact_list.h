// The sample's list: rows as somebody brings them home from a fair.

#ifndef TEND_SERVICES_CLI_SAMPLE_CONTACT_LIST_H_
#define TEND_SERVICES_CLI_SAMPLE_CONTACT_LIST_H_

#include <string>
#include <vector>

#include "services/cli/sample/world.h"

namespace tend::sample {

// The list as CSV lines, header first: a quarter of the sample's people, as many that nobody knows,
// some of either unsubscribed, a few rows that say the same person twice. At most 5,000 rows.
std::vector<std::string> ContactList(const SampleOptions& options);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_CONTACT_LIST_H_
