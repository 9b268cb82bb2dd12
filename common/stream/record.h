// What a log holds: records at offsets in the partitions of a topic.

#ifndef TEND_COMMON_STREAM_RECORD_H_
#define TEND_COMMON_STREAM_RECORD_H_

#include <compare>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tend::stream {

// A place in one partition, from 0. "The next one" is Next(offset), never + 1 by hand.
class Offset {
 public:
  constexpr Offset() = default;
  constexpr explicit Offset(int64_t value) : value_(value) {}
  constexpr int64_t value() const { return value_; }
  friend constexpr auto operator<=>(Offset, Offset) = default;

 private:
  int64_t value_ = 0;
};

constexpr Offset Next(Offset offset) { return Offset(offset.value() + 1); }

struct TopicPartition {
  std::string topic;
  int partition = 0;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// One record as read. The views live until the next poll of the consumer that gave it.
struct Record {
  absl::string_view topic;
  int partition = 0;
  Offset offset;
  absl::string_view key;
  absl::string_view value;
  bool tombstone = false;   // no value at all: the key is deleted (compacted topics only)
  absl::Time produce_time;  // when it was written, never when it happened
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_RECORD_H_
