#include "services/notification/processor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/model/proto_time.h"

namespace tend::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kMonday = absl::FromCivil(absl::CivilHour(2026, 3, 2, 9), absl::UTCTimeZone());
constexpr absl::Duration kLife = absl::Hours(14 * 24);

std::string Str(absl::string_view s) { return {s.data(), s.size()}; }

class FakeContext final : public stream::Context {
 public:
  absl::Time now() const override { return time; }
  void Emit(absl::string_view topic, absl::string_view key, absl::string_view value) override {
    EXPECT_EQ(topic, kNudgesTopic);
    v1::NudgeChanged change;
    EXPECT_TRUE(change.ParseFromString(std::string(value)));
    EXPECT_EQ(change.nudge().owner_id(), key);
    emitted.push_back(absl::StrCat(change.nudge().nudge_id(), " ",
                                   v1::NudgeState_Name(change.nudge().state()).substr(12)));
  }

  absl::Time time = kMonday;
  std::vector<std::string> emitted;
};

// Drives one processor as the harness does, with a map as its changelog.
class ProcessorTest : public ::testing::Test {
 protected:
  stream::Outcome Process(const char* topic, absl::string_view key, absl::string_view value) {
    stream::Record record;
    record.topic = topic, record.key = key, record.value = value;
    return processor_->Process(record, context_);
  }
  stream::Outcome Process(const v1::MomentEvent& event, absl::string_view key) {
    return Process(kMomentsTopic, key, event.SerializeAsString());
  }
  stream::Outcome Process(const v1::OwnerEvent& event) {
    return Process(kOwnerEventsTopic, event.owner_id(), event.SerializeAsString());
  }
  void Open(const std::string& id, const std::string& owner) {
    EXPECT_FALSE(Process(Opened(id, owner), owner).rejected());
  }
  stream::Outcome TryAnswer(const std::string& id, const std::string& owner,
                            const std::string& event_id) {
    v1::OwnerEvent event = ByOwner(event_id, owner);
    event.mutable_nudge_answered()->set_nudge_id(id);
    event.mutable_nudge_answered()->set_feedback(v1::FEEDBACK_TOO_EARLY);
    return Process(event);
  }
  void Answer(const std::string& id, const std::string& owner) {
    EXPECT_FALSE(TryAnswer(id, owner, "answer " + id).rejected());
  }

  v1::MomentEvent Opened(const std::string& id, const std::string& owner) {
    v1::MomentEvent event;
    v1::MomentOpened& opened = *event.mutable_opened();
    opened.set_moment_id(id);
    opened.set_owner_id(owner);
    opened.set_kind(v1::MOMENT_KIND_BECAME_READY);
    opened.set_family(v1::MOMENT_FAMILY_OUTREACH);
    *opened.mutable_expire_time() = model::ToStamp(context_.time + kLife);
    opened.mutable_source_position()->set_offset(7);
    return event;
  }
  static v1::OwnerEvent ByOwner(const std::string& id, const std::string& owner) {
    v1::OwnerEvent event;
    event.set_event_id(id);
    event.set_owner_id(owner);
    return event;
  }

  void Commit() {
    processor_->FlushChanges([this](absl::string_view key, std::optional<absl::string_view> value) {
      ++flushed_;
      if (value.has_value()) {
        changelog_[Str(key)] = Str(*value);
      } else {
        changelog_.erase(Str(key));
      }
    });
    processor_->Commit();
  }
  absl::Status Restart() {
    processor_ = std::make_unique<NotificationProcessor>(v1::Policy());
    for (const auto& [key, value] : changelog_) {
      if (absl::Status status = processor_->Restore(key, value); !status.ok()) return status;
    }
    processor_->Restored();
    return absl::OkStatus();
  }

  std::unique_ptr<NotificationProcessor> processor_ =
      std::make_unique<NotificationProcessor>(v1::Policy());
  FakeContext context_;
  std::map<std::string, std::string> changelog_;
  int flushed_ = 0;
};

