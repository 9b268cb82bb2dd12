#include "services/cli/trial/pipeline_traffic.h"

#include <algorithm>
#include <array>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "services/enrichment/processor.h"
#include "services/notification/processor.h"
#include "tend/v1/nudge.pb.h"

namespace tend::cli {
namespace {

constexpr size_t kOwners = 4;
constexpr size_t kPersons = 9;
// Bytes that are no protobuf message: a field of wire type 7.
constexpr char kGarbage[] = "\x0f garbage ";
// Repeats come within this, well inside the 72 h for which ids are remembered.
constexpr absl::Duration kRepeatsWithin = absl::Hours(40);

std::string Str(absl::string_view s) { return std::string(s.data(), s.size()); }

std::string OwnerId(size_t owner) { return absl::StrCat("o", owner); }

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
}

void AddParty(v1::PartyRole role, const std::string& address, v1::Interaction& interaction) {
  v1::Party& party = *interaction.add_parties();
  party.set_role(role);
  v1::Identifier& identifier = *party.add_identifiers();
  identifier.set_kind(v1::IDENTIFIER_KIND_EMAIL);
  identifier.set_raw(address);
}

}  // namespace

PipelineTraffic::PipelineTraffic() {
  for (size_t i = 0; i < kOwners; ++i) {
    v1::Owner& owner = *roster_.add_owners();
    owner.set_owner_id(OwnerId(i));
    owner.set_time_zone(i % 2 == 0 ? "Europe/Berlin" : "America/New_York");
    v1::Identifier& mail = *owner.add_identifiers();
    mail.set_kind(v1::IDENTIFIER_KIND_EMAIL);
    mail.set_raw(absl::StrCat(OwnerId(i), "@ours.example"));
  }
  roster_.add_domains("ours.example");
}

std::string PipelineTraffic::PersonOf(const std::string& raw) const {
  for (const char end : {'@', '.', '-'}) {
    std::string name = raw.substr(0, raw.find(end));
    if (name.size() == 2 && name[0] == 'p') return name;
  }
  return "";
}

bool PipelineTraffic::IsGarbage(const std::string& value) {
  return absl::StartsWith(value, kGarbage);
}

TrafficRecord PipelineTraffic::Make(std::mt19937_64& random, int number, absl::Time now) {
  random_ = &random;
  number_ = number;
  now_ = now;
  fate_ = Fate();
  const size_t dice = Below(100);
  if (dice < 80) return MakeInteraction();
  if (dice < 90) return MakeRepeat();
  if (dice < 94) return MakeGarbage();
  if (dice < 96) return MakeUnknownFact();
  return MakeOwnerEvent();
}

TrafficRecord PipelineTraffic::MakeInteraction() {
  struct Kind {
    size_t weight;
    Maker make;
  };
  using T = PipelineTraffic;
  static constexpr std::array kKinds = {
      Kind{28, &T::TheirMessage}, Kind{20, &T::OurMessage}, Kind{8, &T::Asked},
      Kind{8, &T::Visited},       Kind{4, &T::Met},         Kind{4, &T::Refused},
      Kind{5, &T::Rested},        Kind{6, &T::Promised},    Kind{5, &T::ListRow},
      Kind{5, &T::Stated},        Kind{3, &T::Reacted},     Kind{4, &T::NotBetweenUs},
      Kind{2, &T::WithoutParty},  Kind{6, &T::Asserted},    Kind{2, &T::AskedErasure},
  };
  size_t all = 0;
  for (const Kind& kind : kKinds) all += kind.weight;
  size_t dice = Below(all);
  for (const Kind& kind : kKinds) {
    if (dice < kind.weight) return Accepted((this->*kind.make)());
    dice -= kind.weight;
  }
  TEND_CHECK(false);
}

TrafficRecord PipelineTraffic::Accepted(v1::Interaction interaction) {
  sent_.emplace_back(now_, interaction);
  fates_[interaction.id()] = fate_;
  const ingest::AcceptResult result = acceptor_.Accept(interaction, now_);
  const auto* accepted = std::get_if<ingest::Accepted>(&result);
  TEND_CHECK(accepted != nullptr);
  return {Str(accepted->topic), Str(accepted->key), Str(accepted->value)};
}

// The sender sends it once more, as it did before; ingest stamps it anew.
TrafficRecord PipelineTraffic::MakeRepeat() {
  if (sent_.empty()) return MakeInteraction();
  const size_t back = Below(std::min<size_t>(sent_.size(), 30));
  const auto& [time, interaction] = sent_[sent_.size() - 1 - back];
  if (now_ - time > kRepeatsWithin) return MakeInteraction();
  v1::Interaction again = interaction;
  const ingest::AcceptResult result = acceptor_.Accept(again, now_);
  const auto& accepted = std::get<ingest::Accepted>(result);
  return {Str(accepted.topic), Str(accepted.key), Str(accepted.value)};
}

