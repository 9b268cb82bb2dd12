// Conformance: a worker over the log restores, fires time and never shows a batch twice.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/stream/task_progress.h"
#include "common/stream/worker.h"
#include "common/testing/log_conformance.h"
#include "common/testing/stream_processors.h"
#include "gmock/gmock.h"

namespace tend::stream {
namespace {

// Steps until the worker serves its partition and a step finds nothing, within a bound.
void RunUntilIdle(Worker& worker) {
  int idle = 0;
  for (int step = 0; step < 2'000 && idle < 3; ++step) {
    const absl::StatusOr<StepResult> result = worker.Step();
    ASSERT_TRUE(result.ok()) << result.status();
    idle = result->worked || worker.running_tasks() == 0 ? 0 : idle + 1;
  }
  EXPECT_EQ(idle, 3);
}

WorkerOptions EveryStep() {
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  return options;
}

}  // namespace

using ::testing::ElementsAre;
using ::testing::StartsWith;

int LinkLogConformanceWorker() { return 0; }

TEST_P(LogConformanceTest, AWorkerGoesOnFromTheChangelogOfAnother) {
  ProcessorSpec spec = DedupeSpec(Topic("in"), Topic("out"));
  spec.name = Group(spec.name);
  spec.changelog_topic = Topic("state", 1, Cleanup::kCompact);
  WorkerOptions options = EveryStep();
  options.rejects_topic = Topic("rejects");
  for (int life = 0; life < 3; ++life) {
    const auto worker = *Worker::Start(log(), spec, under_test_->clock(), options);
    Send(Topic("in"), "k=always");
    Send(Topic("in"), absl::StrCat("k=", life));
    RunUntilIdle(*worker);
  }
  EXPECT_THAT(Read(Topic("out")), ElementsAre("k=always", "k=0", "k=1", "k=2"));
}

TEST_P(LogConformanceTest, AWorkerThatStopsInsideATransactionDoesItAgain) {
  ProcessorSpec spec = DedupeSpec(Topic("in"), Topic("out"));
  spec.name = Group(spec.name);
  spec.changelog_topic = Topic("state", 1, Cleanup::kCompact);
  WorkerOptions options;
  options.timing.interval = options.timing.idle = absl::Hours(1);  // after the first commit
  options.timing.hold = absl::ZeroDuration();
  options.rejects_topic = Topic("rejects");
  {
    const auto worker = *Worker::Start(log(), spec, under_test_->clock(), options);
    for (int count = 1; count <= 2; ++count) {
      Send(Topic("in"), absl::StrCat("k=", count));
      for (int step = 0; step < 200 && worker->stats().records < count; ++step) {
        ASSERT_TRUE(worker->Step().ok());
      }
    }
    EXPECT_EQ(worker->stats().records, 2);
    EXPECT_EQ(worker->stats().transactions, 1);
  }
  EXPECT_THAT(Read(Topic("out")), ElementsAre("k=1"));
  options.timing = CommitTiming::EveryStep();
  const auto worker = *Worker::Start(log(), spec, under_test_->clock(), options);
  RunUntilIdle(*worker);
  EXPECT_THAT(Read(Topic("out")), ElementsAre("k=1", "k=2"));
}

TEST_P(LogConformanceTest, TimeFiresOnlyWhereAllInputIsRead) {
  ProcessorSpec spec = CountSpec(Topic("in"), Topic("out"), absl::ZeroDuration());
  spec.name = Group(spec.name);
  spec.changelog_topic = Topic("state", 1, Cleanup::kCompact);
  WorkerOptions options = EveryStep();
  options.limits.records = 1;
  options.rejects_topic = Topic("rejects");
  for (const char* record : {"k=a", "k=b", "k=c"}) Send(Topic("in"), record);
  const auto worker = *Worker::Start(log(), spec, under_test_->clock(), options);
  RunUntilIdle(*worker);
  EXPECT_THAT(Read(Topic("out")), ElementsAre(StartsWith("k=a 1"), StartsWith("k=b 2"),
                                              StartsWith("k=c 3"), StartsWith("k=closed 3")));
}

}  // namespace tend::stream