TEST_F(ProcessorTest, OwnersHaveInboxesOfTheirOwn) {
  Open("m1", "eve");
  Open("m2", "adam");
  EXPECT_EQ(TryAnswer("m1", "adam", "1").reason(), v1::REJECT_REASON_NUDGE_ABSENT);
  Answer("m2", "adam");
  EXPECT_THAT(context_.emitted, ElementsAre("m1 OPEN", "m2 OPEN", "m2 ANSWERED"));
  EXPECT_EQ(processor_->counts().without_nudge, 1);
}

TEST_F(ProcessorTest, AnAnswerToANudgeThatNobodyHasIsRejected) {
  EXPECT_EQ(TryAnswer("m1", "eve", "1").reason(), v1::REJECT_REASON_NUDGE_ABSENT);
  Open("m2", "eve");
  EXPECT_EQ(TryAnswer("m1", "eve", "1").reason(), v1::REJECT_REASON_NUDGE_ABSENT);
}

TEST_F(ProcessorTest, TheFirstAnswerStandsAndASecondIsRejected) {
  Open("m1", "eve");
  Answer("m1", "eve");
  Answer("m1", "eve");  // the same one again is a repeat
  EXPECT_EQ(TryAnswer("m1", "eve", "2").reason(), v1::REJECT_REASON_NUDGE_ABSENT);
  EXPECT_THAT(context_.emitted, ElementsAre("m1 OPEN", "m1 ANSWERED"));
}

TEST_F(ProcessorTest, AnAnswerThatNobodyKnowsIsRejectedAndTheNudgeStays) {
  Open("m1", "eve");
  v1::OwnerEvent event = ByOwner("1", "eve");
  event.mutable_nudge_answered()->set_nudge_id("m1");
  event.mutable_nudge_answered()->set_feedback(static_cast<v1::Feedback>(99));
  const stream::Outcome outcome = Process(event);
  EXPECT_EQ(outcome.reason(), v1::REJECT_REASON_FIELD_INVALID);
  EXPECT_THAT(outcome.detail(), HasSubstr("nudge_answered.feedback is 99"));
  Answer("m1", "eve");
  EXPECT_THAT(context_.emitted, ElementsAre("m1 OPEN", "m1 ANSWERED"));
}

TEST_F(ProcessorTest, ASnoozeOfWhatIsNotThereIsRejected) {
  v1::OwnerEvent event = ByOwner("snooze", "eve");
  event.mutable_nudge_snoozed()->set_nudge_id("m1");
  *event.mutable_nudge_snoozed()->mutable_until_time() = model::ToStamp(context_.time + kLife);
  EXPECT_EQ(Process(event).reason(), v1::REJECT_REASON_NUDGE_ABSENT);
}

TEST_F(ProcessorTest, WhatChangedIsFlushedOnceAndNothingElseIs) {
  Open("m1", "eve");
  Open("m2", "eve");
  Commit();
  EXPECT_EQ(flushed_, 3);  // the inbox and two nudges
  Open("m1", "eve");       // a repeat changes nothing
  Commit();
  EXPECT_EQ(flushed_, 3);
  EXPECT_EQ(processor_->counts().repeats, 1);
  Answer("m1", "eve");
  Commit();
  EXPECT_EQ(flushed_, 5);
  EXPECT_EQ(changelog_.size(), 2u);  // the inbox and m2
}

TEST_F(ProcessorTest, StateComesBackFromTheChangelogWithWhatIsDue) {
  Open("m1", "eve");
  Commit();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(processor_->NextDue(), kMonday + kLife);
  Open("m1", "eve");
  EXPECT_EQ(processor_->counts().repeats, 1);
  context_.time = processor_->NextDue();
  processor_->OnTime(context_);
  EXPECT_THAT(context_.emitted, ElementsAre("m1 OPEN", "m1 EXPIRED"));
  EXPECT_EQ(processor_->NextDue(), absl::InfiniteFuture());
}

TEST_F(ProcessorTest, OnTimeBeforeTheDueTimeDoesNothing) {
  Open("m1", "eve");
  Commit();
  context_.time = kMonday + kLife - absl::Nanoseconds(1);
  processor_->OnTime(context_);
  Commit();
  EXPECT_EQ(flushed_, 2);
}

