#include "services/cli/sample/fate.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/cli/sample/naming.h"
#include "services/cli/sample/own_acts.h"
#include "services/cli/sample/owner_acts.h"

namespace tend::sample {
namespace {

// The system of record shows a profile: who they are, and that record and address are one.
void ShowProfile(World& world, Person& person, absl::Time time, const std::string& mail) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, time);
  world.scribe.AddRecord(v1::PARTY_ROLE_SUBJECT, person, mail);
  v1::ProfileChanged& profile = *row.mutable_profile_changed();
  profile.set_name(row.parties(0).display_name());
  profile.set_company(CompanyName(person.company));
  const absl::string_view title = JobTitle(person.key);
  profile.set_title(title.data(), title.size());
  if (person.random.Chance(0.6)) profile.set_time_zone(absl::StrCat(Zones()[person.zone].name));
  world.scribe.Send();
}

void NameOwner(World& world, Person& person, absl::Time time) {
  v1::Interaction& row = world.scribe.Start(person, Origin::kRecords, time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.mutable_owner_changed()->set_owner(OwnerEmail(person.owners[0]));
  world.scribe.Send();
}

}  // namespace

void PlanPeople(World& world) {
  for (Person& person : world.people) {
    // Two in three are known from the beginning, the others come by and by.
    const bool old = person.random.Chance(0.65);
    const absl::Duration span = old ? 20 * kDay : world.end - world.start;
    world.schedule.Add({.time = world.start + person.random.Between(absl::Hours(1), span),
                        .kind = Happening::kAppears,
                        .person = person.index});
  }
}

void OnAppears(World& world, const Event& event) {
  Person& person = world.people[event.person];
  const absl::Time now = event.time;
  if (person.has_record) {
    ShowProfile(world, person, now, MailOf(person));
    if (person.random.Chance(0.5)) NameOwner(world, person, now + absl::Minutes(1));
  }
  // Some had a project already before we came to know them.
  DrawEpisode(person, now - person.random.Between(absl::ZeroDuration(), 120 * kDay));
  world.schedule.Add(
      {.time = NextOwnAct(person, now), .kind = Happening::kOwnAct, .person = person.index});
  for (uint8_t i = 0; i < person.owner_count; ++i) PlanTouch(world, person, person.owners[i], now);
  // One in nine changes jobs within a year.
  world.schedule.Add({.time = now + person.random.Unit() * (9 * 365 * kDay),
                      .kind = Happening::kChangesJob,
                      .person = person.index});
  if (person.private_on_web && person.has_record) {
    world.schedule.Add({.time = now + person.random.LogNormal(70 * kDay, 0.8),
                        .kind = Happening::kRecordLearns,
                        .person = person.index});
  }
}

void OnChangesJob(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  // Any other company; nobody there has their seat.
  const uint32_t companies = world.people.back().company + 1;
  person.company = (person.company + 1 + person.random.Below(companies)) % (companies + 1);
  v1::Interaction& row = world.scribe.Start(person, Origin::kNetwork, event.time);
  world.scribe.AddPerson(v1::PARTY_ROLE_SUBJECT, person);
  row.set_channel(v1::CHANNEL_SOCIAL);
  const absl::string_view title = JobTitle(person.random.Bits());
  row.mutable_job_changed()->set_title(title.data(), title.size());
  row.mutable_job_changed()->set_company(CompanyName(person.company));
  world.scribe.Send();
  world.schedule.Add({.time = event.time + person.random.LogNormal(25 * kDay, 0.9),
                      .kind = Happening::kRecordLearns,
                      .person = person.index});
}

void OnRecordLearns(World& world, const Event& event) {
  Person& person = world.people[event.person];
  if (person.erased) return;
  if (person.record_company != person.company) {
    person.record_company = person.company;
    if (person.has_record) ShowProfile(world, person, event.time, MailOf(person));
  } else {
    ShowProfile(world, person, event.time, WebMailOf(person));
  }
}

}  // namespace tend::sample
