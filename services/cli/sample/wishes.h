// Wishes and promises: what people ask to be spared, and what owners say they will do.

#ifndef TEND_SERVICES_CLI_SAMPLE_WISHES_H_
#define TEND_SERVICES_CLI_SAMPLE_WISHES_H_

#include <cstdint>

#include "services/cli/sample/world.h"

namespace tend::sample {

// The person asked the owner for a rest, with a date or until they write; the owner noted it.
void WishRest(World& world, Person& person, uint16_t owner, absl::Time time);
// They take a consent back: for one channel.
void RevokeConsent(World& world, Person& person, absl::Time time);
// They allow mail, with a form.
void GiveConsent(World& world, Person& person, absl::Time time);
// They leave the mail-merge: unsubscribe; sometimes complain, or ask to be erased.
void OptOut(World& world, Person& person, absl::Time time);

// The owner promises something; kept, late or broken is drawn now by the owner's habits.
void MakePromise(World& world, Person& person, uint16_t owner, absl::Time time);
// Handler of Happening::kPromiseDue.
void OnPromiseDue(World& world, const Event& event);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_WISHES_H_
