#include "services/cli/sample/own_acts.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/cli/sample/naming.h"
#include "services/cli/sample/talk.h"
#include "services/cli/sample/wishes.h"

namespace tend::sample {
namespace {

enum Act {
  kReadContent,
  kReadPricing,
  kReadOther,
  kWantContent,
  kSendForm,
  kAsk,
  kWrite,
  kWriteMailbox,
  kRegister,
  kConnect,
  kComment,
  kUseProduct,
  kFeedback,
  kIntroduce,
  kRefer,
  kConsent,
  kActs
};

// By temper, in the order of Act.
constexpr uint8_t kUsual[kTempers][kActs] = {
    {40, 8, 30, 5, 0, 0, 0, 0, 6, 2, 4, 0, 0, 0, 0, 1},
    {2, 1, 2, 1, 3, 14, 40, 6, 3, 4, 5, 0, 2, 3, 1, 1},
    {20, 6, 14, 5, 4, 8, 14, 3, 6, 3, 4, 2, 1, 2, 1, 1},
    {12, 3, 20, 2, 1, 3, 8, 1, 3, 3, 3, 0, 0, 1, 0, 1},
    {6, 2, 6, 1, 1, 10, 8, 2, 4, 1, 2, 50, 8, 3, 2, 1},
    {8, 2, 6, 2, 1, 5, 18, 1, 6, 14, 14, 0, 1, 14, 6, 1},
};
// The same while they have a project.
constexpr uint8_t kInProject[kTempers][kActs] = {
    {45, 25, 10, 10, 2, 0, 0, 0, 6, 0, 2, 0, 0, 0, 0, 1},
    {6, 6, 2, 3, 8, 25, 34, 6, 4, 2, 2, 0, 1, 2, 1, 1},
    {24, 18, 6, 8, 8, 15, 12, 2, 5, 1, 2, 1, 1, 1, 1, 1},
    {20, 12, 6, 6, 6, 8, 10, 1, 3, 1, 1, 0, 0, 0, 0, 1},
    {10, 8, 4, 3, 3, 15, 14, 1, 4, 1, 1, 25, 6, 1, 1, 1},
    {18, 12, 4, 6, 6, 10, 20, 1, 5, 4, 4, 0, 1, 6, 3, 1},
};
// Days between two acts, by temper; hours while they have a project.
constexpr int kUsualDays[kTempers] = {14, 20, 22, 90, 10, 25};
constexpr int kProjectHours[kTempers] = {26, 40, 32, 60, 36, 34};

v1::Interaction& StartOnSite(World& world, Person& person, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kSite, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.set_channel(v1::CHANNEL_WEB);
  return row;
}

void Read(World& world, Person& person, absl::Time time, v1::PageKind kind) {
  v1::PageVisited& page = *StartOnSite(world, person, time).mutable_page_visited();
  page.set_kind(kind);
  if (kind == v1::PAGE_KIND_CONTENT) {
    const absl::string_view title = ContentTitle(person.random.Bits());
    page.set_url(absl::StrCat(
        "/read/", absl::AsciiStrToLower(absl::StrReplaceAll(title, {{" ", "-"}, {":", ""}}))));
  } else {
    page.set_url(kind == v1::PAGE_KIND_PRICING ? "/pricing" : "/about");
  }
  world.scribe.Send();
}

// A form or a question on the web site: to nobody by name, though their owner is told.
void AskOnSite(World& world, Person& person, absl::Time time, Act act) {
  v1::Interaction& row = StartOnSite(world, person, time);
  if (act == kSendForm) {
    row.mutable_form_sent()->set_form(person.random.Chance(0.5) ? "contact" : "show me");
  } else if (act == kWantContent) {
    const absl::string_view title = ContentTitle(person.random.Bits());
    row.mutable_content_wanted()->set_title(title.data(), title.size());
  } else {
    const absl::string_view topic = Topic(person.random.Bits());
    row.mutable_question_asked()->set_topic(topic.data(), topic.size());
  }
  const uint32_t number = world.scribe.Send();
  // The site itself sends the content they want; a person answers the rest.
  if (act == kWantContent && person.random.Chance(0.7)) return;
  ConsiderAnswer(world, person, {person.owners[0], 0, number, time}, act == kAsk, 0);
}

void Write(World& world, Person& person, absl::Time time) {
  uint16_t owner = person.owners[0];
  if (person.owner_count > 1 && person.random.Chance(0.25)) {
    owner = person.owners[1 + person.random.Below(person.owner_count - 1U)];
  }
  Turn turn{owner, ++person.last_thread, 0, time};
  turn.answers = TheyWrite(world, person, turn);
  ConsiderAnswer(world, person, turn, false, 0);
}

void WriteMailbox(World& world, Person& person, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kMailbox, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_FROM, person);
  world.scribe.AddMail(v1::PARTY_ROLE_TO, kOurMailbox);
  row.set_channel(v1::CHANNEL_MAIL);
  const uint32_t thread = ++person.last_thread;
  row.set_thread_key(ThreadKey(person, thread));
  row.mutable_message_sent()->set_subject("Who can help me?");
  const uint32_t number = world.scribe.Send();
  ConsiderAnswer(world, person, {person.owners[0], thread, number, time}, false, 0);
}

void ActOnNetwork(World& world, Person& person, absl::Time time, Act act) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kNetwork, time);
  row.set_channel(v1::CHANNEL_SOCIAL);
  if (act == kConnect) {
    world.scribe.AddPerson(v1::PARTY_ROLE_FROM, person);
    world.scribe.AddOwner(v1::PARTY_ROLE_TO, person.owners[0]);
    row.mutable_connected();
  } else {
    world.scribe.AddPerson(v1::PARTY_ROLE_AUTHOR, person);
    row.mutable_commented()->set_url("https://www.orchard.example/posts/7");
  }
  world.scribe.Send();
}

