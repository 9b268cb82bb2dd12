#include "services/cli/trial/trial_print.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/model/words.h"
#include "services/cli/progress.h"
#include "services/cli/table.h"
#include "services/cli/text_width.h"
#include "services/cli/view_text.h"

namespace tend::cli {
namespace {

constexpr size_t kExamples = 10;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

std::string KindOf(v1::MomentKind kind) {
  return PlainWords(v1::MomentKind_Name(kind), sizeof("MOMENT_KIND_") - 1);
}
std::string StageOf(int stage) {
  return v1::Stage_Name(static_cast<v1::Stage>(stage)).substr(sizeof("STAGE_") - 1);
}
std::string ReasonOf(v1::RejectReason r) {
  return PlainWords(v1::RejectReason_Name(r), sizeof("REJECT_REASON_") - 1);
}
std::string GuardOf(v1::GuardReason r) {
  return PlainWords(v1::GuardReason_Name(r), sizeof("GUARD_REASON_") - 1);
}

// A heading between blank lines.
void Heading(const std::string& text, const TerminalStyle& style, std::string* out) {
  absl::StrAppend(out, "\n", BeginTone(Tone::kStrong, style), text, EndTone(Tone::kStrong, style),
                  "\n");
}

// One for each recipient: the rows of a log that has a row for each.
void PrintPairs(const enrichment::EnrichmentCounts& e, const TerminalStyle& style,
                std::string* out) {
  const int64_t all = e.pairs_us_and_them + e.pairs_between_us + e.pairs_between_outsiders;
  if (all == 0) return;
  Table table({{"messages, one for each recipient"}, {"", true}});
  table.AddRow({"between us and them", WithCommas(e.pairs_us_and_them)});
  table.AddRow({"among ourselves", WithCommas(e.pairs_between_us)});
  table.AddRow({"among outsiders", WithCommas(e.pairs_between_outsiders)});
  absl::StrAppend(out, "\n", table.Format(style));
}

void PrintInput(const TrialResult& r, const TerminalStyle& style, std::string* out) {
  Table table({{"interactions"}, {"", true}});
  const auto row = [&](const char* what, int64_t count) {
    if (count > 0) table.AddRow({what, WithCommas(count)});
  };
  const enrichment::EnrichmentCounts& e = r.enrichment;
  table.AddRow({"read", WithCommas(r.interactions)});
  row("between us and them", e.with_events);
  row("not between us and them: among ourselves", e.between_us);
  row("not between us and them: among outsiders", e.between_outsiders);
  row("repeats", e.repeats);
  row("with a mailbox that nobody reads", e.machines);
  row("web visitors without a name", e.unknown_visitors);
  row("ignored: unknown facts marked ignorable", r.ignored + e.ignored);
  for (const auto& [reason, count] : r.rejects) {
    table.AddRow({"rejected: " + ReasonOf(reason), {WithCommas(count), Tone::kWarning}});
  }
  absl::StrAppend(out, table.Format(style));
  PrintPairs(e, style, out);
  if (r.interactions > 0)
    absl::StrAppend(out, "from ", DayOf(r.first), " to ", DayOf(r.last), "\n");
}

void PrintPeople(const TrialResult& r, const TerminalStyle& style, std::string* out) {
  Heading(
      absl::StrCat("People: ", WithCommas(r.people), ", at ", WithCommas(r.accounts), " accounts"),
      style, out);
  Table table({{"stage"}, {"people", true}});
  for (int stage = 1; stage < v1::Stage_ARRAYSIZE; ++stage) {
    if (r.stages[stage] > 0) table.AddRow({StageOf(stage), WithCommas(r.stages[stage])});
  }
  absl::StrAppend(out, table.Format(style));
}

// As its owner would have read it when it came.
std::string NudgeOf(const TrialResult& r, const TrialNudge& shown, const TerminalStyle& style) {
  const v1::Nudge nudge = shown.Decoded();
  const auto name = r.person_names.find(nudge.moment().person_id());
  return NudgeText(nudge, name == r.person_names.end() ? "somebody" : name->second,
                   absl::FromUnixSeconds(nudge.create_time().seconds()), style);
}

// A few of each kind, in the order of time: the rare kinds are seen too.
std::vector<const TrialNudge*> Examples(const TrialResult& r) {
  std::map<v1::MomentKind, size_t> shown;
  std::vector<const TrialNudge*> examples;
  for (size_t round = 1; examples.size() < kExamples && round <= kExamples; ++round) {
    for (const TrialNudge& nudge : r.nudges) {
      if (examples.size() == kExamples) break;
      const bool taken = std::find(examples.begin(), examples.end(), &nudge) != examples.end();
      if (!taken && shown[nudge.kind] < round) {
        ++shown[nudge.kind];
        examples.push_back(&nudge);
      }
    }
  }
  std::sort(examples.begin(), examples.end());  // one vector: by place
  return examples;
}

void PrintNudges(const TrialResult& r, const TerminalStyle& style, std::string* out) {
  Heading(absl::StrCat("Nudges: ", WithCommas(static_cast<int64_t>(r.nudges.size()))), style, out);
  std::map<v1::MomentKind, std::array<int64_t, v1::NudgeState_ARRAYSIZE>> kinds;
  int64_t outreach = 0;
  for (const TrialNudge& nudge : r.nudges) {
    ++kinds[nudge.kind][nudge.state];
    outreach += nudge.family == v1::MOMENT_FAMILY_OUTREACH ? 1 : 0;
  }
  Table table({{"kind"}, {"nudges", true}, {"open", true}, {"withdrawn", true}, {"expired", true}});
  for (const auto& [kind, states] : kinds) {
    int64_t sum = 0;
    for (const int64_t count : states) sum += count;
    table.AddRow({KindOf(kind), WithCommas(sum), WithCommas(states[v1::NUDGE_STATE_OPEN]),
                  WithCommas(states[v1::NUDGE_STATE_WITHDRAWN]),
                  WithCommas(states[v1::NUDGE_STATE_EXPIRED])});
  }
  absl::StrAppend(out, table.Format(style));
  if (outreach > 0) {
    absl::StrAppend(out, "After ", WithCommas(r.outreach_followed), " of ", WithCommas(outreach),
                    " outreach nudges the owner and the person talked within 7 days.\n");
  }
  const auto examples = Examples(r);
  if (!examples.empty()) absl::StrAppend(out, "\nFor example:\n");
  for (const TrialNudge* nudge : examples) absl::StrAppend(out, NudgeOf(r, *nudge, style));
}

void PrintLeftAlone(const TrialResult& r, const TerminalStyle& style, std::string* out) {
  if (r.left_alone.empty()) return;
  Heading(absl::StrCat("Left alone: ", WithCommas(static_cast<int64_t>(r.left_alone.size())),
                       " people"),
          style, out);
  std::map<v1::GuardReason, int64_t> reasons;
  for (const LeftAlone& left : r.left_alone) ++reasons[left.verdict.reason()];
  Table table({{"because"}, {"people", true}});
  for (const auto& [reason, count] : reasons) table.AddRow({GuardOf(reason), WithCommas(count)});
  absl::StrAppend(out, table.Format(style));
  std::map<v1::GuardReason, int> shown;
  for (const LeftAlone& left : r.left_alone) {
    if (shown[left.verdict.reason()]++ >= 2) continue;
    model::Reader reader;
    reader.person = View(left.person);
    reader.now = r.last;
    absl::StrAppend(out, "  ", Printable(View(model::WordsOfGuard(left.verdict, reader))), "\n");
  }
}

void PrintList(const TrialResult& r, const TerminalStyle& style, std::string* out) {
  if (r.list_rows == 0) return;
  Heading(absl::StrCat("The list: ", WithCommas(r.list_rows), " rows, and no call to make"), style,
          out);
  Table table({{"outcome"}, {"people", true}});
  for (const auto& [outcome, people] : r.list_outcomes) {
    table.AddRow({OutcomeText(outcome), WithCommas(people)});
  }
  absl::StrAppend(out, table.Format(style));
}

void PrintRejects(const TrialResult& r, const TerminalStyle& style, std::string* out) {
  if (r.reject_examples.empty()) return;
  Heading("Rejected rows, for example", style, out);
  for (const v1::Reject& reject : r.reject_examples) {
    const std::string origin = OriginText(reject);
    absl::StrAppend(out, "  ", origin, origin.empty() ? "" : ": ", reject.field(),
                    reject.field().empty() ? "" : ": ", Printable(View(reject.detail())), "\n");
  }
}

}  // namespace

std::string PrintTrial(const TrialResult& r, bool made_up, const TerminalStyle& style) {
  std::string out;
  if (made_up)
    absl::StrAppend(&out, "Made-up data: these figures say nothing about real people.\n\n");
  PrintInput(r, style, &out);
  PrintPeople(r, style, &out);
  PrintNudges(r, style, &out);
  PrintLeftAlone(r, style, &out);
  PrintList(r, style, &out);
  PrintRejects(r, style, &out);
  const double seconds = absl::ToDoubleSeconds(r.wall);
  absl::StrAppendFormat(
      &out, "\n%s in %s, %s a second; peak memory %d MiB.\n", WithCommas(r.interactions),
      FormatSpan(r.wall),
      WithCommas(static_cast<int64_t>(static_cast<double>(r.interactions) / seconds)),
      r.peak_memory_bytes >> 20);
  return out;
}

}  // namespace tend::cli
