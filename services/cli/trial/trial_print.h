// A trial's result in words and tables, or as JSON.

#ifndef TEND_SERVICES_CLI_TRIAL_TRIAL_PRINT_H_
#define TEND_SERVICES_CLI_TRIAL_TRIAL_PRINT_H_

#include <string>

#include "common/model/scoring_model.h"
#include "services/cli/terminal.h"
#include "services/cli/trial/trial_result.h"

namespace tend::cli {

// The report for people. made_up: the input is made-up data, and every figure says so.
std::string PrintTrial(const TrialResult& result, bool made_up, const TerminalStyle& style);

// One JSON object: counts, stages, nudges with their evidence codes, rejects. Keys stand in a fixed
// order, that of README.md; equal results give equal bytes.
std::string PrintTrialJson(const TrialResult& result, bool made_up);

// Why the explained person stands where they stand: rows of evidence that sum to z, guards, what
// counts nothing.
std::string PrintExplanation(const TrialResult& result, const model::ScoringModel& model,
                             const model::Policy& policy, const TerminalStyle& style);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_TRIAL_PRINT_H_
