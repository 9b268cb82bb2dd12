// The real mail log that readiness is judged on: rows `from -> to` at a second, most of them with
// the truth. Format and protocol: the README.md of the data, "email_eu".

#ifndef TEND_TESTS_BENCH_MAIL_LOG_H_
#define TEND_TESTS_BENCH_MAIL_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tend::bench {

struct Mail {
  int64_t second = 0;  // since the log began
  uint32_t from = 0;
  uint32_t to = 0;
  // Known for most: whose 7 days do not cross the border of a split.
  bool labelled = false;
  bool valid = false;  // of the later split; the earlier one trains
  bool episode_start = false;
  bool cold = false;      // nothing between the two before
  bool answered = false;  // `to` writes to `from` within 7 days
};

// events: "seq,ts,from,to", by rising ts; truth: "seq,ts,from,to,split,episode_start,cold,y".
// Errors: DATA_LOSS, naming the line, where a file is not of that form or the two do not match.
absl::StatusOr<std::vector<Mail>> ParseMailLog(absl::string_view events, absl::string_view truth);

// events.csv.gz and truth_train_valid.csv.gz of a folder. Errors: NOT_FOUND; as ParseMailLog.
absl::StatusOr<std::vector<Mail>> ReadMailLog(const std::string& folder);

}  // namespace tend::bench

#endif  // TEND_TESTS_BENCH_MAIL_LOG_H_
