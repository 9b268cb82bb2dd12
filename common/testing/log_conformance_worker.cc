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

WorkerOptions EveryStep() {
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  options.limits.wait = absl::Milliseconds(20);
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
    const auto count = static_cast<size_t>(life) + 2;
    EXPECT_EQ(RunUntilWritten(*worker, Topic("out"), count).size(), count);
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
  options.limits.wait = absl::Milliseconds(20);
  options.rejects_topic = Topic("rejects");
  {
    const auto worker = *Worker::Start(log(), spec, under_test_->clock(), options);
    for (int count = 1; count <= 2; ++count) {
      Send(Topic("in"), absl::StrCat("k=", count));
      for (int step = 0; step < kMaxSteps && worker->stats().records < count; ++step) {
        ASSERT_TRUE(worker->Step().ok());
      }
    }
    EXPECT_EQ(worker->stats().records, 2);
    EXPECT_EQ(worker->stats().transactions, 1);
  }
  EXPECT_THAT(ReadAtLeast(1, Topic("out")), ElementsAre("k=1"));
  options.timing = CommitTiming::EveryStep();
  const auto worker = *Worker::Start(log(), spec, under_test_->clock(), options);
  EXPECT_THAT(RunUntilWritten(*worker, Topic("out"), 2), ElementsAre("k=1", "k=2"));
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
  EXPECT_THAT(RunUntilWritten(*worker, Topic("out"), 4),
              ElementsAre(StartsWith("k=a 1"), StartsWith("k=b 2"), StartsWith("k=c 3"),
                          StartsWith("k=closed 3")));
}

}  // namespace tend::stream
