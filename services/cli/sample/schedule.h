// Schedule: what will happen to whom, by time.

#ifndef TEND_SERVICES_CLI_SAMPLE_SCHEDULE_H_
#define TEND_SERVICES_CLI_SAMPLE_SCHEDULE_H_

#include <cstdint>
#include <queue>
#include <vector>

#include "absl/time/time.h"

namespace tend::sample {

enum class Happening : uint8_t {
  // A person comes into somebody's view.
  kAppears,
  // A person does something of their own.
  kOwnAct,
  // A person answers, or not, a message of ours.
  kReply,
  kAttends,
  kChangesJob,
  // The system of record learns a second address.
  kRecordLearns,
  // An owner writes or calls of their own accord.
  kTouch,
  // An owner answers a person.
  kAnswer,
  // An owner's mail-merge reaches the next person.
  kCampaign,
  kMeeting,
  kPromiseDue,
  // Two colleagues write to each other.
  kColleagues,
};

// One entry. What `thread`, `message` and `depth` mean depends on the kind; 0 where unused.
struct Event {
  absl::Time time;
  Happening kind = Happening::kOwnAct;
  // How many turns of talk came before it.
  uint8_t depth = 0;
  // Of a reply: to a mail-merge. Of an answer: to a question.
  bool special = false;
  uint16_t owner = 0;
  uint32_t person = 0;
  uint32_t thread = 0;
  uint32_t message = 0;
  // By order of scheduling; decides between equal times.
  uint64_t sequence = 0;

  bool operator>(const Event& other) const {
    return time != other.time ? time > other.time : sequence > other.sequence;
  }
};

// A heap of events; what lies at or after the end is never kept.
class Schedule {
 public:
  explicit Schedule(absl::Time end) : end_(end) {}

  void Add(Event event) {
    // Rows are written to the second, and so is what leads to them.
    event.time = absl::FromUnixSeconds(absl::ToUnixSeconds(event.time));
    event.sequence = sequence_++;
    if (event.time < end_) events_.push(event);
  }
  bool empty() const { return events_.empty(); }
  Event Next() {
    const Event event = events_.top();
    events_.pop();
    return event;
  }

 private:
  absl::Time end_;
  uint64_t sequence_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_SCHEDULE_H_
