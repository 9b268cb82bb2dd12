// Carries the topics into the read model: each record's effect is there exactly once, whatever
// fails in between. Decision: docs/decisions/2026-11-25-projection.md.

#ifndef TEND_SERVICES_QUERY_PROJECTOR_H_
#define TEND_SERVICES_QUERY_PROJECTOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/latency_histogram.h"
#include "common/stream/clock.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"
#include "common/stream/producer.h"
#include "common/stream/worker.h"
#include "services/query/domain/read_model.h"
#include "services/query/domain/row_maker.h"
#include "tend/v1/reason.pb.h"

namespace tend::query {

inline constexpr char kPersonEventsTopic[] = "tend.person-events.v1";
inline constexpr char kRelationshipsTopic[] = "tend.relationships.v1";
inline constexpr char kNudgesTopic[] = "tend.nudges.v1";
inline constexpr char kRejectsTopic[] = "tend.rejects.v1";

struct ProjectorOptions {
  // Of this process: each reads all partitions, in a group of its own, and commits nothing there.
  std::string instance;
  // Of one batch. Larger ones are cheaper a row, up to some thousands, and seen later.
  stream::PollLimits limits = {5000, 4 << 20, absl::Milliseconds(50)};
  // Between the starts of two batches that are not full.
  absl::Duration pace = absl::Milliseconds(20);
  // Between two attempts, and between two looks of a standby.
  absl::Duration retry_pause = absl::Milliseconds(250);
  // What is kept of the history, and how often it is looked at.
  int history_months = 25;
  absl::Duration rejected_bytes = absl::Hours(30 * 24);  // as tend.rejects.v1
  absl::Duration drop_every = absl::Hours(1);
};

// What was done since the last call.
struct ProjectorReport {
  int64_t records = 0;
  std::map<v1::RejectReason, int64_t> rejects;  // of what made no row
  std::string first_reject;                     // of them: where, and why
  LatencyHistogram latencies;                   // from a record's being written to its row's commit
  std::vector<stream::InputPosition> positions;
};

// Hears of it on the projector's thread.
class ProjectorObserver {
 public:
  virtual ~ProjectorObserver() = default;
  // It projects now.
  virtual void Leading() = 0;
  // Another instance does.
  virtual void Standby() = 0;
  // After a batch, or a poll that brought none. Errors: begin again.
  virtual absl::Status Projected(const ProjectorReport& report) = 0;
  // It waits and tries again.
  virtual void Trouble(const absl::Status& status) = 0;
};

// For one thread; log, model and clock outlive it.
class Projector {
 public:
  Projector(stream::Log& log, ReadModel& model, const stream::Clock& clock,
            ProjectorOptions options);
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  // From what the tables say; also after every error of Step. Errors: ABORTED while another
  // instance projects; DATA_LOSS when a topic no longer holds what is next.
  absl::Status Start();

  // One batch: at most what one poll brings. REQUIRES: Start. full: more is likely there already.
  // What makes no row goes to tend.rejects.v1 before the rows are written: it is there twice, after
  // a crash in between, rather than never.
  struct Stepped {
    ProjectorReport report;
    bool full = false;
  };
  absl::StatusOr<Stepped> Step();

 private:
  struct Place {
    Progress progress;
    stream::Offset start;            // of the topic's partition, where nothing was projected yet
    std::optional<int64_t> reached;  // by the batch
    bool Is(absl::string_view topic, int partition) const {
      return progress.partition == partition && progress.topic == topic;
    }
  };

  Place* Find(absl::string_view topic, int partition);
  absl::Status SeekAssigned();
  std::optional<Unusable> Make(const stream::Record& record);
  void Reject(const stream::Record& record, const Unusable& unusable, ProjectorReport& report);
  absl::Status WriteRejects();
  absl::Status WriteRows();
  absl::Status DropOld();

  stream::Log& log_;
  ReadModel& model_;
  const stream::Clock& clock_;
  const ProjectorOptions options_;
  Erasures erasures_;
  RowMaker maker_{erasures_};
  std::unique_ptr<stream::Consumer> consumer_;
  stream::Polled polled_;
  std::vector<Place> places_;
  bool written_ = false;  // the last batch
  std::unique_ptr<stream::Producer> producer_;
  std::vector<std::string> rejects_;  // of the batch
  // What is tried again is not rejected again, as long as this lives.
  std::map<stream::TopicPartition, stream::Offset> rejected_until_;
  absl::Duration dropped_at_ = -absl::InfiniteDuration();
};

// Runs one until `stop`, or until DATA_LOSS, on the caller's thread.
absl::Status RunProjector(Projector& projector, const ProjectorOptions& options,
                          ProjectorObserver& observer, const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_PROJECTOR_H_
