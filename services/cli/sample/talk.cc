#include "services/cli/sample/talk.h"

#include <algorithm>
#include <string>

#include "services/cli/sample/naming.h"
#include "services/cli/sample/wishes.h"

namespace tend::sample {
namespace {

// What a reply turns out to be, of a hundred.
enum ReplyKind { kAnswers, kAsks, kRests, kMeets, kDeclines, kRevokes };
constexpr uint8_t kReplyWeights[] = {68, 12, 8, 7, 3, 2};

void SetTurn(const Person& person, const Turn& turn, v1::Interaction& row) {
  if (turn.thread != 0) row.set_thread_key(ThreadKey(person, turn.thread));
  if (turn.answers != 0) row.set_in_reply_to(RowId(person, turn.answers));
}

void SetSubject(Person& person, const Turn& turn, v1::Interaction& row) {
  const absl::string_view subject = Subject(Mix(person.key, turn.thread));
  row.mutable_message_sent()->set_subject(subject.data(), subject.size());
}

// Their mail program answers for them while they are away.
void AnswerByMachine(World& world, Person& person, const Turn& turn) {
  const absl::Time time = turn.time + person.random.Between(absl::Seconds(20), absl::Minutes(3));
  v1::Interaction& row = world.scribe.Start(person, Origin::kMailbox, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_FROM, person);
  world.scribe.AddOwner(v1::PARTY_ROLE_TO, turn.owner);
  row.set_channel(v1::CHANNEL_MAIL);
  row.set_automated(v1::AUTOMATED_REASON_AUTO_REPLY);
  SetTurn(person, turn, row);
  row.mutable_message_sent()->set_subject("Out of office");
  world.scribe.Send();
}

uint32_t TheyAsk(World& world, Person& person, const Turn& turn) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kMailbox, turn.time);
  world.scribe.AddPerson(v1::PARTY_ROLE_FROM, person);
  world.scribe.AddOwner(v1::PARTY_ROLE_TO, turn.owner);
  row.set_channel(v1::CHANNEL_MAIL);
  SetTurn(person, turn, row);
  const absl::string_view topic = Topic(person.random.Bits());
  row.mutable_question_asked()->set_topic(topic.data(), topic.size());
  return world.scribe.Send();
}

void TheyDecline(World& world, Person& person, const Turn& turn) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, turn.time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  world.scribe.AddOwner(v1::PARTY_ROLE_ATTENDEE, turn.owner);
  row.set_channel(v1::CHANNEL_MEETING);
  row.mutable_meeting_declined();
  world.scribe.Send();
}

void WeAnswerQuestion(World& world, Person& person, const Turn& turn) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kMailbox, turn.time);
  world.scribe.AddOwner(v1::PARTY_ROLE_FROM, turn.owner);
  world.scribe.AddPerson(v1::PARTY_ROLE_TO, person);
  row.set_channel(v1::CHANNEL_MAIL);
  row.set_purpose(v1::TOUCH_PURPOSE_ANSWER);
  SetTurn(person, turn, row);
  row.mutable_question_answered();
  world.scribe.Send();
}

// A meeting some days from now, at a full hour.
void PlanMeeting(World& world, Person& person, uint16_t owner, absl::Time now) {
  const absl::Time about = now + person.random.Between(2 * kDay, 12 * kDay);
  const absl::Time kept = WithinHours(about, person.hours, person.random);
  const int64_t hour = absl::ToUnixSeconds(kept) / 3600 + 1;
  world.schedule.Add({.time = absl::FromUnixSeconds(hour * 3600),
                      .kind = Happening::kMeeting,
                      .owner = owner,
                      .person = person.index});
}

}  // namespace

uint32_t TheyWrite(World& world, Person& person, const Turn& turn) {
  const bool calls = person.preferred == v1::CHANNEL_PHONE && person.random.Chance(0.5);
  const bool social = person.preferred == v1::CHANNEL_SOCIAL && turn.answers == 0;
  const Origin origin = calls ? Origin::kRecords : social ? Origin::kNetwork : Origin::kMailbox;
  v1::Interaction& row = world.scribe.Start(person, origin, turn.time);
  world.scribe.AddPerson(v1::PARTY_ROLE_FROM, person);
  world.scribe.AddOwner(v1::PARTY_ROLE_TO, turn.owner);
  // What they write ends a rest of theirs.
  person.rest_until = absl::InfinitePast();
  if (calls) {
    row.set_channel(v1::CHANNEL_PHONE);
    row.mutable_call_held()->mutable_duration()->set_seconds(60 + person.random.Below(1500));
    return world.scribe.Send();
  }
  if (origin == Origin::kMailbox && person.owner_count > 1 && person.random.Chance(0.08)) {
    world.scribe.AddOwner(v1::PARTY_ROLE_CC, person.owners[1]);
  }
  row.set_channel(social                                 ? v1::CHANNEL_SOCIAL
                  : person.preferred == v1::CHANNEL_CHAT ? v1::CHANNEL_CHAT
                                                         : v1::CHANNEL_MAIL);
  SetTurn(person, turn, row);
  SetSubject(person, turn, row);
  return world.scribe.Send();
}

