#include "services/cli/sample/scribe.h"

#include "absl/strings/str_cat.h"
#include "services/cli/sample/json_line.h"

namespace tend::sample {
namespace {

constexpr uint64_t kScribeStream = 0x736372696265;

struct OriginName {
  absl::string_view system;
  absl::string_view instance;
  // Of its rows: received hours or days late; received twice.
  double late_share;
  double repeated_share;
};
// By Origin. The system of record is read by a slow job, the others call webhooks.
constexpr OriginName kOrigins[] = {
    {"imap", "orchard.example", 0.01, 0.002},
    {"sequencer", "orchard", 0.004, 0.01},
    {"hubspot", "1001", 0.08, 0.012},
    {"site", "www.orchard.example", 0.004, 0.01},
    {"linkedin", "", 0.05, 0},
    {"app", "orchard", 0.02, 0.01},
};
constexpr absl::string_view kRecordSystem = "hubspot:1001";
constexpr absl::string_view kNetwork = "linkedin";

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
}

}  // namespace

std::string RowId(const Person& person, uint32_t number) {
  return absl::StrCat(Short(person.index), "-", number);
}

std::string ThreadKey(const Person& person, uint32_t number) {
  return absl::StrCat(Short(person.index), ".", number);
}

Scribe::Scribe(uint64_t seed, double broken_share, Delivery& delivery)
    : delivery_(delivery), random_(Mix(seed, kScribeStream)), broken_share_(broken_share) {}

v1::Interaction& Scribe::Start(Person& person, Origin origin, absl::Time time) {
  number_ = ++person.last_id;
  StartInternal(RowId(person, number_), time);
  origin_ = origin;
  const OriginName& name = kOrigins[static_cast<int>(origin)];
  v1::Source& source = *row_.mutable_source();
  source.set_system(name.system.data(), name.system.size());
  source.set_instance(name.instance.data(), name.instance.size());
  source.set_record_id(origin == Origin::kRecords ? RecordOf(person) : Short(person.index));
  return row_;
}

v1::Interaction& Scribe::StartInternal(absl::string_view id, absl::Time time) {
  row_.Clear();
  row_.set_id(id.data(), id.size());
  SetTime(time, row_.mutable_occur_time());
  row_.mutable_source()->set_system("imap");
  row_.mutable_source()->set_instance(kOrigins[0].instance.data(), kOrigins[0].instance.size());
  row_.mutable_source()->set_record_id(id.data(), id.size());
  time_ = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  origin_ = Origin::kMailbox;
  return row_;
}

v1::Identifier& Scribe::AddParty(v1::PartyRole role, v1::IdentifierKind kind,
                                 absl::string_view raw) {
  v1::Party& party = *row_.add_parties();
  party.set_role(role);
  v1::Identifier& identifier = *party.add_identifiers();
  identifier.set_kind(kind);
  identifier.set_raw(raw.data(), raw.size());
  return identifier;
}

void Scribe::AddPerson(v1::PartyRole role, const Person& person) {
  switch (origin_) {
    case Origin::kSequencer:
      return AddMail(role, KnownMailOf(person));
    case Origin::kMailbox:
      // We write to the address on record; they write from the one they have.
      if (role != v1::PARTY_ROLE_FROM) return AddMail(role, KnownMailOf(person));
      AddMail(role, MailOf(person));
      return ShowName(person);
    case Origin::kNetwork:
      AddParty(role, v1::IDENTIFIER_KIND_SOCIAL, PageOf(person))
          .set_system(kNetwork.data(), kNetwork.size());
      return ShowName(person);
    case Origin::kRecords:
      if (person.has_record) {
        AddParty(role, v1::IDENTIFIER_KIND_RECORD, RecordOf(person))
            .set_system(kRecordSystem.data(), kRecordSystem.size());
      } else {
        AddMail(role, MailOf(person));
      }
      return ShowName(person);
    case Origin::kSite:
    case Origin::kApp:
      return AddMail(role, WebMailOf(person));
  }
}

void Scribe::ShowName(const Person& person) {
  row_.mutable_parties(row_.parties_size() - 1)
      ->set_display_name(absl::StrCat(person.name.first, " ", person.name.last));
}

void Scribe::AddRecord(v1::PartyRole role, const Person& person, absl::string_view mail) {
  AddPerson(role, person);
  v1::Party& party = *row_.mutable_parties(row_.parties_size() - 1);
  if (person.has_record) {
    v1::Identifier& identifier = *party.add_identifiers();
    identifier.set_kind(v1::IDENTIFIER_KIND_EMAIL);
    identifier.set_raw(mail.data(), mail.size());
  }
  // The record of every other person names their page on the network.
  if (person.has_record && person.key % 2 == 0) {
    v1::Identifier& page = *party.add_identifiers();
    page.set_kind(v1::IDENTIFIER_KIND_SOCIAL);
    page.set_system(kNetwork.data(), kNetwork.size());
    page.set_raw(PageOf(person));
  }
}

void Scribe::AddOwner(v1::PartyRole role, uint16_t owner) { AddMail(role, OwnerEmail(owner)); }

void Scribe::AddMail(v1::PartyRole role, absl::string_view mail) {
  AddParty(role, v1::IDENTIFIER_KIND_EMAIL, mail);
}

void Scribe::Deliver(absl::Time time) {
  line_.clear();
  AppendJson(row_, &line_);
  delivery_.Add(time, line_);
  ++written_.rows;
}

void Scribe::DeliverBroken(absl::Time time) {
  row_.set_id(absl::StrCat(row_.id(), "x"));
  const uint32_t kind = random_.Below(3);
  if (kind == 1) {
    row_.clear_occur_time();
    // Without it the place of the row in the file could not be told.
    SetTime(time, row_.mutable_receive_time());
  }
  if (kind == 2) row_.clear_fact();
  line_.clear();
  AppendJson(row_, &line_);
  if (kind == 0) line_.resize(line_.size() * 2 / 3);
  if (kind == 2) line_.replace(line_.size() - 1, 1, R"(,"hologramShown":{}})");
  delivery_.Add(time, line_);
  ++written_.rows;
  ++written_.broken;
}

uint32_t Scribe::Send() {
  const OriginName& origin = kOrigins[static_cast<int>(origin_)];
  absl::Time receive = time_;
  if (random_.Chance(origin.late_share)) {
    receive += random_.LogNormal(absl::Hours(9), 1.0);
    SetTime(receive, row_.mutable_receive_time());
    ++written_.late;
  }
  Deliver(receive);
  if (random_.Chance(origin.repeated_share)) {
    SetTime(receive + random_.LogNormal(absl::Minutes(20), 2.0), row_.mutable_receive_time());
    Deliver(absl::FromUnixSeconds(row_.receive_time().seconds()));
    ++written_.repeated;
  } else if (random_.Chance(broken_share_)) {
    DeliverBroken(receive);
  }
  return number_;
}

}  // namespace tend::sample
