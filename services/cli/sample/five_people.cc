#include "services/cli/sample/five_people.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/cli/sample/calendar.h"

namespace tend::sample {
namespace {

constexpr absl::string_view kAnn = "ann@birchwood.example";
constexpr absl::string_view kBob = "bob@millstone.example";
constexpr absl::string_view kCy = "cy@lakeside.example";
constexpr absl::string_view kDi = "di@harbourside.example";
constexpr absl::string_view kEve = "eve@orchard.example";

// 2026, at the full hour UTC.
absl::Time At(int month, int day, int hour, int minute = 0) {
  return AtMidnight(absl::CivilDay(2026, month, day)) + absl::Hours(hour) + absl::Minutes(minute);
}

// Collects the rows; ids are "ann-1", "ann-2" and so on, by person.
class Teller {
 public:
  // A row with the address's own next id. The reference holds until the next Add.
  v1::Interaction& Add(absl::string_view mail, absl::string_view system, absl::Time time,
                       v1::Channel channel) {
    const absl::string_view name = mail.substr(0, mail.find('@'));
    v1::Interaction& row = rows_.emplace_back();
    row.set_id(absl::StrCat(name, "-", ++number_));
    row.mutable_source()->set_system(absl::StrCat(system));
    row.mutable_source()->set_record_id(absl::StrCat(name));
    row.mutable_occur_time()->set_seconds(absl::ToUnixSeconds(time));
    row.set_channel(channel);
    return row;
  }

  static void AddParty(v1::PartyRole role, absl::string_view mail, v1::Interaction& row) {
    v1::Party& party = *row.add_parties();
    party.set_role(role);
    v1::Identifier& identifier = *party.add_identifiers();
    identifier.set_kind(v1::IDENTIFIER_KIND_EMAIL);
    identifier.set_raw(absl::StrCat(mail));
  }

  v1::Interaction& OnSite(absl::string_view mail, absl::Time time) {
    v1::Interaction& row = Add(mail, "site", time, v1::CHANNEL_WEB);
    AddParty(v1::PARTY_ROLE_SUBJECT, mail, row);
    return row;
  }

  void Visit(absl::string_view mail, absl::Time time, v1::PageKind kind) {
    v1::PageVisited& page = *OnSite(mail, time).mutable_page_visited();
    page.set_kind(kind);
    page.set_url(kind == v1::PAGE_KIND_PRICING ? "/pricing" : "/read/guide-to-calm-planning");
  }

  v1::Interaction& Mail(absl::string_view about, absl::string_view from, absl::string_view to,
                        absl::Time time) {
    v1::Interaction& row = Add(about, "imap", time, v1::CHANNEL_MAIL);
    AddParty(v1::PARTY_ROLE_FROM, from, row);
    AddParty(v1::PARTY_ROLE_TO, to, row);
    return row;
  }

  void NextPerson() { number_ = 0; }

  // By time; of one time, as told.
  std::vector<v1::Interaction> Rows() && {
    std::stable_sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) {
      return a.occur_time().seconds() < b.occur_time().seconds();
    });
    return std::move(rows_);
  }

 private:
  std::vector<v1::Interaction> rows_;
  int number_ = 0;
};

void TellAnn(Teller& teller) {
  teller.OnSite(kAnn, At(2, 2, 9)).mutable_form_sent()->set_form("contact");
  teller.Visit(kAnn, At(2, 5, 9), v1::PAGE_KIND_CONTENT);
  teller.Visit(kAnn, At(2, 9, 9), v1::PAGE_KIND_CONTENT);
  teller.OnSite(kAnn, At(2, 12, 9)).mutable_question_asked()->set_topic("integration");
}

void TellBob(Teller& teller) {
  for (int i = 0; i < 20; ++i) {
    v1::Interaction& row =
        teller.Add(kBob, "sequencer", At(1, 5, 7) + i * absl::Hours(42), v1::CHANNEL_MAIL);
    Teller::AddParty(v1::PARTY_ROLE_SUBJECT, kBob, row);
    row.set_automated(v1::AUTOMATED_REASON_MACHINE_OPEN);
    row.mutable_message_opened();
  }
}

void TellCy(Teller& teller) {
  for (const absl::Time time : {At(1, 5, 8), At(1, 20, 8), At(2, 5, 8)}) {
    v1::Interaction& row = teller.Mail(kCy, kEve, kCy, time);
    row.set_purpose(v1::TOUCH_PURPOSE_OTHER);
    row.set_unsolicited(true);
    row.mutable_message_sent()->set_subject("An idea for your team");
  }
  // By day of February: how many visits of each kind.
  struct Day {
    int day;
    int visits;
  };
  for (const Day& day : {Day{6, 1}, Day{11, 2}, Day{12, 2}}) {
    for (int i = 0; i < day.visits; ++i) {
      teller.Visit(kCy, At(2, day.day, 10, 10 * i), v1::PAGE_KIND_CONTENT);
      teller.Visit(kCy, At(2, day.day, 10, 10 * i + 5), v1::PAGE_KIND_PRICING);
    }
  }
  teller.OnSite(kCy, At(2, 12, 15)).mutable_event_attended()->set_event("Thursday talk");
}

void TellDi(Teller& teller) {
  v1::Interaction& wish = teller.Add(kDi, "hubspot", At(1, 12, 10), v1::CHANNEL_UNSPECIFIED);
  Teller::AddParty(v1::PARTY_ROLE_AUTHOR, kEve, wish);
  Teller::AddParty(v1::PARTY_ROLE_SUBJECT, kDi, wish);
  v1::Rest& rest = *wish.mutable_rest_wished()->mutable_rest();
  rest.mutable_until_time()->set_seconds(absl::ToUnixSeconds(At(3, 1, 0)));
  rest.set_stated_by("eve");
  rest.set_words("After the winter, please");

  v1::Interaction& hers = teller.Mail(kDi, kDi, kEve, At(2, 10, 9));
  hers.set_thread_key("di.1");
  hers.mutable_message_sent()->set_subject("Sooner than I thought");
  const std::string answers = hers.id();
  v1::Interaction& ours = teller.Mail(kDi, kEve, kDi, At(2, 12, 10));
  ours.set_thread_key("di.1");
  ours.set_in_reply_to(answers);
  ours.set_purpose(v1::TOUCH_PURPOSE_ANSWER);
  ours.mutable_message_sent()->set_subject("Sooner than I thought");
}

}  // namespace

std::vector<v1::Interaction> FivePeople() {
  Teller teller;
  for (const auto& tell : {TellAnn, TellBob, TellCy, TellDi}) {
    teller.NextPerson();
    tell(teller);
  }
  return std::move(teller).Rows();
}

absl::string_view EdsRow() { return "ed@fernhill.example,Ed Marsh,Fernhill Print,Buyer,,,true"; }

}  // namespace tend::sample
