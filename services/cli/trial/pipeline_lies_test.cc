// The judge of the pipeline itself: whatever is done to a right log, or by a log that lies, is
// found.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/testing/simulation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/trial/pipeline_judge.h"
#include "services/cli/trial/pipeline_traffic.h"
#include "services/cli/trial/pipeline_world.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

using stream::CommittedRecord;
using stream::Fault;
using stream::LogCall;
using stream::SimulationPlan;
using ::testing::HasSubstr;

class PipelineJudgeTest : public ::testing::Test {
 protected:
  PipelineJudgeTest() {
    SimulationPlan plan = pipeline_.Plan();
    plan.fault_rate = 0;
    log_ = Simulate(plan, 7).log;
  }

  using Records = std::vector<CommittedRecord>;

  // A partition of the topic in which two records have an order, and their places.
  Records& FindTwo(const std::string& topic, size_t& first, size_t& second) {
    for (Records& partition : log_.at(topic)) {
      for (first = 0; first < partition.size(); ++first) {
        for (second = first + 1; second < partition.size(); ++second) {
          if (HaveOrder(topic, partition[first], partition[second])) return partition;
        }
      }
    }
    ADD_FAILURE() << "no key has two records in " << topic;
    return log_.at(topic).front();
  }

  // Among the records of one key, moments keep their order per person, and events that of the
  // partition they come from.
  static bool HaveOrder(const std::string& topic, const CommittedRecord& a,
                        const CommittedRecord& b) {
    if (a.key != b.key || PipelineTraffic::IsGarbage(*a.value) ||
        PipelineTraffic::IsGarbage(*b.value)) {
      return false;
    }
    if (topic == scoring::kMoments) return PersonOf(a) == PersonOf(b);
    return topic != scoring::kPersonEvents || SourceOf(a) == SourceOf(b);
  }
  static std::string PersonOf(const CommittedRecord& record) {
    v1::MomentEvent moment;
    EXPECT_TRUE(moment.ParseFromString(*record.value));
    return moment.has_opened() ? moment.opened().person_id() : moment.closed().person_id();
  }
  static int SourceOf(const CommittedRecord& record) {
    v1::PersonEvent event;
    EXPECT_TRUE(event.ParseFromString(*record.value));
    return event.source_position().partition();
  }

  std::string Judged() {
    stream::Violations violations;
    JudgePipeline(log_, pipeline_.traffic(), pipeline_.specs(), violations);
    return absl::StrJoin(violations, "\n");
  }

  PipelineWorld pipeline_;
  stream::CommittedLog log_;
  size_t first_ = 0, second_ = 0;
};

constexpr std::array<const char*, 3> kOutputs = {scoring::kPersonEvents, scoring::kMoments,
                                                 notification::kNudgesTopic};

TEST_F(PipelineJudgeTest, ARightLogHasNoViolation) { EXPECT_EQ(Judged(), ""); }

TEST_F(PipelineJudgeTest, ADroppedRecordIsFlagged) {
  for (const char* topic : {kOutputs[0], kOutputs[1], kOutputs[2], kRejectsTopic}) {
    Records& records = FindTwo(topic, first_, second_);
    const CommittedRecord dropped = records[first_];
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(first_));
    EXPECT_THAT(Judged(), HasSubstr("dropped")) << topic;
    records.insert(records.begin() + static_cast<std::ptrdiff_t>(first_), dropped);
  }
}

TEST_F(PipelineJudgeTest, ARepeatedRecordIsFlagged) {
  for (const char* topic : {kOutputs[0], kOutputs[1], kOutputs[2], kRejectsTopic}) {
    Records& records = FindTwo(topic, first_, second_);
    records.push_back(records[first_]);
    EXPECT_THAT(Judged(), HasSubstr("repeated")) << topic;
    records.pop_back();
  }
}

TEST_F(PipelineJudgeTest, TwoRecordsInTheWrongOrderAreFlagged) {
  for (const char* topic : kOutputs) {
    Records& records = FindTwo(topic, first_, second_);
    std::swap(records[first_].value, records[second_].value);
    EXPECT_NE(Judged(), "") << topic;
    std::swap(records[first_].value, records[second_].value);
  }
}