TEST_F(ProcessorTest, AnAbortedBatchLeavesNoTrace) {
  Open("m1", "eve");
  Commit();
  context_.time = kMonday + kLife;
  processor_->OnTime(context_);
  Open("m2", "eve");
  Open("m3", "adam");
  processor_->Rollback();
  EXPECT_EQ(processor_->NextDue(), kMonday + kLife);
  Commit();
  EXPECT_EQ(flushed_, 2);
  context_.emitted.clear();
  processor_->OnTime(context_);
  Open("m3", "adam");
  EXPECT_THAT(context_.emitted, ElementsAre("m1 EXPIRED", "m3 OPEN"));
}

TEST_F(ProcessorTest, TheZoneIsKnownAgainAfterARestart) {
  v1::OwnerEvent event = ByOwner("e1", "eve");
  event.mutable_roster_entry_set()->set_time_zone("America/New_York");
  EXPECT_FALSE(Process(event).rejected());
  v1::OwnerEvent quiet = ByOwner("e2", "eve");
  v1::Preferences& preferences = *quiet.mutable_preferences_set()->mutable_preferences();
  preferences.set_quiet_start_minute(18 * 60), preferences.set_quiet_end_minute(8 * 60);
  EXPECT_FALSE(Process(quiet).rejected());
  Commit();
  ASSERT_TRUE(Restart().ok());
  Open("m1", "eve");  // 04:00 in New York
  Commit();
  v1::Nudge nudge;
  ASSERT_TRUE(nudge.ParseFromString(changelog_["eve\nm1"]));
  EXPECT_EQ(model::ToTime(nudge.deliver_not_before_time()), kMonday + absl::Hours(4));
  EXPECT_EQ(nudge.held_by(), v1::GUARD_REASON_QUIET_HOURS);
}

TEST_F(ProcessorTest, BadRecordsAreRejectedAndChangeNothing) {
  EXPECT_EQ(Process(kMomentsTopic, "eve", "\xff\xff").reason(), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(Process(v1::MomentEvent(), "eve").reason(), v1::REJECT_REASON_VERSION_UNKNOWN);
  EXPECT_EQ(Process(Opened("m1", "eve"), "adam").reason(), v1::REJECT_REASON_FIELD_INVALID);
  EXPECT_THAT(Process(Opened("m1", "eve\nm"), "eve\nm").detail(), HasSubstr("line break"));
  v1::MomentEvent endless = Opened("m1", "eve");
  endless.mutable_opened()->clear_expire_time();
  EXPECT_THAT(Process(endless, "eve").detail(), HasSubstr("expire_time"));
  EXPECT_EQ(Process(ByOwner("e1", "eve")).reason(), v1::REJECT_REASON_VERSION_UNKNOWN);
  v1::OwnerEvent nowhere = ByOwner("e1", "eve");
  nowhere.mutable_roster_entry_set()->set_time_zone("Mars/Olympus");
  EXPECT_THAT(Process(nowhere).detail(), HasSubstr("Mars/Olympus"));
  v1::OwnerEvent backwards = ByOwner("e1", "eve");
  *backwards.mutable_leave_set()->mutable_start_time() = model::ToStamp(kMonday);
  *backwards.mutable_leave_set()->mutable_end_time() = model::ToStamp(kMonday);
  EXPECT_EQ(Process(backwards).reason(), v1::REJECT_REASON_FIELD_INVALID);
  Commit();
  EXPECT_EQ(flushed_, 0);
  EXPECT_THAT(context_.emitted, IsEmpty());
}

TEST_F(ProcessorTest, AMomentThatCameAfterItsEndMakesNoNudge) {
  const v1::MomentEvent late = Opened("m1", "eve");
  context_.time += kLife;
  EXPECT_FALSE(Process(late, "eve").rejected());
  EXPECT_EQ(processor_->counts().past, 1);
  EXPECT_THAT(context_.emitted, IsEmpty());
}

TEST_F(ProcessorTest, AStateOfAnotherVersionStopsTheService) {
  v1::Inbox inbox;
  inbox.set_schema_version(2);
  changelog_["eve"] = inbox.SerializeAsString();
  EXPECT_EQ(Restart().code(), absl::StatusCode::kDataLoss);
  changelog_["eve"] = "\xff";
  EXPECT_EQ(Restart().code(), absl::StatusCode::kDataLoss);
  changelog_ = {{"eve\nm1", "\xff"}};
  EXPECT_EQ(Restart().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace tend::notification
