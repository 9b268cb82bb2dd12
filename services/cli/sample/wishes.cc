#include "services/cli/sample/wishes.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cli/sample/naming.h"

namespace tend::sample {
namespace {

// Event::depth of a due promise.
enum Outcome : uint8_t { kKept, kBroken, kWithdrawn };

std::string PromiseId(const Person& person, uint32_t number) {
  return absl::StrCat("promise-", RowId(person, number));
}

v1::Interaction& StartNote(World& world, Person& person, uint16_t owner, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, time);
  world.scribe.AddOwner(v1::PARTY_ROLE_AUTHOR, owner);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  return row;
}

}  // namespace

void WishRest(World& world, Person& person, uint16_t owner, absl::Time time) {
  v1::Interaction& row = StartNote(world, person, owner, time);
  v1::Rest& rest = *row.mutable_rest_wished()->mutable_rest();
  rest.set_stated_by(OwnerId(owner));
  if (person.random.Chance(0.3)) {
    rest.set_until_they_write(true);
    rest.set_words("I will get back to you");
    person.rest_until = absl::InfiniteFuture();
  } else {
    person.rest_until = time + person.random.Between(20 * kDay, 150 * kDay);
    // Wishes name days, not seconds.
    const int64_t day = absl::ToUnixSeconds(person.rest_until) / 86'400;
    rest.mutable_until_time()->set_seconds(day * 86'400);
    rest.set_words("Not now, please ask me again then");
  }
  world.scribe.Send();
}

void RevokeConsent(World& world, Person& person, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  v1::Consent& consent = *row.mutable_consent_revoked()->mutable_consent();
  consent.set_channel(person.random.Chance(0.6) ? v1::CHANNEL_PHONE : v1::CHANNEL_MAIL);
  consent.set_status(v1::CONSENT_STATUS_REVOKED);
  consent.set_source("note");
  world.scribe.Send();
}

void GiveConsent(World& world, Person& person, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kSite, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.set_channel(v1::CHANNEL_WEB);
  v1::Consent& consent = *row.mutable_consent_given()->mutable_consent();
  consent.set_channel(v1::CHANNEL_MAIL);
  consent.set_purpose(v1::CONSENT_PURPOSE_MARKETING);
  consent.set_status(v1::CONSENT_STATUS_GIVEN);
  consent.set_source("form:newsletter");
  consent.set_proof(row.id());
  world.scribe.Send();
}

void OptOut(World& world, Person& person, absl::Time time) {
  person.opted_out = true;
  v1::Interaction& row = world.scribe.Start(person, Origin::kSequencer, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.set_channel(v1::CHANNEL_MAIL);
  if (person.random.Chance(0.2)) {
    row.mutable_complained();
  } else {
    row.mutable_unsubscribed();
  }
  world.scribe.Send();
  if (!person.random.Chance(0.1)) return;
  // They want to be forgotten as well.
  v1::Interaction& erasure = world.scribe.Start(person, Origin::kSite, time + absl::Minutes(4));
  world.scribe.AddMail(v1::PARTY_ROLE_SUBJECT, KnownMailOf(person));
  erasure.set_channel(v1::CHANNEL_WEB);
  erasure.mutable_erasure_asked();
  world.scribe.Send();
  person.erased = true;
}

void MakePromise(World& world, Person& person, uint16_t owner_index, absl::Time time) {
  Owner& owner = world.owners[owner_index];
  v1::Interaction& row = StartNote(world, person, owner_index, time + absl::Minutes(5));
  const absl::Duration span = owner.random.Between(2 * kDay, 12 * kDay);
  const absl::Time due = WithinHours(time + span, owner.hours, owner.random);
  v1::Promise& promise = *row.mutable_promise_made()->mutable_promise();
  promise.set_promise_id(PromiseId(person, person.last_id));
  promise.mutable_due_time()->set_seconds(absl::ToUnixSeconds(due));
  promise.set_state(v1::PROMISE_STATE_OPEN);
  promise.set_words("Send the figures we spoke of");
  const uint32_t number = world.scribe.Send();

  const Conduct& conduct = ConductOf(owner);
  const double draw = owner.random.Unit();
  Event event{.time = due,
              .kind = Happening::kPromiseDue,
              .owner = owner_index,
              .person = person.index,
              .message = number};
  if (draw < conduct.kept_share) {
    event.depth = kKept;
    event.time = due - owner.random.Unit() * 0.7 * (due - time);
  } else if (draw < conduct.kept_share + conduct.late_share) {
    event.depth = kKept;
    event.time = due + owner.random.LogNormal(3 * kDay, 0.8);
  } else {
    event.depth = owner.random.Chance(0.3) ? kWithdrawn : kBroken;
    event.time = due + owner.random.LogNormal(8 * kDay, 0.6);
    // Half of the broken ones nobody ever speaks of again.
    if (owner.random.Chance(0.5)) return;
  }
  event.time = absl::FromUnixSeconds(absl::ToUnixSeconds(event.time));
  event.time = std::max(event.time, time + absl::Minutes(10));
  world.schedule.Add(event);
}

void OnPromiseDue(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  v1::Interaction& row = StartNote(world, person, event.owner, event.time);
  if (event.depth == kKept) {
    row.mutable_promise_kept()->set_promise_id(PromiseId(person, event.message));
  } else {
    row.mutable_promise_broken()->set_promise_id(PromiseId(person, event.message));
    row.mutable_promise_broken()->set_withdrawn(event.depth == kWithdrawn);
  }
  world.scribe.Send();
}

}  // namespace tend::sample
