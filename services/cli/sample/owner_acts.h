// Owner acts: what our colleagues do of their own accord, some of it well, some of it not.

#ifndef TEND_SERVICES_CLI_SAMPLE_OWNER_ACTS_H_
#define TEND_SERVICES_CLI_SAMPLE_OWNER_ACTS_H_

#include "services/cli/sample/world.h"

namespace tend::sample {

// Plans the owner's first touch of the person, at some time after `now`.
void PlanTouch(World& world, Person& person, uint16_t owner, absl::Time now);
// Plans each owner's mail-merges and the talk among colleagues.
void PlanOwners(World& world);

// Handlers of Happening::kTouch, kCampaign, kMeeting and kColleagues.
void OnTouch(World& world, const Event& event);
void OnCampaign(World& world, const Event& event);
void OnMeeting(World& world, const Event& event);
void OnColleagues(World& world, const Event& event);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_OWNER_ACTS_H_
