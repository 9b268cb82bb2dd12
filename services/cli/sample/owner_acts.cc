#include "services/cli/sample/owner_acts.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cli/sample/naming.h"
#include "services/cli/sample/talk.h"
#include "services/cli/sample/wishes.h"

namespace tend::sample {
namespace {

// The mail-merge tool sends one message in so many seconds.
constexpr absl::Duration kMergeStep = absl::Seconds(7);

v1::TouchPurpose DrawPurpose(Owner& owner) {
  const double draw = owner.random.Unit();
  const double gives = owner.style == Style::kCareful ? 0.5 : 0.15;
  if (draw < gives) return v1::TOUCH_PURPOSE_GIVE;
  return draw < gives + 0.35 ? v1::TOUCH_PURPOSE_ASK : v1::TOUCH_PURPOSE_OTHER;
}

void Call(World& world, Person& person, uint16_t owner, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, time);
  world.scribe.AddOwner(v1::PARTY_ROLE_FROM, owner);
  world.scribe.AddPerson(v1::PARTY_ROLE_TO, person);
  row.set_channel(v1::CHANNEL_PHONE);
  const double takes = person.preferred == v1::CHANNEL_PHONE ? 0.6 : 0.25;
  if (person.random.Chance(takes)) {
    row.mutable_call_held()->mutable_duration()->set_seconds(40 + person.random.Below(900));
  } else {
    row.mutable_call_missed();
  }
  world.scribe.Send();
}

void Bounce(World& world, Person& person, uint16_t owner, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kSequencer, time);
  world.scribe.AddOwner(v1::PARTY_ROLE_FROM, owner);
  world.scribe.AddPerson(v1::PARTY_ROLE_TO, person);
  row.set_channel(v1::CHANNEL_MAIL);
  row.set_automated(v1::AUTOMATED_REASON_BOUNCE);
  row.mutable_message_bounced()->set_permanent(person.record_company != person.company);
  row.mutable_message_bounced()->set_diagnosis("550 5.1.1 no such user");
  world.scribe.Send();
}

void Open(World& world, Person& person, absl::Time time, bool machine) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kSequencer, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.set_channel(v1::CHANNEL_MAIL);
  if (machine) row.set_automated(v1::AUTOMATED_REASON_MACHINE_OPEN);
  row.mutable_message_opened();
  world.scribe.Send();
}

// What the mail-merge tool sees of a message: it came back, or arrived and was perhaps opened.
void Track(World& world, Person& person, uint16_t owner, absl::Time time) {
  if (person.record_company != person.company || person.random.Chance(0.01)) {
    return Bounce(world, person, owner, time + absl::Seconds(3));
  }
  if (person.random.Chance(0.3)) {
    v1::Interaction& row = world.scribe.Start(person, Origin::kSequencer, time + absl::Seconds(2));
    world.scribe.AddOwner(v1::PARTY_ROLE_FROM, owner);
    world.scribe.AddPerson(v1::PARTY_ROLE_TO, person);
    row.set_channel(v1::CHANNEL_MAIL);
    row.mutable_message_delivered();
    world.scribe.Send();
  }
  // Some mail programs open everything at once; people open some, later.
  if (person.key % 5 == 0) {
    Open(world, person, time + person.random.Between(absl::Seconds(4), absl::Seconds(90)), true);
  } else if (person.random.Chance(0.25)) {
    Open(world, person, time + person.random.LogNormal(absl::Hours(5), 1.2), false);
  }
}

// One message of the mail-merge.
void SendMerged(World& world, Person& person, uint16_t index, absl::Time time) {
  Owner& owner = world.owners[index];
  v1::Interaction& row = world.scribe.Start(person, Origin::kSequencer, time);
  world.scribe.AddOwner(v1::PARTY_ROLE_FROM, index);
  world.scribe.AddPerson(v1::PARTY_ROLE_TO, person);
  row.set_channel(v1::CHANNEL_MAIL);
  row.set_purpose(owner.campaigns % 3 == 0 ? v1::TOUCH_PURPOSE_ASK : v1::TOUCH_PURPOSE_OTHER);
  row.set_unsolicited(true);
  row.mutable_message_sent()->set_subject(absl::StrCat("News from the orchard, ", owner.campaigns));
  const uint32_t number = world.scribe.Send();
  Track(world, person, index, time);
  if (person.random.Chance(0.014)) {
    return OptOut(world, person, time + person.random.LogNormal(absl::Hours(3), 1));
  }
  ConsiderReply(world, person, {index, ++person.last_thread, number, time}, true, 0);
}

bool MayBeMerged(const World& world, const Person& person, const Owner& owner, absl::Time time) {
  if (person.erased || person.opted_out || person.last_id == 0) return false;
  if (time >= person.rest_until) return true;
  // The tool does not know of rests; the owner takes some off by hand.
  const double draw = MixUnit(person.key, world.options.seed + owner.campaigns);
  return draw > ConductOf(owner).heeds_rest;
}

}  // namespace

