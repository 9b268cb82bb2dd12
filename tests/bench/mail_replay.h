// Replays a mail log through the model: every row is a touch by the owner who wrote it to the
// person it went to, and a message of the person who wrote it to the owner it went to.

#ifndef TEND_TESTS_BENCH_MAIL_REPLAY_H_
#define TEND_TESTS_BENCH_MAIL_REPLAY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/model/scoring_model.h"
#include "tests/bench/mail_log.h"

namespace tend::bench {

// What was asked before a labelled row was folded: z of its receiver for its sender.
struct Asked {
  const Mail* mail = nullptr;
  int recipients = 0;    // rows of the same sender and second
  double z_planned = 0;  // as the product asks: the touch has one recipient
  double z_sent = 0;     // as it was sent: to all of them
};

// How a message of a person to several of us in the same second is folded.
enum class SeveralOwners : uint8_t {
  kOneActEach,  // the protocol: each row by itself
  kOneAct,      // the product, where a source tells it as one interaction: one act on several ties
};

// One for each labelled row, in their order. Rows of the same second see nothing of each other.
// REQUIRES: mails by rising second; they outlive the result.
std::vector<Asked> Replay(absl::Span<const Mail> mails, SeveralOwners several,
                          const model::ScoringModel& model, const model::Policy& policy);

}  // namespace tend::bench

#endif  // TEND_TESTS_BENCH_MAIL_REPLAY_H_
