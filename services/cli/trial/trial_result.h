// What a trial found: plain values for the report and for --json.

#ifndef TEND_SERVICES_CLI_TRIAL_TRIAL_RESULT_H_
#define TEND_SERVICES_CLI_TRIAL_TRIAL_RESULT_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/check.h"
#include "services/enrichment/domain/counts.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/list.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/reject.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {

// Somebody who is left alone, and why.
struct LeftAlone {
  std::string person;
  v1::GuardVerdict verdict;
};

// A nudge that was opened, in its last state. Encoded, but for what is counted: there are many, of
// which a few are shown.
struct TrialNudge {
  v1::Nudge Decoded() const {
    v1::NudgeChanged change;
    TEND_CHECK(change.ParseFromString(record));
    return std::move(*change.mutable_nudge());
  }

  v1::MomentKind kind = v1::MOMENT_KIND_UNSPECIFIED;
  v1::MomentFamily family = v1::MOMENT_FAMILY_UNSPECIFIED;
  v1::NudgeState state = v1::NUDGE_STATE_UNSPECIFIED;
  std::string record;  // of tend.nudges.v1, the last about it
};

struct TrialResult {
  // What came in.
  int64_t interactions = 0;
  int64_t ignored = 0;
  absl::Time first = absl::InfiniteFuture();
  absl::Time last = absl::InfinitePast();
  enrichment::EnrichmentCounts enrichment;
  std::map<v1::RejectReason, int64_t> rejects;
  std::vector<v1::Reject> reject_examples;  // the first few

  // Who there is.
  std::array<int64_t, v1::Stage_ARRAYSIZE> stages{};
  int64_t people = 0;
  int64_t accounts = 0;
  std::vector<LeftAlone> left_alone;

  // What was said, in the order of opening.
  std::vector<TrialNudge> nudges;
  std::map<std::string, std::string> person_names;  // of people in nudges: id -> name
  std::map<v1::CloseCause, int64_t> withdrawn;
  int64_t outreach_followed =
      0;  // of the outreach nudges, those after which owner and person talked within 7 days

  // The list's harvest.
  int64_t list_rows = 0;
  std::map<v1::ListOutcome, int64_t> list_outcomes;  // people, each once

  // How long it took.
  absl::Duration wall;
  int64_t peak_memory_bytes = 0;

  // --explain
  std::string explained_person;  // id; empty: nobody asked, or not found
  std::vector<v1::Interaction> history;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_TRIAL_RESULT_H_
