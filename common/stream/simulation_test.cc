// The harness under everything that can go wrong: see common/testing/simulation.h. A failure prints
// its seed; TEND_SIMULATION_SEED=<seed> runs that one alone.

#include "common/testing/simulation.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/testing/stream_processors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::stream {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// How long fresh seeds are tried in each run of the tests.
constexpr absl::Duration kFreshSeeds = absl::Seconds(20);
constexpr int kPartitions = 3;
constexpr absl::Duration kSpan = absl::Seconds(10);

// What DedupeProcessor makes of its input: of each key, every id once, in the order of its first
// one.
Sequences Deduped(const CommittedLog& log, int& bad) {
  Sequences expected;
  std::set<std::string> seen;
  for (const auto& [key, ids] : ByKey(log, "test.in")) {
    for (const std::string& id : ids) {
      if (id == "bad") {
        ++bad;
      } else if (seen.insert(id).second) {
        expected[key].push_back(id);
      }
    }
  }
  return expected;
}

// What CountProcessor may make of one key: "id n" for each of its ids, in order, n counting from 1;
// "closed n" after the n-th, at or after the time of the first one + span; n starts anew then.
void JudgeCounts(const std::string& key, const std::vector<std::string>& outputs, Sequences& ids,
                 Violations& violations) {
  int64_t count = 0, first = 0, last = 0;
  for (const std::string& output : outputs) {
    const std::vector<std::string> parts = absl::StrSplit(output, ' ');
    int64_t number = 0, now = 0;
    const bool readable = parts.size() == 3 && absl::SimpleAtoi(parts[1], &number) &&
                          absl::SimpleAtoi(parts[2].substr(1), &now);
    if (!readable || now < last) violations.push_back(absl::StrCat(key, ": bad output ", output));
    last = now;
    const bool closed = parts[0] == "closed";
    if (!closed) ids[key].push_back(parts[0]);
    if (!closed && ++count == 1) first = now;
    if (number != count || (closed && count == 0)) {
      violations.push_back(absl::StrCat(key, ": ", output, " where the count is ", count));
    }
    if (closed && now < first + absl::ToInt64Nanoseconds(kSpan)) {
      violations.push_back(absl::StrCat(key, ": ", output, " is too early"));
    }
    if (closed) count = 0;
  }
  if (count != 0) violations.push_back(absl::StrCat(key, ": never closed"));
}

void Judge(const CommittedLog& log, Violations& violations) {
  int bad = 0;
  CompareSequences("events", Deduped(log, bad), ByKey(log, "test.events"), violations);
  size_t rejects = 0;
  for (const auto& partition : log.at("tend.rejects.v1")) rejects += partition.size();
  if (rejects != static_cast<size_t>(bad)) {
    violations.push_back(absl::StrCat(rejects, " rejects of ", bad));
  }
  Sequences counted;
  for (const auto& [key, outputs] : ByKey(log, "test.counts")) {
    JudgeCounts(key, outputs, counted, violations);
  }
  CompareSequences("counts", ByKey(log, "test.events"), counted, violations);
}

SimulationPlan Plan() {
  SimulationPlan plan;
  for (const char* topic : {"test.in", "test.events", "test.counts", "tend.rejects.v1"}) {
    plan.topics.push_back({topic, kPartitions, Cleanup::kDelete});
  }
  for (const char* topic : {"test.dedupe-state", "test.count-state"}) {
    plan.topics.push_back({topic, kPartitions, Cleanup::kCompact});
  }
  plan.services.push_back({DedupeSpec("test.in", "test.events"), [](const Processor& processor) {
                             return static_cast<const DedupeProcessor&>(processor).Snapshot();
                           }});
  plan.services.push_back(
      {CountSpec("test.events", "test.counts", kSpan), [](const Processor& processor) {
         return static_cast<const CountProcessor&>(processor).Snapshot();
       }});
  plan.make_input = [](std::mt19937_64& random, int number, absl::Time) {
    const std::string id = random() % 5 == 0 ? "bad" : absl::StrCat("id", number);
    return SimulatedInput{"test.in", absl::StrCat("k", random() % 12), id};
  };
  plan.judge = Judge;
  return plan;
}

SimulationStats RunSeed(uint64_t seed) {
  const SimulationResult result = Simulate(Plan(), seed);
  EXPECT_THAT(result.violations, IsEmpty()) << "TEND_SIMULATION_SEED=" << seed << "\n"
                                            << absl::StrJoin(result.violations, "\n");
  return result.stats;
}

