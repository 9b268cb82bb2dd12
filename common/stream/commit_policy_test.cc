#include "common/stream/commit_policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::stream {
namespace {

absl::Duration Ms(int64_t milliseconds) { return absl::Milliseconds(milliseconds); }

// The last commit started at 1000 ms; the batch's last record came at `last_record`.
class CommitPolicyTest : public ::testing::Test {
 protected:
  CommitPolicyTest() { policy_.CommitStarted(Ms(1000)); }

  static OpenBatch Batch(int64_t records, absl::Duration last_record) {
    OpenBatch batch;
    batch.records = records;
    batch.last_record = last_record;
    return batch;
  }

  const CommitTiming timing_;
  CommitPolicy policy_{timing_};
};

TEST_F(CommitPolicyTest, ABusyBatchIsCommittedOneIntervalAfterTheLastCommit) {
  EXPECT_FALSE(policy_.ShouldCommit(Batch(10, Ms(1049)), Ms(1049)));
  EXPECT_TRUE(policy_.ShouldCommit(Batch(10, Ms(1050)), Ms(1050)));
}

TEST_F(CommitPolicyTest, WhileMoreIsThereAlreadyABatchIsCommittedLater) {
  OpenBatch batch = Batch(10, Ms(1249));
  batch.behind = true;
  EXPECT_FALSE(policy_.ShouldCommit(batch, Ms(1249)));
  EXPECT_EQ(policy_.UntilCommit(batch, Ms(1249)), Ms(1));
  EXPECT_TRUE(policy_.ShouldCommit(batch, Ms(1250)));
}

TEST_F(CommitPolicyTest, AnIdleBatchIsCommittedEarlier) {
  EXPECT_FALSE(policy_.ShouldCommit(Batch(1, Ms(1020)), Ms(1024)));
  EXPECT_TRUE(policy_.ShouldCommit(Batch(1, Ms(1020)), Ms(1025)));
}

TEST_F(CommitPolicyTest, NoTwoCommitsAreCloserThanTheLeastDistance) {
  EXPECT_FALSE(policy_.ShouldCommit(Batch(1, Ms(1001)), Ms(1019)));
  EXPECT_FALSE(policy_.ShouldCommit(Batch(timing_.max_records, Ms(1019)), Ms(1019)));
  EXPECT_TRUE(policy_.ShouldCommit(Batch(1, Ms(1001)), Ms(1020)));
}

TEST_F(CommitPolicyTest, AFullBatchTakesNoMoreAndIsCommittedAtOnce) {
  const OpenBatch full = Batch(timing_.max_records, Ms(1021));
  EXPECT_FALSE(policy_.MayTake(full));
  EXPECT_TRUE(policy_.ShouldCommit(full, Ms(1021)));
}

TEST_F(CommitPolicyTest, TheFirstRecordIsHeldBackAfterACommit) {
  EXPECT_FALSE(policy_.MayBegin(Ms(1003)));
  EXPECT_EQ(policy_.UntilBegin(Ms(1003)), Ms(1));
  EXPECT_TRUE(policy_.MayBegin(Ms(1004)));
}

TEST_F(CommitPolicyTest, TheWaitEndsWhenTheCommitIsDue) {
  for (const int64_t last_record : {1004, 1018, 1030, 1047}) {
    const OpenBatch batch = Batch(1, Ms(last_record));
    const absl::Duration due = Ms(last_record) + policy_.UntilCommit(batch, Ms(last_record));
    EXPECT_TRUE(policy_.ShouldCommit(batch, due)) << last_record;
    EXPECT_FALSE(policy_.ShouldCommit(batch, due - Ms(1))) << last_record;
  }
}

TEST_F(CommitPolicyTest, TheFirstBatchEverIsCommittedAtOnce) {
  const CommitPolicy fresh(timing_);
  EXPECT_TRUE(fresh.MayBegin(Ms(0)));
  EXPECT_TRUE(fresh.ShouldCommit(Batch(1, Ms(0)), Ms(0)));
}

TEST_F(CommitPolicyTest, EveryStepMeansEveryStep) {
  CommitPolicy policy(CommitTiming::EveryStep());
  policy.CommitStarted(Ms(1000));
  EXPECT_TRUE(policy.every_step());
  EXPECT_FALSE(policy_.every_step());
  EXPECT_TRUE(policy.MayBegin(Ms(1000)));
  EXPECT_TRUE(policy.ShouldCommit(Batch(1, Ms(1000)), Ms(1000)));
}

}  // namespace
}  // namespace tend::stream