void PlanTouch(World& world, Person& person, uint16_t index, absl::Time now) {
  Owner& owner = world.owners[index];
  const absl::Duration median = ConductOf(owner).touch_median;
  const absl::Time about = now + owner.random.LogNormal(median, 0.7);
  world.schedule.Add({.time = WithinHours(about, owner.hours, owner.random),
                      .kind = Happening::kTouch,
                      .owner = index,
                      .person = person.index});
}

void PlanOwners(World& world) {
  for (const Person& person : world.people) {
    world.owners[person.owners[0]].people.push_back(person.index);
  }
  for (size_t i = 0; i < world.owners.size(); ++i) {
    Owner& owner = world.owners[i];
    const auto index = static_cast<uint16_t>(i);
    const absl::Duration every = ConductOf(owner).campaign_median;
    if (every > absl::ZeroDuration() && !owner.people.empty()) {
      const absl::Time first = world.start + owner.random.Between(5 * kDay, every);
      world.schedule.Add({.time = WithinHours(first, owner.hours, owner.random),
                          .kind = Happening::kCampaign,
                          .owner = index});
    }
    world.schedule.Add({.time = world.start + owner.random.Between(kDay, 20 * kDay),
                        .kind = Happening::kColleagues,
                        .owner = index});
  }
}

void OnTouch(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  Owner& owner = world.owners[event.owner];
  absl::Time from = event.time;
  const bool resting = event.time < person.rest_until;
  if (person.opted_out && !owner.random.Chance(0.03)) {
    // They leave well alone.
  } else if (resting && owner.random.Chance(ConductOf(owner).heeds_rest)) {
    from = std::min(person.rest_until, world.end);
  } else if (owner.random.Chance(0.15)) {
    Call(world, person, event.owner, event.time);
  } else {
    Turn turn{event.owner, ++person.last_thread, 0, event.time};
    turn.answers = WeWrite(world, person, turn, DrawPurpose(owner));
    if (person.record_company != person.company) {
      Bounce(world, person, event.owner, event.time + absl::Seconds(3));
    }
    ConsiderReply(world, person, turn, false, 0);
  }
  PlanTouch(world, person, event.owner, from);
}

void OnCampaign(World& world, const Event& event) {
  Owner& owner = world.owners[event.owner];
  Person& person = world.people[owner.people[owner.campaign_position]];
  if (MayBeMerged(world, person, owner, event.time)) {
    SendMerged(world, person, event.owner, event.time);
  }
  Event next = event;
  next.time = event.time + kMergeStep;
  if (++owner.campaign_position == owner.people.size()) {
    owner.campaign_position = 0;
    ++owner.campaigns;
    const absl::Duration pause = owner.random.LogNormal(ConductOf(owner).campaign_median, 0.3);
    next.time = WithinHours(event.time + pause, owner.hours, owner.random);
  }
  world.schedule.Add(next);
}

void OnMeeting(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  Owner& owner = world.owners[event.owner];
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, event.time);
  row.set_channel(v1::CHANNEL_MEETING);
  if (person.random.Chance(0.18)) {
    world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
    world.scribe.AddOwner(v1::PARTY_ROLE_ATTENDEE, event.owner);
    row.mutable_meeting_declined();
    world.scribe.Send();
    return;
  }
  world.scribe.AddOwner(v1::PARTY_ROLE_ATTENDEE, event.owner);
  world.scribe.AddPerson(v1::PARTY_ROLE_ATTENDEE, person);
  row.mutable_meeting_held()->mutable_duration()->set_seconds(1800 * (1 + owner.random.Below(3)));
  world.scribe.Send();
  const absl::Time after = event.time + absl::Hours(1);
  if (owner.random.Chance(0.4)) MakePromise(world, person, event.owner, after);
}

void OnColleagues(World& world, const Event& event) {
  Owner& owner = world.owners[event.owner];
  if (world.owners.size() > 1) {
    const auto count = static_cast<uint32_t>(world.owners.size());
    const auto other =
        static_cast<uint16_t>((event.owner + 1 + owner.random.Below(count - 1)) % count);
    v1::Interaction& row = world.scribe.StartInternal(
        absl::StrCat("in-", OwnerId(event.owner), "-", event.message), event.time);
    world.scribe.AddOwner(v1::PARTY_ROLE_FROM, event.owner);
    world.scribe.AddOwner(v1::PARTY_ROLE_TO, other);
    row.set_channel(v1::CHANNEL_MAIL);
    row.mutable_message_sent()->set_subject("Lunch?");
    world.scribe.Send();
  }
  Event next = event;
  ++next.message;
  next.time =
      WithinHours(event.time + owner.random.LogNormal(14 * kDay, 0.5), owner.hours, owner.random);
  world.schedule.Add(next);
}

}  // namespace tend::sample