TEST(SimulationTest, NothingGoesWrongWhereNothingFails) {
  SimulationPlan plan = Plan();
  plan.fault_rate = 0;
  const SimulationResult result = Simulate(plan, 1);
  EXPECT_THAT(result.violations, IsEmpty()) << absl::StrJoin(result.violations, "\n");
  EXPECT_EQ(result.stats.crashes + result.stats.faults + result.stats.zombies, 0);
  EXPECT_GT(ByKey(result.log, "test.counts").size(), 5u);
}

TEST(SimulationTest, ASeedAlwaysGivesTheSameRun) {
  const SimulationResult one = Simulate(Plan(), 42), two = Simulate(Plan(), 42);
  EXPECT_EQ(one.stats.steps, two.stats.steps);
  EXPECT_EQ(one.stats.faults, two.stats.faults);
  EXPECT_EQ(ByKey(one.log, "test.counts"), ByKey(two.log, "test.counts"));
}

TEST(SimulationTest, KnownSeedsHoldAndEverythingHappensInThem) {
  SimulationStats all;
  for (uint64_t seed = 1; seed <= 200 && !HasFailure(); ++seed) {
    const SimulationStats stats = RunSeed(seed);
    all.crashes += stats.crashes;
    all.zombies += stats.zombies;
    all.stalls += stats.stalls;
    all.fenced += stats.fenced;
    all.rebalances += stats.rebalances;
  }
  EXPECT_GT(all.crashes, 400);
  EXPECT_GT(all.zombies, 200);
  EXPECT_GT(all.stalls, 200);
  EXPECT_GT(all.fenced, 200);
  EXPECT_GT(all.rebalances, 1'500);
}

// What it wraps, in an outside world that does not answer one time in three, and now and then
// answers that the batch is to be done again.
class AskingProcessor final : public Processor {
 public:
  AskingProcessor(std::unique_ptr<Processor> inner, std::mt19937_64& random)
      : inner_(std::move(inner)), random_(random) {}

  absl::Status Prepare(absl::Span<const Record>, absl::Time) override {
    if (random_() % 3 == 0) return absl::UnavailableError("away");
    return random_() % 17 == 0 ? absl::AbortedError("again") : absl::OkStatus();
  }
  Outcome Process(const Record& record, Context& context) override {
    return inner_->Process(record, context);
  }
  void OnTime(Context& context) override { inner_->OnTime(context); }
  absl::Time NextDue() const override { return inner_->NextDue(); }
  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override {
    return inner_->Restore(key, value);
  }
  void Restored() override { inner_->Restored(); }
  void FlushChanges(ChangelogSink sink) override { inner_->FlushChanges(sink); }
  void Commit() override { inner_->Commit(); }
  void Rollback() override { inner_->Rollback(); }

  const Processor& inner() const { return *inner_; }

 private:
  const std::unique_ptr<Processor> inner_;
  std::mt19937_64& random_;
};

TEST(SimulationTest, ItHoldsWhereTheOutsideWorldFailsToo) {
  for (uint64_t seed = 1; seed <= 500 && !HasFailure(); ++seed) {
    std::mt19937_64 random(seed);
    SimulationPlan plan = Plan();
    for (auto& service : plan.services) {
      service.spec.make_processor = [make = service.spec.make_processor, &random](int partition) {
        return std::make_unique<AskingProcessor>(make(partition), random);
      };
      service.snapshot = [snapshot = service.snapshot](const Processor& processor) {
        return snapshot(static_cast<const AskingProcessor&>(processor).inner());
      };
    }
    const SimulationResult result = Simulate(plan, seed);
    EXPECT_THAT(result.violations, IsEmpty()) << "seed " << seed << "\n"
                                              << absl::StrJoin(result.violations, "\n");
  }
}

TEST(SimulationTest, FreshSeedsHold) {
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

// The checker itself: whatever is done to a right log, or by a log that lies, is found.

class CheckerTest : public ::testing::Test {
 protected:
  CheckerTest() {
    SimulationPlan plan = Plan();
    plan.fault_rate = 0;
    log_ = Simulate(plan, 7).log;
  }

  // A partition of the topic in which one key has two records, and the places of these.
  std::vector<CommittedRecord>& FindTwo(const std::string& topic, size_t& first, size_t& second) {
    for (std::vector<CommittedRecord>& partition : log_.at(topic)) {
      for (first = 0; first < partition.size(); ++first) {
        for (second = first + 1; second < partition.size(); ++second) {
          if (partition[first].key == partition[second].key) return partition;
        }
      }
    }
    ADD_FAILURE() << "no key has two records in " << topic;
    return log_.at(topic).front();
  }

  std::string Judged() {
    Violations violations;
    Judge(log_, violations);
    return absl::StrJoin(violations, "\n");
  }

  CommittedLog log_;
  size_t first_ = 0, second_ = 0;
};

TEST_F(CheckerTest, ARightLogHasNoViolation) { EXPECT_EQ(Judged(), ""); }

TEST_F(CheckerTest, ADroppedRecordIsFlagged) {
  for (const char* topic : {"test.events", "test.counts"}) {
    std::vector<CommittedRecord>& records = FindTwo(topic, first_, second_);
    const CommittedRecord dropped = records[first_];
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(first_));
    EXPECT_THAT(Judged(), HasSubstr("dropped")) << topic;
    records.insert(records.begin() + static_cast<std::ptrdiff_t>(first_), dropped);
  }
}

TEST_F(CheckerTest, ARepeatedRecordIsFlagged) {
  for (const char* topic : {"test.events", "test.counts"}) {
    std::vector<CommittedRecord>& records = FindTwo(topic, first_, second_);
    records.push_back(records[first_]);
    EXPECT_THAT(Judged(), HasSubstr("repeated")) << topic;
    records.pop_back();
  }
}

TEST_F(CheckerTest, TwoRecordsOfAKeyInTheWrongOrderAreFlagged) {
  for (const char* topic : {"test.events", "test.counts"}) {
    std::vector<CommittedRecord>& records = FindTwo(topic, first_, second_);
    std::swap(records[first_], records[second_]);
    EXPECT_NE(Judged(), "") << topic;
    std::swap(records[first_], records[second_]);
  }
}

TEST_F(CheckerTest, ARecordThatWasNeverCommittedIsFlagged) {
  std::vector<CommittedRecord>& records = FindTwo("test.events", first_, second_);
  records.push_back({records[first_].key, "aborted", {}});
  EXPECT_THAT(Judged(), HasSubstr("unexpected aborted"));
}

TEST_F(CheckerTest, ACountThatIsOffByOneIsFlagged) {
  std::vector<CommittedRecord>& records = FindTwo("test.counts", first_, second_);
  std::vector<std::string> parts = absl::StrSplit(*records[first_].value, ' ');
  parts[1] = absl::StrCat(parts[1], "1");
  records[first_].value = absl::StrJoin(parts, " ");
  EXPECT_THAT(Judged(), HasSubstr("where the count is"));
}

TEST_F(CheckerTest, StateThatDiffersFromItsChangelogIsFlagged) {
  const Snapshot state = {{"a", "1"}, {"b", "2"}};
  const auto compare = [&state](const Snapshot& restored) {
    Violations violations;
    CompareState("s", state, restored, violations);
    return absl::StrJoin(violations, "\n");
  };
  EXPECT_EQ(compare(state), "");
  EXPECT_EQ(compare({{"a", "1"}}), "s: b is not in the changelog");
  EXPECT_EQ(compare({{"a", "1"}, {"b", "2"}, {"dead", "3"}}), "s: dead is only in the changelog");
  EXPECT_EQ(compare({{"a", "1"}, {"b", "3"}}), "s: b is 2, but 3 in the changelog");
}

// A log that lies now and then must be found out within a few runs; of truthful ones none fails.
int CountFoundOut(Fault lie, LogCall at, double chance) {
  SimulationPlan plan = Plan();
  plan.lie = lie;
  plan.lie_at = at;
  plan.lie_chance = chance;
  int found = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    if (!Simulate(plan, seed).violations.empty()) ++found;
  }
  return found;
}

TEST(CheckerOnALyingLogTest, ALostWriteIsFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kDrop, LogCall::kProduce, 0.01), 40);
}

TEST(CheckerOnALyingLogTest, ARepeatedWriteIsFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kTwice, LogCall::kProduce, 0.01), 40);
}

TEST(CheckerOnALyingLogTest, ForgottenOffsetsAreFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kDrop, LogCall::kSendOffsets, 0.2), 20);
}

TEST(CheckerOnALyingLogTest, AnAbortThatCommitsIsFoundOut) {
  EXPECT_GE(CountFoundOut(Fault::kCommitInstead, LogCall::kAbort, 1), 20);
}

}  // namespace
}  // namespace tend::stream
