// The real services under everything that can go wrong between them: see
// common/testing/simulation.h. A failure prints its seed; TEND_SIMULATION_SEED=<seed> runs that one
// alone.

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/testing/simulation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/trial/pipeline_judge.h"
#include "services/cli/trial/pipeline_world.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"

namespace tend::cli {
namespace {

using stream::SimulationPlan;
using stream::SimulationResult;
using stream::SimulationStats;
using ::testing::IsEmpty;

// How long fresh seeds are tried in each run of the tests.
constexpr absl::Duration kFreshSeeds = absl::Seconds(10);

SimulationResult RunSeed(uint64_t seed) {
  PipelineWorld pipeline;
  SimulationResult result = Simulate(pipeline.Plan(), seed);
  EXPECT_THAT(result.violations, IsEmpty()) << "TEND_SIMULATION_SEED=" << seed << "\n"
                                            << absl::StrJoin(result.violations, "\n");
  return result;
}

size_t CountRecords(const stream::CommittedLog& log, const std::string& topic) {
  size_t count = 0;
  for (const auto& partition : log.at(topic)) count += partition.size();
  return count;
}

size_t CountNudges(const stream::CommittedLog& log, v1::NudgeState state) {
  size_t count = 0;
  for (const auto& partition : log.at(notification::kNudgesTopic)) {
    for (const stream::CommittedRecord& record : partition) {
      v1::NudgeChanged change;
      EXPECT_TRUE(change.ParseFromString(*record.value));
      count += change.nudge().state() == state ? 1 : 0;
    }
  }
  return count;
}

TEST(PipelineSimulationTest, NothingGoesWrongWhereNothingFails) {
  PipelineWorld pipeline;
  SimulationPlan plan = pipeline.Plan();
  plan.fault_rate = 0;
  const SimulationResult result = Simulate(plan, 1);
  EXPECT_THAT(result.violations, IsEmpty()) << absl::StrJoin(result.violations, "\n");
  EXPECT_EQ(result.stats.crashes + result.stats.faults + result.stats.zombies, 0);
  EXPECT_GT(CountRecords(result.log, scoring::kPersonEvents), 80u);
  EXPECT_GT(CountRecords(result.log, scoring::kMoments), 10u);
  EXPECT_GT(CountRecords(result.log, notification::kNudgesTopic), 10u);
  EXPECT_GT(CountRecords(result.log, kRejectsTopic), 5u);
}

TEST(PipelineSimulationTest, ASeedAlwaysGivesTheSameRun) {
  const SimulationResult one = RunSeed(42), two = RunSeed(42);
  EXPECT_EQ(one.stats.steps, two.stats.steps);
  EXPECT_EQ(one.stats.faults, two.stats.faults);
  EXPECT_EQ(ByKey(one.log, notification::kNudgesTopic), ByKey(two.log, notification::kNudgesTopic));
}

TEST(PipelineSimulationTest, KnownSeedsHoldAndEverythingHappensInThem) {
  SimulationStats all;
  size_t nudges = 0, answered = 0, snoozed = 0;
  for (uint64_t seed = 1; seed <= 40 && !HasFailure(); ++seed) {
    const SimulationResult result = RunSeed(seed);
    all.crashes += result.stats.crashes;
    all.zombies += result.stats.zombies;
    all.stalls += result.stats.stalls;
    all.fenced += result.stats.fenced;
    nudges += CountRecords(result.log, notification::kNudgesTopic);
    answered += CountNudges(result.log, v1::NUDGE_STATE_ANSWERED);
    snoozed += CountNudges(result.log, v1::NUDGE_STATE_SNOOZED);
  }
  EXPECT_GT(all.crashes, 80);
  EXPECT_GT(all.zombies, 40);
  EXPECT_GT(all.stalls, 40);
  EXPECT_GT(all.fenced, 40);
  EXPECT_GT(nudges, 400u);
  EXPECT_GT(answered, 40u);
  EXPECT_GT(snoozed, 40u);
}

TEST(PipelineSimulationTest, FreshSeedsHold) {
  uint64_t seed = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  if (const char* given = std::getenv("TEND_SIMULATION_SEED"); given != nullptr) {
    ASSERT_TRUE(absl::SimpleAtoi(given, &seed)) << given;
    RunSeed(seed);
    return;
  }
  const absl::Time end = absl::Now() + kFreshSeeds;
  int runs = 0;
  std::cout << "first seed " << seed << std::endl;
  for (; absl::Now() < end && !HasFailure(); ++seed, ++runs) RunSeed(seed);
  std::cout << runs << " runs" << std::endl;
}

}  // namespace
}  // namespace tend::cli