void UseProduct(World& world, Person& person, absl::Time time, Act act) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kApp, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.set_channel(v1::CHANNEL_PRODUCT);
  if (act == kUseProduct) {
    const absl::string_view feature = Feature(person.random.Bits());
    row.mutable_product_used()->set_feature(feature.data(), feature.size());
  } else {
    const absl::string_view topic = Topic(person.random.Bits());
    row.mutable_product_feedback()->set_topic(topic.data(), topic.size());
  }
  world.scribe.Send();
}

// They bring somebody of their company and us together, or were named to us.
void Introduce(World& world, Person& person, absl::Time time, Act act) {
  const uint32_t other = person.index + 1 < world.people.size() ? person.index + 1 : 0;
  v1::Interaction& row = world.scribe.Start(person, Origin::kMailbox, time);
  world.scribe.AddMail(v1::PARTY_ROLE_AUTHOR, MailOf(person));
  world.scribe.AddMail(v1::PARTY_ROLE_SUBJECT, KnownMailOf(world.people[other]));
  world.scribe.AddOwner(v1::PARTY_ROLE_TO, person.owners[0]);
  row.set_channel(v1::CHANNEL_MAIL);
  const bool wanted = person.random.Chance(0.5);
  if (act == kIntroduce) {
    row.mutable_introduced()->set_wanted_by_person(wanted);
  } else {
    row.mutable_referred()->set_wanted_by_person(wanted);
  }
  world.scribe.Send();
}

// Our talks are on Thursdays at 15:00 UTC.
void Register(World& world, Person& person, absl::Time time) {
  const int64_t day = absl::ToUnixSeconds(time) / 86'400;
  const int64_t thursday = day + 7 - day % 7;
  world.schedule.Add({.time = absl::FromUnixSeconds(thursday * 86'400) + absl::Hours(15),
                      .kind = Happening::kAttends,
                      .person = person.index});
}

void Do(World& world, Person& person, absl::Time time, Act act) {
  switch (act) {
    case kReadContent:
      return Read(world, person, time, v1::PAGE_KIND_CONTENT);
    case kReadPricing:
      return Read(world, person, time, v1::PAGE_KIND_PRICING);
    case kReadOther:
      return Read(world, person, time, v1::PAGE_KIND_OTHER);
    case kWantContent:
    case kSendForm:
    case kAsk:
      return AskOnSite(world, person, time, act);
    case kWrite:
      return Write(world, person, time);
    case kWriteMailbox:
      return WriteMailbox(world, person, time);
    case kRegister:
      return Register(world, person, time);
    case kConnect:
    case kComment:
      return ActOnNetwork(world, person, time, act);
    case kUseProduct:
    case kFeedback:
      return UseProduct(world, person, time, act);
    case kIntroduce:
    case kRefer:
      return Introduce(world, person, time, act);
    case kConsent:
      return GiveConsent(world, person, time);
    case kActs:
      break;
  }
}

// A project is over: some buy, and become customers; then life goes on to the next one.
void EndProject(World& world, Person& person, absl::Time time) {
  const bool could_buy = person.temper == Temper::kTalker || person.temper == Temper::kBalanced;
  if (could_buy && person.random.Chance(0.12)) {
    v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, time);
    world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
    world.scribe.AddOwner(v1::PARTY_ROLE_AUTHOR, person.owners[0]);
    row.mutable_purchased()->set_product("orchard planner");
    world.scribe.Send();
    person.temper = Temper::kCustomer;
  }
  DrawEpisode(person, time);
}

bool InProject(const Person& person, absl::Time time) {
  return time >= person.episode_start && time < person.episode_end;
}

}  // namespace

absl::Time NextOwnAct(Person& person, absl::Time now) {
  const int temper = static_cast<int>(person.temper);
  absl::Duration median = kUsualDays[temper] * kDay;
  if (InProject(person, now)) {
    median = absl::Hours(kProjectHours[temper]);
  } else {
    median = median / (0.3 + 0.7 * Mood(person.key, now));
  }
  absl::Time next = now + absl::Minutes(1) + person.random.LogNormal(median, 1.0);
  // The beginning of a project brings them back sooner.
  if (now < person.episode_start && next > person.episode_start) {
    next = person.episode_start + person.random.Between(absl::Hours(1), absl::Hours(40));
  }
  return WithinHours(HolidayEnd(person.key, next), person.hours, person.random);
}

void OnOwnAct(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  const absl::Time now = event.time;
  if (now >= person.episode_end) EndProject(world, person, now);
  // Who wished to rest keeps mostly away.
  if (now >= person.rest_until || person.random.Chance(0.2)) {
    const auto& table = InProject(person, now) ? kInProject : kUsual;
    Do(world, person, now,
       static_cast<Act>(person.random.Pick(table[static_cast<int>(person.temper)])));
  }
  world.schedule.Add(
      {.time = NextOwnAct(person, now), .kind = Happening::kOwnAct, .person = person.index});
}

void OnAttends(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased || person.random.Chance(0.3)) return;
  StartOnSite(world, person, event.time).mutable_event_attended()->set_event("Thursday talk");
  world.scribe.Send();
}

}  // namespace tend::sample