TrafficRecord PipelineTraffic::MakeGarbage() {
  const std::array<std::string, 4> topics = {
      Str(ingest::kInteractionsTopic), enrichment::kPersonEventsTopic, notification::kMomentsTopic,
      notification::kOwnerEventsTopic};
  return {topics[Below(topics.size())], OwnerId(Below(kOwners)), absl::StrCat(kGarbage, number_)};
}

// Of a version to come, past the acceptor: ignorable or not.
TrafficRecord PipelineTraffic::MakeUnknownFact() {
  v1::Interaction interaction = New("crm");
  AddParty(v1::PARTY_ROLE_SUBJECT, SomeAddress(Below(kPersons)), interaction);
  SetTime(now_, interaction.mutable_receive_time());
  interaction.set_ignorable(OneIn(2));
  interaction.GetReflection()->MutableUnknownFields(&interaction)->AddVarint(500, 1);
  fates_[interaction.id()].rejected = !interaction.ignorable();
  return {Str(ingest::kInteractionsTopic), interaction.source().record_id(),
          interaction.SerializeAsString()};
}

TrafficRecord PipelineTraffic::MakeOwnerEvent() {
  const std::string owner = OwnerId(Below(kOwners));
  v1::OwnerEvent event;
  event.set_event_id(absl::StrCat("e", number_));
  event.set_owner_id(owner);
  SetTime(now_, event.mutable_occur_time());
  const size_t dice = Below(3);
  if (dice == 0) {
    event.mutable_roster_entry_set()->set_time_zone(OneIn(2) ? "Asia/Tokyo" : "Europe/Paris");
  } else if (dice == 1) {
    v1::Preferences& wishes = *event.mutable_preferences_set()->mutable_preferences();
    wishes.set_outreach_per_day(static_cast<int>(1 + Below(3)));
    wishes.add_digest_minutes(static_cast<int>(480 + Below(400)));
  } else if (OneIn(2)) {
    SetTime(now_, event.mutable_leave_set()->mutable_start_time());
    SetTime(now_ + absl::Hours(1 + Below(72)), event.mutable_leave_set()->mutable_end_time());
  } else {
    event.mutable_leave_set();
  }
  return {notification::kOwnerEventsTopic, owner, event.SerializeAsString()};
}

v1::Interaction PipelineTraffic::New(const std::string& system) {
  v1::Interaction interaction;
  interaction.set_id(absl::StrCat("i", number_));
  interaction.mutable_source()->set_system(system);
  interaction.mutable_source()->set_record_id(absl::StrCat("r", Below(12)));
  if (system == "crm") interaction.mutable_source()->set_position(number_);
  SetTime(SomeTimeAgo(), interaction.mutable_occur_time());
  return interaction;
}

// Mostly just now; some late, some as a backlog, some by a clock that is ahead.
absl::Time PipelineTraffic::SomeTimeAgo() {
  const size_t dice = Below(20);
  if (dice < 14) return now_ - absl::Seconds(Below(30));
  if (dice < 17) return now_ - absl::Minutes(Below(300));
  if (dice < 19) return now_ - absl::Hours(Below(24 * 20));
  return now_ + absl::Minutes(Below(10));
}

std::string PipelineTraffic::SomeAddress(size_t person) {
  constexpr std::array kForms = {"", "", ".alt", "-home"};
  const std::vector<std::string>& fresh = fresh_[person];
  if (!fresh.empty() && OneIn(6)) return fresh[Below(fresh.size())];
  return absl::StrCat("p", person, kForms[Below(kForms.size())], "@firm", person / 2, ".example");
}

std::string PipelineTraffic::FreshAddress(size_t person) {
  return fresh_[person].emplace_back(
      absl::StrCat("p", person, ".new", number_, "@firm", person / 2, ".example"));
}

void PipelineTraffic::AddOwner(v1::PartyRole role, v1::Interaction& interaction) {
  AddParty(role, absl::StrCat(OwnerId(Below(kOwners)), "@ours.example"), interaction);
}

size_t PipelineTraffic::AddPerson(v1::PartyRole role, v1::Interaction& interaction) {
  size_t person = Below(kPersons);
  const auto taken = [this](size_t p) {
    return std::count(fate_.persons.begin(), fate_.persons.end(), absl::StrCat("p", p)) > 0;
  };
  while (taken(person)) person = (person + 1) % kPersons;
  fate_.persons.push_back(absl::StrCat("p", person));
  AddParty(role, SomeAddress(person), interaction);
  return person;
}

