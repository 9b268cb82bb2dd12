#include "services/enrichment/domain/repeats.h"

#include <rapidcheck.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::enrichment {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

// A filter with its changelog: "a1" is id 1 of record a, received `hours` after the start.
class Seen {
 public:
  explicit Seen(const RepeatOptions& options = {})
      : options_(options), repeats_(std::in_place, options) {}

  // Whether it is a repeat; it is remembered if not.
  bool Push(const std::string& name, int hours = 0, std::optional<int64_t> position = {}) {
    v1::Interaction interaction;
    interaction.set_id(name.substr(1));
    interaction.mutable_source()->set_system("test");
    interaction.mutable_source()->set_record_id(name.substr(0, 1));
    if (position.has_value()) interaction.mutable_source()->set_position(*position);
    const absl::Time at = kStart + absl::Hours(hours);
    interaction.mutable_receive_time()->set_seconds(absl::ToUnixSeconds(at));
    return !repeats_->Add(repeats_->KeyOf(interaction, at));
  }

  void Flush(std::map<std::string, std::string>& log) {
    repeats_->Flush([&log, this](absl::string_view key, std::optional<absl::string_view> value) {
      ++records;
      if (value.has_value()) {
        log[std::string(key)] = std::string(*value);
      } else {
        log.erase(std::string(key));
      }
    });
  }
  void Commit() {
    Flush(log_);
    repeats_->Commit();
  }
  void Abort() {
    std::map<std::string, std::string> dropped = log_;
    Flush(dropped);
    repeats_->Rollback();
  }
  void Restart() {
    repeats_.emplace(options_);
    for (const auto& [key, value] : log_) ASSERT_TRUE(repeats_->Restore(key, value).ok());
    repeats_->Restored();
  }

  Repeats& repeats() { return *repeats_; }
  const std::map<std::string, std::string>& log() const { return log_; }
  int records = 0;

 private:
  const RepeatOptions options_;
  std::optional<Repeats> repeats_;
  std::map<std::string, std::string> log_;
};

TEST(RepeatsTest, TheSecondTimeIsARepeat) {
  Seen seen;
  EXPECT_FALSE(seen.Push("a1"));
  EXPECT_TRUE(seen.Push("a1"));
  EXPECT_FALSE(seen.Push("b1"));
  EXPECT_FALSE(seen.Push("a2"));
}

TEST(RepeatsTest, AnAbortedBatchIsNotRemembered) {
  Seen seen;
  seen.Push("a1"), seen.Commit();
  seen.Push("a2"), seen.Abort();
  EXPECT_TRUE(seen.Push("a1"));
  EXPECT_FALSE(seen.Push("a2"));
}

TEST(RepeatsTest, WhatIsTakenBackIsNew) {
  Seen seen;
  seen.Push("a1"), seen.Push("a2"), seen.repeats().TakeBack(), seen.Commit();
  EXPECT_TRUE(seen.Push("a1"));
  EXPECT_FALSE(seen.Push("a2"));
}

TEST(RepeatsTest, ARestartForgetsNothing) {
  Seen seen;
  for (int i = 0; i < 10000; ++i) seen.Push(absl::StrCat("a", i), i / 1000);
  seen.Commit(), seen.Push("b1"), seen.Abort(), seen.Restart();
  for (int i = 0; i < 10000; ++i) EXPECT_TRUE(seen.Push(absl::StrCat("a", i), 10));
  EXPECT_FALSE(seen.Push("b1"));
}

TEST(RepeatsTest, ABatchIsOneChangelogRecord) {
  Seen seen;
  for (int i = 0; i < 1000; ++i) seen.Push(absl::StrCat("a", i));
  seen.Commit();
  EXPECT_EQ(seen.records, 1);
  EXPECT_EQ(seen.log().begin()->second.size(), 5u + 8 * 1000);
}

