// min_position: waits until what a command's answer named is to be seen here.

#ifndef TEND_SERVICES_QUERY_POSTGRES_POSITION_WATCH_H_
#define TEND_SERVICES_QUERY_POSTGRES_POSITION_WATCH_H_

#include <condition_variable>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/postgres/connection.h"
#include "common/runtime/mutex.h"
#include "services/query/position/passed_inputs.h"
#include "tend/v1/position.pb.h"

namespace tend::query {

// A record of tend.interactions.v1 is visible when its rows are there and scoring has read them, or
// its reject is there; one of tend.owner-events.v1 when a change of a nudge names it. One that
// leaves none of these (a repeat, mail among outsiders, a preference) is, once its reader has
// committed it and all is projected that was written by then.
//
// All methods from any thread.
class PositionWatch {
 public:
  // passed outlives this.
  explicit PositionWatch(PassedInputs& passed) : passed_(passed) {}

  // The projector has committed. Of another instance's commits nothing is heard: those are looked
  // for every kLookEvery.
  void Moved();

  // Errors: INVALID_ARGUMENT for another topic; DEADLINE_EXCEEDED after kPatience.
  absl::Status Await(postgres::Connection& connection, const v1::Position& position);

  static constexpr absl::Duration kPatience = absl::Milliseconds(500);
  static constexpr absl::Duration kLookEvery = absl::Milliseconds(25);
  // Most records are visible before: then the log is asked nothing.
  static constexpr absl::Duration kAskLogAfter = absl::Milliseconds(100);

 private:
  PassedInputs& passed_;
  Mutex mu_;
  std::condition_variable_any moved_;
  int64_t moves_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_POSITION_WATCH_H_
