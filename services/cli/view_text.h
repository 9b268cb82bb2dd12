// Relationships, explanations and nudges as a person reads them: what the trial and the questions
// to running services print alike. Names and other words from outside are made Printable.

#ifndef TEND_SERVICES_CLI_VIEW_TEXT_H_
#define TEND_SERVICES_CLI_VIEW_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "services/cli/terminal.h"
#include "tend/v1/evidence.pb.h"
#include "tend/v1/guard.pb.h"
#include "tend/v1/identifier.pb.h"
#include "tend/v1/list.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/reject.pb.h"
#include "tend/v1/timeline.pb.h"

namespace tend::cli {

// "MOMENT_KIND_BECAME_READY" -> "became ready": the words of an enum's value behind its prefix.
std::string PlainWords(const std::string& name, size_t prefix);

// "2026-02-24", in UTC.
std::string DayOf(absl::Time time);

// "time invalid".
std::string ReasonText(const v1::Reject& reject);

// Where it came from: "contacts.csv:3" (the line, as an editor counts), "tend.inbox.v1/2@17".
std::string OriginText(const v1::Reject& reject);

// An identifier as the commands take it: its normal form, where it has one.
std::string HandleOf(const v1::Identifier& identifier);

// Their name, else their first identifier (HandleOf), else their id.
std::string NameOf(const v1::Person& person);

// What a guard says of them: "No guard holds." where none does.
std::string GuardText(const v1::GuardVerdict& verdict, const std::string& person, absl::Time now);

// Rows of evidence, the weightiest first, that sum to z; what counts nothing; the guard. anybody:
// for whom it is where the explanation names no owner.
std::string ExplanationText(const v1::Explanation& explanation, const std::string& person,
                            const std::string& anybody, const TerminalStyle& style);

// One relationship: where it stands, its ties, wishes and promises.
std::string RelationshipText(const v1::RelationshipView& view, const TerminalStyle& style);

// What became of a row of a list, and what that means.
std::string OutcomeText(v1::ListOutcome outcome);

// When, to whom, of which kind; then the nudge in full sentences, and what holds it, as of `now`.
// All times are UTC, and say so.
std::string NudgeText(const v1::Nudge& nudge, const std::string& person, absl::Time now,
                      const TerminalStyle& style);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_VIEW_TEXT_H_