v1::Interaction PipelineTraffic::TheirMessage() {
  v1::Interaction interaction = New("mail");
  const size_t person = AddPerson(v1::PARTY_ROLE_FROM, interaction);
  AddOwner(v1::PARTY_ROLE_TO, interaction);
  if (OneIn(6)) AddOwner(v1::PARTY_ROLE_CC, interaction);
  if (OneIn(6)) AddPerson(v1::PARTY_ROLE_CC, interaction);
  interaction.set_channel(v1::CHANNEL_MAIL);
  if (OneIn(2)) interaction.set_thread_key(absl::StrCat("t", person));
  if (OneIn(20)) interaction.set_automated(v1::AUTOMATED_REASON_AUTO_REPLY);
  interaction.mutable_message_sent();
  return interaction;
}

v1::Interaction PipelineTraffic::OurMessage() {
  v1::Interaction interaction = New("mail");
  AddOwner(v1::PARTY_ROLE_FROM, interaction);
  const size_t person = AddPerson(v1::PARTY_ROLE_TO, interaction);
  for (size_t n = OneIn(4) ? 1 + Below(3) : 0; n > 0; --n)
    AddPerson(v1::PARTY_ROLE_TO, interaction);
  interaction.set_channel(v1::CHANNEL_MAIL);
  if (OneIn(2)) interaction.set_thread_key(absl::StrCat("t", person));
  interaction.set_purpose(static_cast<v1::TouchPurpose>(Below(5)));
  interaction.mutable_message_sent();
  return interaction;
}

v1::Interaction PipelineTraffic::Asked() {
  v1::Interaction interaction = New("web");
  AddPerson(v1::PARTY_ROLE_AUTHOR, interaction);
  if (OneIn(2)) AddOwner(v1::PARTY_ROLE_TO, interaction);
  interaction.set_channel(OneIn(3) ? v1::CHANNEL_MAIL : v1::CHANNEL_WEB);
  const size_t dice = Below(3);
  if (dice == 0) interaction.mutable_question_asked();
  if (dice == 1) interaction.mutable_form_sent();
  if (dice == 2) interaction.mutable_content_wanted();
  return interaction;
}

v1::Interaction PipelineTraffic::Visited() {
  v1::Interaction interaction = New("web");
  AddPerson(v1::PARTY_ROLE_AUTHOR, interaction);
  interaction.set_channel(v1::CHANNEL_WEB);
  interaction.mutable_page_visited()->set_kind(static_cast<v1::PageKind>(1 + Below(3)));
  return interaction;
}

v1::Interaction PipelineTraffic::Met() {
  v1::Interaction interaction = New("crm");
  const bool call = OneIn(2);
  AddPerson(call ? v1::PARTY_ROLE_FROM : v1::PARTY_ROLE_ATTENDEE, interaction);
  AddOwner(call ? v1::PARTY_ROLE_TO : v1::PARTY_ROLE_ATTENDEE, interaction);
  if (!call && OneIn(2)) AddPerson(v1::PARTY_ROLE_ATTENDEE, interaction);
  if (call) interaction.mutable_call_held();
  if (!call) interaction.mutable_meeting_held();
  return interaction;
}

v1::Interaction PipelineTraffic::Refused() {
  v1::Interaction interaction = New("mail");
  AddPerson(v1::PARTY_ROLE_AUTHOR, interaction);
  interaction.set_channel(v1::CHANNEL_MAIL);
  const size_t dice = Below(4);
  if (dice == 0) interaction.mutable_unsubscribed();
  if (dice == 1) interaction.mutable_complained();
  if (dice == 2) interaction.mutable_consent_revoked()->mutable_consent();
  if (dice == 3) interaction.mutable_consent_given()->mutable_consent();
  return interaction;
}

v1::Interaction PipelineTraffic::Rested() {
  v1::Interaction interaction = New("mail");
  AddPerson(v1::PARTY_ROLE_AUTHOR, interaction);
  if (OneIn(3)) {
    interaction.mutable_rest_ended();
    return interaction;
  }
  v1::Rest& rest = *interaction.mutable_rest_wished()->mutable_rest();
  if (OneIn(3)) {
    rest.set_until_they_write(true);
  } else {
    SetTime(now_ + absl::Hours(1 + Below(120)), rest.mutable_until_time());
  }
  return interaction;
}