TEST_F(PipelineJudgeTest, ANudgeWithoutAMomentIsFlagged) {
  Records& records = FindTwo(notification::kNudgesTopic, first_, second_);
  v1::NudgeChanged change;
  ASSERT_TRUE(change.ParseFromString(*records[first_].value));
  change.mutable_nudge()->set_nudge_id("another");
  records.push_back({records[first_].key, change.SerializeAsString(), {}});
  EXPECT_THAT(Judged(), HasSubstr("no moment: nudge another"));
}

TEST_F(PipelineJudgeTest, ANudgeLeftOpenByAClosedMomentIsFlagged) {
  for (Records& records : log_.at(notification::kNudgesTopic)) {
    std::erase_if(records, [](const CommittedRecord& record) {
      v1::NudgeChanged change;
      return change.ParseFromString(*record.value) && change.has_withdrawn();
    });
  }
  EXPECT_THAT(Judged(), HasSubstr("is open though its moment is closed"));
}

TEST_F(PipelineJudgeTest, ACountThatIsOffByOneIsFlagged) {
  Records& records = log_.at(scoring::kRelationships)[0];
  const auto tie = std::find_if(records.begin(), records.end(), [](const CommittedRecord& record) {
    return record.key.size() > 36 && record.value.has_value();
  });
  ASSERT_NE(tie, records.end());
  v1::Tie record;
  ASSERT_TRUE(record.ParseFromString(*tie->value));
  record.set_received(record.received() + 1);
  tie->value = record.SerializeAsString();
  EXPECT_THAT(Judged(), HasSubstr("history/0: "));
  EXPECT_THAT(Judged(), HasSubstr("tend.scoring/0 folded again: "));
}

TEST_F(PipelineJudgeTest, AnOwnerWhomNobodyNamedIsFlagged) {
  Records& records = log_.at(scoring::kRelationships)[0];
  v1::Relationship record;
  const auto owned = std::find_if(records.rbegin(), records.rend(), [&](const auto& candidate) {
    return candidate.key.size() == 36 && candidate.value.has_value() &&
           record.ParseFromString(*candidate.value) && record.parts_size() == 1 &&
           !record.owner_id().empty();
  });
  ASSERT_NE(owned, records.rend());
  record.set_owner_id("another");
  owned->value = record.SerializeAsString();
  EXPECT_THAT(Judged(), HasSubstr(" owner another "));
}

TEST_F(PipelineJudgeTest, AResurrectedNudgeIsFlagged) {
  std::string owner, gone;
  for (const auto& [key, changes] : ByKey(log_, notification::kNudgesTopic)) {
    v1::NudgeChanged last;
    ASSERT_TRUE(last.ParseFromString(changes.back()));
    if (last.nudge().state() <= v1::NUDGE_STATE_SNOOZED) continue;
    owner = key, gone = last.nudge().SerializeAsString();
    for (size_t i = 0; i < log_.at(notification::kInboxesTopic).size(); ++i) {
      log_.at(notification::kInboxesTopic)[i].push_back(
          {absl::StrCat(owner, "\n", last.nudge().nudge_id()), gone, {}});
    }
  }
  ASSERT_NE(gone, "");
  EXPECT_THAT(Judged(), HasSubstr("is only in the changelog"));
}

// A log that lies now and then must be found out within a few runs; of truthful ones none fails.
int CountFoundOut(Fault lie, LogCall at, double chance) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    PipelineWorld pipeline;
    SimulationPlan plan = pipeline.Plan();
    plan.lie = lie;
    plan.lie_at = at;
    plan.lie_chance = chance;
    if (!Simulate(plan, seed).violations.empty()) ++found;
  }
  return found;
}

TEST(PipelineOnALyingLogTest, ALostWriteIsFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kDrop, LogCall::kProduce, 0.01), 18);
}

TEST(PipelineOnALyingLogTest, ARepeatedWriteIsFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kTwice, LogCall::kProduce, 0.01), 18);
}

TEST(PipelineOnALyingLogTest, ForgottenOffsetsAreFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kDrop, LogCall::kSendOffsets, 0.2), 10);
}

TEST(PipelineOnALyingLogTest, AnAbortThatCommitsIsFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kCommitInstead, LogCall::kAbort, 1), 10);
}

}  // namespace
}  // namespace tend::cli
