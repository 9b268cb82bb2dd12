// Delivery: puts lines into the order in which they were received.

#ifndef TEND_SERVICES_CLI_SAMPLE_DELIVERY_H_
#define TEND_SERVICES_CLI_SAMPLE_DELIVERY_H_

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tend::sample {

// Lines come as they happen and leave as they are received. Only late ones wait here, so memory is
// that of the rows under way. One thread.
class Delivery {
 public:
  // Takes one line, without its end. The view lives for the call.
  using Sink = std::function<void(absl::string_view line)>;

  explicit Delivery(Sink sink) : sink_(std::move(sink)) {}

  // A line that is received at `time`. REQUIRES: time is not before the last AdvanceTo.
  void Add(absl::Time time, absl::string_view line);
  // Hands out all that is received up to and including `time`, by time, then by the order of Add.
  void AdvanceTo(absl::Time time);

 private:
  struct Waiting {
    absl::Time time;
    uint64_t sequence;
    std::string line;
    bool operator>(const Waiting& other) const {
      return time != other.time ? time > other.time : sequence > other.sequence;
    }
  };

  Sink sink_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  absl::Time now_ = absl::InfinitePast();
  uint64_t sequence_ = 0;
};

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_DELIVERY_H_