v1::Interaction PipelineTraffic::Promised() {
  v1::Interaction interaction = New("crm");
  AddPerson(v1::PARTY_ROLE_SUBJECT, interaction);
  AddOwner(v1::PARTY_ROLE_FROM, interaction);
  if (promises_ == 0 || OneIn(2)) {
    v1::Promise& promise = *interaction.mutable_promise_made()->mutable_promise();
    promise.set_promise_id(absl::StrCat("promise", promises_++));
    SetTime(now_ + absl::Hours(Below(100)), promise.mutable_due_time());
    return interaction;
  }
  const std::string id = absl::StrCat("promise", Below(static_cast<size_t>(promises_)));
  if (OneIn(2)) {
    interaction.mutable_promise_kept()->set_promise_id(id);
  } else {
    interaction.mutable_promise_broken()->set_promise_id(id);
    interaction.mutable_promise_broken()->set_withdrawn(OneIn(2));
  }
  return interaction;
}

v1::Interaction PipelineTraffic::ListRow() {
  v1::Interaction interaction = New("list");
  AddPerson(v1::PARTY_ROLE_SUBJECT, interaction);
  v1::ListRowEntered& row = *interaction.mutable_list_row_entered();
  row.set_list_id("fair");
  row.set_row(number_);
  row.set_unsubscribed(OneIn(10));
  return interaction;
}

v1::Interaction PipelineTraffic::Stated() {
  v1::Interaction interaction = New("crm");
  AddPerson(v1::PARTY_ROLE_SUBJECT, interaction);
  const size_t dice = Below(5);
  if (dice == 0) {  // one owner a day: which of two holds depends on the order of arrival
    const int64_t second = std::min(interaction.occur_time().seconds(), absl::ToUnixSeconds(now_));
    interaction.mutable_occur_time()->set_seconds(second);
    const auto day = static_cast<size_t>(second / 86'400);
    interaction.mutable_owner_changed()->set_owner(OwnerId(day % kOwners));
  }
  if (dice == 1) interaction.mutable_job_changed()->set_company("Another Firm");
  if (dice == 2) interaction.mutable_profile_changed()->set_time_zone("Asia/Tokyo");
  if (dice == 3) interaction.mutable_product_feedback()->set_topic("the search");
  if (dice == 4) interaction.mutable_product_used();
  return interaction;
}

v1::Interaction PipelineTraffic::Reacted() {
  v1::Interaction interaction = New("mail");
  AddPerson(v1::PARTY_ROLE_AUTHOR, interaction);
  AddOwner(v1::PARTY_ROLE_TO, interaction);
  const size_t dice = Below(4);
  if (dice == 0) interaction.mutable_message_opened();
  if (dice == 1) interaction.mutable_message_bounced();
  if (dice == 2) interaction.mutable_meeting_declined();
  if (dice == 3) interaction.mutable_connected();
  return interaction;
}

// A system of record lists two addresses of one person: they are one from now on.
v1::Interaction PipelineTraffic::Asserted() {
  v1::Interaction interaction = New("hubspot");
  const size_t person = AddPerson(v1::PARTY_ROLE_SUBJECT, interaction);
  v1::Identifier& second = *interaction.mutable_parties(0)->add_identifiers();
  second.set_kind(v1::IDENTIFIER_KIND_EMAIL);
  second.set_raw(OneIn(3) ? FreshAddress(person) : SomeAddress(person));
  interaction.mutable_product_used();
  return interaction;
}

v1::Interaction PipelineTraffic::AskedErasure() {
  constexpr std::array kSystems = {"mail", "web", "crm"};
  v1::Interaction interaction = New(kSystems[Below(kSystems.size())]);
  AddPerson(v1::PARTY_ROLE_AUTHOR, interaction);
  interaction.mutable_erasure_asked();
  return interaction;
}

v1::Interaction PipelineTraffic::NotBetweenUs() {
  v1::Interaction interaction = New("mail");
  const size_t dice = Below(3);
  if (dice == 0) {  // colleagues
    AddOwner(v1::PARTY_ROLE_FROM, interaction);
    AddOwner(v1::PARTY_ROLE_TO, interaction);
  } else if (dice == 1) {  // outsiders
    const size_t person = Below(kPersons);
    AddParty(v1::PARTY_ROLE_FROM, SomeAddress(person), interaction);
    AddParty(v1::PARTY_ROLE_TO, SomeAddress((person + 1) % kPersons), interaction);
  } else {  // a machine
    AddParty(v1::PARTY_ROLE_FROM, "noreply@firm1.example", interaction);
    AddOwner(v1::PARTY_ROLE_TO, interaction);
  }
  interaction.mutable_message_sent();
  return interaction;
}

v1::Interaction PipelineTraffic::WithoutParty() {
  v1::Interaction interaction = New("mail");
  AddParty(v1::PARTY_ROLE_FROM, "no address at all", interaction);
  interaction.mutable_message_sent();
  fate_.rejected = true;
  return interaction;
}

}  // namespace tend::cli
