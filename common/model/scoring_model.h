// The numbers of readiness and of stages, compiled from their contracts into what the formulas
// read.

#ifndef TEND_COMMON_MODEL_SCORING_MODEL_H_
#define TEND_COMMON_MODEL_SCORING_MODEL_H_

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/model/instant.h"
#include "common/model/signal.h"

namespace tend::v1 {
class Policy;
class ScoringModel;
}  // namespace tend::v1

namespace tend::model {

// log1p of a decayed count. std::log1p is exact near 0 too, where it adds nothing here, and costs
// three times as much (30 against 9 ns).
inline double Log1p(double count) { return std::log(1 + count); }

// One row of the table of facts; see v1.FactRule.
struct FactRule {
  enum class By : uint8_t { kAuthor, kPerson, kUs, kThirdParty, kBoth };
  SignalClass signal = SignalClass::kNone;
  By by = By::kThirdParty;
  bool reply_like = false;
  bool refusal = false;
  bool only_if_wanted = false;
  bool also_message = false;
  Purpose touch = Purpose::kNone;
};

// z = intercept + sum of weight * log1p(A_k) + the terms below; docs/model.md has the formulas and
// their sources.
struct ScoringModel {
  std::string version;
  // Indexed by SignalClass; the trust classes have weight 0 and a half-life.
  std::array<double, kClasses> weight{};
  std::array<double, kClasses> per_second{};  // 1 / half-life
  double tie_message_weight = 0;
  double tie_message_per_second = 0;
  double intercept = 0;
  double tie_answer_rate = 0;
  double person_answer_rate = 0;
  double rate_prior = 0;
  double tie_reciprocity = 0;
  double no_history = 0;
  double unanswered = 0;
  int unanswered_cap = 0;
  double recipients = 0;
  // By the field number of Interaction.fact; page_visited by kind of page.
  static constexpr int kFactFields = 64;
  std::array<FactRule, kFactFields> facts{};
  std::array<FactRule, 4> pages{};
};

// Checks ranges and signs (they are what the laws rest on) and the completeness of the table of
// facts. Errors: INVALID_ARGUMENT, naming every field at fault.
absl::StatusOr<ScoringModel> Compile(const v1::ScoringModel& contract);

// Local minutes of a day between which nobody is contacted; start > end is a window over midnight.
struct QuietHours {
  int start_minute = 0;
  int end_minute = 0;
  bool weekends = false;
};

// The numbers of v1.Policy, spans in seconds.
struct Policy {
  std::string version;
  double ready_enter = 0, ready_leave = 0, growing = 0;        // readiness, 0..1
  double ready_enter_z = 0, ready_leave_z = 0, growing_z = 0;  // the same as log-odds
  SpanSeconds patience = 0, conversing = 0, ready_evidence = 0, ready_act = 0, growing_act = 0,
              signal = 0, fresh = 0;

  SpanSeconds ready_expire = 0, waits_after = 0, waits_expire = 0, promise_before = 0,
              promise_after = 0;
  double cooling_share = 0;
  SpanSeconds cooling_window = 0, cooling_expire = 0, care_expire = 0, life_event_expire = 0;
  int cooling_acts = 0;

  SpanSeconds patience_base = 0, patience_max = 0;
  int budget = 0, account_budget = 0;  // unsolicited touches per window; 0: none at all
  SpanSeconds budget_window = 0, budget_apart = 0, account_pause = 0, permit_life = 0;
  QuietHours quiet;
};

// Errors: INVALID_ARGUMENT, naming every field at fault. Unset optional budgets get the defaults of
// design section 5.
absl::StatusOr<Policy> Compile(const v1::Policy& contract);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_SCORING_MODEL_H_
