// Ann, Bob, Cy, Di and Ed: the five who must come out right (docs/model.md tells what Tend says of
// each).

#ifndef TEND_SERVICES_CLI_SAMPLE_FIVE_PEOPLE_H_
#define TEND_SERVICES_CLI_SAMPLE_FIVE_PEOPLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tend/v1/interaction.pb.h"

namespace tend::sample {

// What happened around four of the five, in order of receipt, from 5 January to 12 February 2026
// UTC:
//   Ann  a form (2 Feb 09:00), content (5 and 9 Feb), a question (12 Feb 09:00); to nobody by name.
//   Bob  20 opens by his mail program (5 Jan to 9 Feb).
//   Cy   three unsolicited mails of Eve's (5 and 20 Jan, 5 Feb 08:00), of which no 30 days hold
//   more than two;
//        then, 6 to 12 Feb, five content and five pricing visits and an event.
//   Di   on 12 Jan asks Eve for rest until 1 March; on 10 Feb 09:00 writes to Eve; Eve answers 12
//   Feb 10:00.
std::vector<v1::Interaction> FivePeople();

// Ed's line for a list as ContactList writes it: unsubscribed.
absl::string_view EdsRow();

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_FIVE_PEOPLE_H_