TEST(RepeatsTest, SmallChunksGrowUnderTheirKey) {
  Seen seen;
  for (int i = 0; i < 640; ++i) seen.Push(absl::StrCat("a", i)), seen.Commit();
  EXPECT_EQ(seen.log().size(), 10u);
  seen.Restart();
  for (int i = 0; i < 640; ++i) EXPECT_TRUE(seen.Push(absl::StrCat("a", i)));
}

TEST(RepeatsTest, TheWindowEndsAfter72Hours) {
  Seen seen;
  seen.Push("a1"), seen.Commit();
  seen.Push("b1", 72), seen.Commit();
  EXPECT_TRUE(seen.Push("a1", 72));
  seen.Push("b2", 74), seen.Commit();
  EXPECT_FALSE(seen.Push("a1", 74));
  EXPECT_TRUE(seen.Push("b1", 74));
  seen.Commit();
  EXPECT_EQ(seen.log().size(), 2u);  // the hours 72 and 74
}

TEST(RepeatsTest, AnOrderedSourceLeavesAMarkBehind) {
  Seen seen;
  seen.Push("a1", 0, 10), seen.Push("a2", 0, 20), seen.Commit();
  EXPECT_FALSE(seen.Push("a3", 0, 15));  // within the window order does not matter
  seen.Commit();
  seen.Push("b1", 80), seen.Commit();
  seen.Restart();
  EXPECT_TRUE(seen.Push("a2", 80, 20));
  EXPECT_TRUE(seen.Push("a9", 80, 12));
  EXPECT_FALSE(seen.Push("a4", 80, 21));
  EXPECT_FALSE(seen.Push("c1", 80, 1));  // another record's positions are its own
}

TEST(RepeatsTest, TheBudgetBoundsMemory) {
  RepeatOptions options;
  options.budget_bytes = 100'000;
  Seen seen(options);
  for (int i = 0; i < 20000; ++i) {
    seen.Push(absl::StrCat("a", i));
    if (i % 100 == 99) seen.Commit();
  }
  EXPECT_LE(seen.repeats().bytes(), 110'000u);
  EXPECT_TRUE(seen.Push("a19999"));
  EXPECT_FALSE(seen.Push("a0"));
  EXPECT_LE(seen.log().size(), 60u);
}

TEST(RepeatsTest, TimeGoesOnWhenCaughtUp) {
  Seen seen;
  seen.Push("a1"), seen.Commit();
  const absl::Time due = seen.repeats().NextExpiry();
  EXPECT_GE(due, kStart + absl::Hours(72));
  seen.repeats().AdvanceTo(due);
  EXPECT_EQ(seen.repeats().NextExpiry(), absl::InfiniteFuture());
  seen.Commit();
  EXPECT_EQ(seen.repeats().NextExpiry(), absl::InfiniteFuture());
  EXPECT_THAT(seen.log(), testing::IsEmpty());
}

TEST(RepeatsTest, ForeignBytesAreDataLoss) {
  Repeats repeats({});
  for (const char* key : {"", "x12345678", "i1234", "i12345678"}) {
    EXPECT_EQ(repeats.Restore(key, "\2nonsense").code(), absl::StatusCode::kDataLoss) << key;
  }
}

TEST(RepeatsPropertyTest, LikeASetThroughAbortsAndRestarts) {
  EXPECT_TRUE(rc::check("within the window", [] {
    Seen seen;
    std::set<std::string> committed, batch;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60));
    int hours = 0;
    for (int step : steps) {
      if (step >= 50) {
        step % 2 == 0 ? seen.Commit() : seen.Abort();
        if (step % 2 == 0) committed = batch;
        batch = committed;
        if (step >= 56) seen.Restart();
        hours += step == 55;
        continue;
      }
      const std::string name = absl::StrCat(step % 3 == 0 ? "a" : "b", step);
      std::optional<int64_t> position;
      if (step % 2 == 0) position = step;
      RC_ASSERT(seen.Push(name, hours, position) == (batch.count(name) > 0));
      batch.insert(name);
    }
  }));
}

}  // namespace
}  // namespace tend::enrichment
