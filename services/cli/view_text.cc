#include "services/cli/view_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "common/model/proto_time.h"
#include "common/model/words.h"
#include "services/cli/table.h"
#include "services/cli/text_width.h"

namespace tend::cli {
namespace {

using model::ToTime;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

std::string RowName(const v1::Evidence& row) {
  if (row.term() == v1::EVIDENCE_TERM_INTERACTION) {
    const absl::string_view act = model::WordsOfAct(row.signal_class(), row.on_tie());
    return absl::StrCat("they ", act, " (", DayOf(ToTime(row.occur_time())), ")");
  }
  return PlainWords(v1::EvidenceTerm_Name(row.term()), sizeof("EVIDENCE_TERM_") - 1);
}

std::string MinuteOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

std::string TiesText(const v1::RelationshipView& view, const TerminalStyle& style) {
  Table table({{"owner", false, 8},
               {"readiness", true},
               {"strength", true},
               {"tie"},
               {"received", true},
               {"sent", true},
               {"last theirs"},
               {"last ours"}});
  for (const v1::TieView& tie : view.ties()) {
    table.AddRow(
        {tie.owner_id(), absl::StrFormat("%.2f", tie.readiness()),
         absl::StrFormat("%.2f", tie.strength()),
         PlainWords(v1::TieStatus_Name(tie.status()), sizeof("TIE_STATUS_") - 1),
         WithCommas(tie.received()), WithCommas(tie.sent()),
         tie.has_last_theirs_time() ? DayOf(ToTime(tie.last_theirs_time())) : std::string("never"),
         tie.has_last_ours_time() ? DayOf(ToTime(tie.last_ours_time())) : std::string("never")});
  }
  return table.Format(style);
}

}  // namespace

std::string PlainWords(const std::string& name, size_t prefix) {
  std::string words = name.substr(std::min(prefix, name.size()));
  absl::AsciiStrToLower(&words);
  return absl::StrReplaceAll(words, {{"_", " "}});
}

std::string DayOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

std::string ReasonText(const v1::Reject& reject) {
  return PlainWords(v1::RejectReason_Name(reject.reason()), sizeof("REJECT_REASON_") - 1);
}

std::string OriginText(const v1::Reject& reject) {
  if (reject.has_file()) {
    return absl::StrCat(Printable(View(reject.file().file())), ":", reject.file().line());
  }
  if (!reject.has_record()) return "";
  return absl::StrCat(reject.record().topic(), "/", reject.record().partition(), "@",
                      reject.record().offset());
}

std::string HandleOf(const v1::Identifier& identifier) {
  return Printable(
      View(identifier.normalized().empty() ? identifier.raw() : identifier.normalized()));
}

std::string NameOf(const v1::Person& person) {
  if (!person.display_name().empty()) return Printable(View(person.display_name()));
  if (person.identifiers().empty()) return person.person_id();
  return HandleOf(person.identifiers(0));
}

std::string GuardText(const v1::GuardVerdict& verdict, const std::string& person, absl::Time now) {
  const std::string words = model::WordsOfGuard(verdict, {View(person), now});
  return words.empty() ? "No guard holds." : Printable(View(words));
}

std::string ExplanationText(const v1::Explanation& explanation, const std::string& person,
                            const std::string& anybody, const TerminalStyle& style) {
  const absl::Time at = ToTime(explanation.as_of_time());
  std::vector<v1::Evidence> rows(explanation.evidence().begin(), explanation.evidence().end());
  std::stable_sort(rows.begin(), rows.end(), [](const v1::Evidence& a, const v1::Evidence& b) {
    return std::abs(a.contribution()) > std::abs(b.contribution());
  });
  std::string out = absl::StrFormat(
      "%s: readiness %.3f for %s on %s (the chance of an answer within 7 days; not of a "
      "purchase)\n",
      Printable(View(person)), explanation.readiness(),
      explanation.owner_id().empty() ? anybody : Printable(View(explanation.owner_id())),
      MinuteOf(at));
  Table table({{"why", false, 20}, {"log-odds", true}});
  for (const v1::Evidence& row : rows)
    table.AddRow({RowName(row), absl::StrFormat("%+.3f", row.contribution())});
  table.AddRow({{"sum (z)", Tone::kStrong}, absl::StrFormat("%+.3f", explanation.z())});
  absl::StrAppend(&out, table.Format(style));
  for (const v1::UncountedFacts& facts : explanation.uncounted()) {
    absl::StrAppend(&out, WithCommas(facts.count()), " x ",
                    Printable(View(PlainWords(facts.fact(), 0))), ": kept, and counts nothing\n");
  }
  absl::StrAppend(&out, GuardText(explanation.guard(), "This person", at), "\n");
  return out;
}

std::string RelationshipText(const v1::RelationshipView& view, const TerminalStyle& style) {
  const v1::Person& person = view.person();
  const std::string name = NameOf(person);
  const absl::Time now = ToTime(view.as_of_time());
  std::string out = absl::StrCat(BeginTone(Tone::kStrong, style), name,
                                 EndTone(Tone::kStrong, style), "  ", person.person_id(), "\n");
  for (const v1::Identifier& identifier : person.identifiers()) {
    const std::string handle = HandleOf(identifier);
    const std::string raw = Printable(View(identifier.raw()));
    absl::StrAppend(&out, "  ", handle, raw == handle ? "" : absl::StrCat("  (", raw, ")"), "\n");
  }
  if (!person.account_id().empty())
    absl::StrAppend(&out, "  at ", Printable(View(person.account_id())), "\n");
  absl::StrAppendFormat(
      &out, "%s since %s; readiness %.2f (the chance of an answer within 7 days), trust %.2f\n",
      PlainWords(v1::Stage_Name(view.stage()), sizeof("STAGE_") - 1),
      view.has_stage_time() ? DayOf(ToTime(view.stage_time())) : std::string("always"),
      view.readiness(), view.trust());
  absl::StrAppend(&out, GuardText(view.guard(), name, now), "\n");
  absl::StrAppend(
      &out,
      "Their last act: ", view.has_last_act_time() ? DayOf(ToTime(view.last_act_time())) : "never",
      "; our last touch: ",
      view.has_last_touch_time() ? DayOf(ToTime(view.last_touch_time())) : "never", "\n");
  for (const v1::Promise& promise : view.promises()) {
    absl::StrAppend(&out, "Promised by ", Printable(View(promise.by_owner_id())), ", due ",
                    DayOf(ToTime(promise.due_time())), "\n");
  }
  absl::StrAppend(&out, TiesText(view, style));
  return out;
}

std::string OutcomeText(v1::ListOutcome outcome) {
  switch (outcome) {
    case v1::LIST_OUTCOME_KNOWN:
      return "known: there is a relationship already";
    case v1::LIST_OUTCOME_WARM_PATH:
      return "warm path: somebody we know can introduce us";
    case v1::LIST_OUTCOME_SHARED_GROUND:
      return "shared ground: there is a place to meet";
    case v1::LIST_OUTCOME_SOCIAL_HANDLE:
      return "social handle: can be followed where they speak in public";
    case v1::LIST_OUTCOME_LEAVE_ALONE:
      return "leave alone: their wish";
    default:
      return "seed: nothing has happened yet";
  }
}

std::string NudgeText(const v1::Nudge& nudge, const std::string& person, absl::Time now,
                      const TerminalStyle& style) {
  const model::Reader reader{View(person), now};
  const std::string when = MinuteOf(ToTime(nudge.create_time()));
  std::string out = absl::StrCat(
      BeginTone(Tone::kFaint, style), when, "  to ", Printable(View(nudge.owner_id())), "  (",
      PlainWords(v1::MomentKind_Name(nudge.moment().kind()), sizeof("MOMENT_KIND_") - 1), ")",
      EndTone(Tone::kFaint, style), "\n  ",
      Printable(View(model::TextOfMoment(nudge.moment(), reader))), "\n");
  if (const std::string hold = model::WordsOfHold(nudge, reader); !hold.empty()) {
    absl::StrAppend(&out, "  ", Printable(View(hold)), "\n");
  }
  return out;
}

}  // namespace tend::cli