uint32_t WeWrite(World& world, Person& person, const Turn& turn, v1::TouchPurpose purpose) {
  Owner& owner = world.owners[turn.owner];
  v1::Interaction& row = world.scribe.Start(person, Origin::kMailbox, turn.time);
  world.scribe.AddOwner(v1::PARTY_ROLE_FROM, turn.owner);
  world.scribe.AddPerson(v1::PARTY_ROLE_TO, person);
  // A colleague of theirs, the next seat at the same company, reads along now and then.
  const uint32_t neighbour = person.index ^ 1;
  if (owner.random.Chance(0.04) && neighbour < world.people.size() &&
      world.people[neighbour].company == person.company) {
    world.scribe.AddMail(v1::PARTY_ROLE_CC, KnownMailOf(world.people[neighbour]));
  }
  row.set_channel(v1::CHANNEL_MAIL);
  row.set_purpose(purpose);
  if (turn.answers == 0 && owner.random.Chance(0.5)) row.set_unsolicited(true);
  SetTurn(person, turn, row);
  SetSubject(person, turn, row);
  return world.scribe.Send();
}

void ConsiderReply(World& world, Person& person, const Turn& turn, bool bulk, uint8_t depth) {
  if (person.erased || !Answers(person, turn.owner)) return;
  if (person.record_company != person.company) return;
  const absl::Time back = HolidayEnd(person.key, turn.time);
  if (back > turn.time && person.random.Chance(0.6)) AnswerByMachine(world, person, turn);
  double chance = person.reply_chance * std::min(1.3, 0.5 + 0.5 * Mood(person.key, turn.time));
  if (bulk) chance *= 0.1;
  if (person.opted_out) chance *= 0.3;
  // Talks run dry: most mails need no answer.
  for (uint8_t i = 0; i < depth; ++i) chance *= 0.65;
  if (!person.random.Chance(chance)) return;
  const absl::Time later = back + person.random.LogNormal(person.reply_median, 1.2);
  world.schedule.Add({.time = WithinHours(later, person.hours, person.random),
                      .kind = Happening::kReply,
                      .depth = depth,
                      .special = bulk,
                      .owner = turn.owner,
                      .person = person.index,
                      .thread = turn.thread,
                      .message = turn.answers});
}

void ConsiderAnswer(World& world, Person& person, const Turn& turn, bool question, uint8_t depth) {
  Owner& owner = world.owners[turn.owner];
  const Conduct& conduct = ConductOf(owner);
  double chance = conduct.answer_chance;
  if (depth > 1) chance *= 0.8;
  if (!owner.random.Chance(chance)) return;
  const absl::Time later = turn.time + owner.random.LogNormal(conduct.answer_median, 1.1);
  world.schedule.Add({.time = WithinHours(later, owner.hours, owner.random),
                      .kind = Happening::kAnswer,
                      .depth = depth,
                      .special = question,
                      .owner = turn.owner,
                      .person = person.index,
                      .thread = turn.thread,
                      .message = turn.answers});
}

void OnReply(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  Turn turn{event.owner, event.thread, event.message, event.time};
  const int kind = person.random.Pick(kReplyWeights);
  switch (kind) {
    case kRests:
      return WishRest(world, person, event.owner, event.time);
    case kDeclines:
      return TheyDecline(world, person, turn);
    case kRevokes:
      return RevokeConsent(world, person, event.time);
    default:
      break;
  }
  turn.answers = kind == kAsks ? TheyAsk(world, person, turn) : TheyWrite(world, person, turn);
  if (kind == kMeets) PlanMeeting(world, person, event.owner, event.time);
  ConsiderAnswer(world, person, turn, kind == kAsks, event.depth);
}

void OnAnswer(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  Owner& owner = world.owners[event.owner];
  Turn turn{event.owner, event.thread, event.message, event.time};
  if (turn.thread == 0) turn.thread = ++person.last_thread;
  if (event.special && owner.random.Chance(0.4)) {
    WeAnswerQuestion(world, person, turn);
  } else {
    const bool asks = owner.style == Style::kEager && owner.random.Chance(0.3);
    turn.answers =
        WeWrite(world, person, turn, asks ? v1::TOUCH_PURPOSE_ASK : v1::TOUCH_PURPOSE_ANSWER);
    ConsiderReply(world, person, turn, false, static_cast<uint8_t>(event.depth + 1));
  }
  const Conduct& conduct = ConductOf(owner);
  if (owner.random.Chance(conduct.promise_chance)) {
    MakePromise(world, person, event.owner, event.time);
  }
  if (owner.random.Chance(0.06)) PlanMeeting(world, person, event.owner, event.time);
}

}  // namespace tend::sample
