// The judge of erasures itself: whatever is said wrongly of the erased is found. See
// pipeline_lies_test.cc.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/model/proto_time.h"
#include "common/testing/simulation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/trial/pipeline_erasures.h"
#include "services/cli/trial/pipeline_identity.h"
#include "services/cli/trial/pipeline_judge.h"
#include "services/cli/trial/pipeline_traffic.h"
#include "services/cli/trial/pipeline_world.h"
#include "services/enrichment/processor.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/reject.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

using stream::CommittedRecord;
using stream::Violations;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What is said of the erased, in a run in which each of these can be told wrongly.
class ErasureJudgeTest : public ::testing::Test {
 protected:
  ErasureJudgeTest() {
    stream::SimulationPlan plan = pipeline_.Plan();
    plan.fault_rate = 0;
    log_ = Simulate(plan, kSeed).log;
    Violations told;
    identity_ = ReadIdentityLog(Entries(), told);
  }

  using Records = std::vector<CommittedRecord>;

  std::string Judged() {
    Violations violations;
    JudgePipeline(log_, pipeline_.traffic(), pipeline_.specs(), violations);
    return absl::StrJoin(violations, "\n");
  }

  enum class Edit { kNone, kDrop, kChange };

  std::vector<v1::IdentityLogEntry> Entries() const {
    return *pipeline_.specs().identity->ReadLog(0, 10'000);
  }
  bool WasErased(const std::string& origin) const { return identity_.erased.count(origin) > 0; }

  // What the first record that `edit` wants otherwise becomes.
  template <typename Message>
  void Change(const std::string& topic, const std::function<Edit(Message&)>& edit) {
    for (Records& records : log_.at(topic)) {
      for (auto record = records.begin(); record != records.end(); ++record) {
        Message message;
        const bool of_another = topic == scoring::kRelationships && IsTie(record->key);
        if (of_another || PipelineTraffic::IsGarbage(*record->value)) continue;
        ASSERT_TRUE(message.ParseFromString(*record->value));
        const Edit edited = edit(message);
        if (edited == Edit::kDrop) records.erase(record);
        if (edited == Edit::kChange) record->value = message.SerializeAsString();
        if (edited != Edit::kNone) return;
      }
    }
    FAIL() << "nothing to change in " << topic;
  }
  template <typename Message>
  void Drop(const std::string& topic, const std::function<bool(const Message&)>& is) {
    Change<Message>(topic,
                    [&](Message& message) { return is(message) ? Edit::kDrop : Edit::kNone; });
  }

  // Changes the record of an erased person.
  void ChangeErased(const std::function<void(v1::Relationship&)>& edit) {
    Change<v1::Relationship>(scoring::kRelationships, [&](v1::Relationship& record) {
      if (!record.erased()) return Edit::kNone;
      edit(record);
      return Edit::kChange;
    });
  }

  static bool IsErasedReject(const v1::Reject& reject) {
    return reject.service() == "enrichment" && reject.reason() == v1::REJECT_REASON_PERSON_ERASED;
  }
  static bool IsTie(const std::string& key) { return key.size() > kIdSize; }

  static constexpr uint64_t kSeed = 1;
  static constexpr size_t kIdSize = 36;
  PipelineWorld pipeline_;
  stream::CommittedLog log_;
  IdentityHistory identity_;
};

TEST_F(ErasureJudgeTest, ARightLogHasNoViolation) { EXPECT_EQ(Judged(), ""); }

TEST_F(ErasureJudgeTest, AnErasureThatIsNotToldIsFlagged) {
  for (Records& records : log_.at(scoring::kPersonEvents)) {
    std::erase_if(records, [](const CommittedRecord& record) {
      v1::PersonEvent event;
      return event.ParseFromString(*record.value) && event.has_erased();
    });
  }
  EXPECT_THAT(Judged(), ContainsRegex("identity [-0-9a-f]+: dropped "));
}

TEST_F(ErasureJudgeTest, APersonWhoIsErasedTwiceIsFlagged) {
  std::vector<v1::IdentityLogEntry> entries = Entries();
  const auto erased = std::find_if(entries.begin(), entries.end(),
                                   [](const auto& entry) { return entry.has_erased(); });
  ASSERT_NE(erased, entries.end());
  entries.push_back(v1::IdentityLogEntry(*erased));
  Violations violations;
  ReadIdentityLog(entries, violations);
  EXPECT_THAT(absl::StrJoin(violations, "\n"), HasSubstr("erased twice: "));
}

TEST_F(ErasureJudgeTest, ARecordOfAnErasedPersonThatIsSilentlyDroppedIsFlagged) {
  Drop<v1::Reject>(kRejectsTopic, IsErasedReject);
  EXPECT_THAT(Judged(), HasSubstr("rejects enrichment: dropped "));
}

TEST_F(ErasureJudgeTest, ARefusalBeforeTheErasureIsFlagged) {
  Change<v1::Reject>(kRejectsTopic, [](v1::Reject& reject) {
    if (!IsErasedReject(reject)) return Edit::kNone;
    reject.mutable_reject_time()->set_seconds(1);
    return Edit::kChange;
  });
  EXPECT_THAT(Judged(), ContainsRegex("person-events .*: dropped "));
}

TEST_F(ErasureJudgeTest, ARefusalOfSomebodyElseIsFlagged) {
  v1::Reject reject;
  reject.set_service("enrichment");
  reject.set_reason(v1::REJECT_REASON_PERSON_ERASED);
  *reject.mutable_reject_time() = model::ToStamp(absl::FromUnixSeconds(2'000'000'000));
  Drop<v1::PersonEvent>(scoring::kPersonEvents, [&](const v1::PersonEvent& event) {
    const v1::Position& source = event.source_position();
    reject.mutable_record()->set_topic(source.topic());
    reject.mutable_record()->set_partition(source.partition());
    reject.mutable_record()->set_offset(source.offset());
    return event.has_interaction() && !WasErased(event.origin_id());
  });
  log_.at(kRejectsTopic).front().push_back({"", reject.SerializeAsString(), {}});
  EXPECT_THAT(Judged(), ContainsRegex("person-events .*: dropped "));
  EXPECT_THAT(Judged(), HasSubstr("rejects enrichment: unexpected "));
}

TEST_F(ErasureJudgeTest, AnEventThatWasResolvedAfterTheErasureIsFlagged) {
  Change<v1::PersonEvent>(scoring::kPersonEvents, [this](v1::PersonEvent& event) {
    if (!event.has_interaction() || !WasErased(event.origin_id())) return Edit::kNone;
    event.set_identity_seq(identity_.erased[event.origin_id()].seq);
    return Edit::kChange;
  });
  EXPECT_THAT(Judged(), ContainsRegex("person-events .*: unexpected "));
}

TEST_F(ErasureJudgeTest, AnEventAfterTheWishIsFlagged) {
  Change<v1::PersonEvent>(scoring::kPersonEvents, [this](v1::PersonEvent& event) {
    if (!event.has_interaction() || !WasErased(event.origin_id())) return Edit::kNone;
    event.mutable_interaction()->mutable_erasure_asked();
    return Edit::kChange;
  });
  EXPECT_THAT(Judged(), ContainsRegex("person-events .*: unexpected "));
}

TEST_F(ErasureJudgeTest, AWishThatIsNotCarriedOutIsFlagged) {
  Change<v1::PersonEvent>(scoring::kPersonEvents, [this](v1::PersonEvent& event) {
    if (!event.has_interaction() || WasErased(event.origin_id())) return Edit::kNone;
    event.mutable_interaction()->mutable_erasure_asked();
    return Edit::kChange;
  });
  EXPECT_THAT(Judged(), HasSubstr("asked, but was not erased: "));
}

TEST_F(ErasureJudgeTest, AWishThatStillWaitsIsFlagged) {
  log_.at(enrichment::kStateTopic).front().push_back({"esomebody", "", {}});
  EXPECT_THAT(Judged(), HasSubstr("still to be erased: somebody"));
}

TEST_F(ErasureJudgeTest, AnErasedPersonWhoIsFoundedAnewIsFlagged) {
  Change<v1::PersonEvent>(scoring::kPersonEvents, [this](v1::PersonEvent& event) {
    if (!event.has_interaction() || !WasErased(event.origin_id())) return Edit::kNone;
    event.set_origin_id("11111111-1111-1111-1111-111111111111");
    return Edit::kChange;
  });
  EXPECT_THAT(Judged(), HasSubstr("erased and founded anew: "));
}

TEST_F(ErasureJudgeTest, AnErasedPersonsTieThatIsKeptIsFlagged) {
  v1::Tie tie;
  ChangeErased([&tie](v1::Relationship& record) { tie.set_person_id(record.person_id()); });
  tie.set_schema_version(1);
  tie.set_origin_id(tie.person_id());
  tie.set_owner_id("o1");
  const std::string key = absl::StrCat(tie.person_id(), "/o1");
  log_.at(scoring::kRelationships).front().push_back({key, tie.SerializeAsString(), {}});
  EXPECT_THAT(Judged(), HasSubstr("a tie of an erased person is kept: "));
}

TEST_F(ErasureJudgeTest, AnErasedPersonsHistoryThatIsKeptIsFlagged) {
  ChangeErased([](v1::Relationship& record) {
    record.clear_erased();
    v1::Part& part = *record.add_parts();
    part.set_origin_id(record.person_id());
    part.mutable_first_time()->set_seconds(1'772'442'000);
  });
  EXPECT_THAT(Judged(), HasSubstr("scoring has not erased "));
  EXPECT_THAT(Judged(), HasSubstr("kept of erased "));
  EXPECT_THAT(Judged(), HasSubstr("origins: "));
}

TEST_F(ErasureJudgeTest, WhatErasedRecordsSayBesidesIsFlagged) {
  ChangeErased([](v1::Relationship& record) { record.set_account_id("domain:firm1.example"); });
  EXPECT_THAT(Judged(), HasSubstr("kept of erased "));
}

TEST_F(ErasureJudgeTest, AnErasedPersonsMomentThatIsKeptIsFlagged) {
  ChangeErased([](v1::Relationship& record) { record.add_open_moments(); });
  EXPECT_THAT(Judged(), HasSubstr("an erased person has a moment: "));
}

TEST_F(ErasureJudgeTest, SomebodyElsesHistoryThatIsGoneIsFlagged) {
  for (Records& records : log_.at(scoring::kRelationships)) {
    const auto tie = std::find_if(records.rbegin(), records.rend(), [this](const auto& record) {
      return IsTie(record.key) && record.value.has_value() &&
             !WasErased(record.key.substr(0, kIdSize));
    });
    if (tie != records.rend()) records.push_back({std::string(tie->key), std::nullopt, {}});
  }
  EXPECT_THAT(Judged(), HasSubstr("origins: "));
}

TEST_F(ErasureJudgeTest, AMomentThatOutlivesAnErasureIsFlagged) {
  Change<v1::MomentEvent>(scoring::kMoments, [](v1::MomentEvent& moment) {
    if (moment.closed().cause() != v1::CLOSE_CAUSE_ERASED) return Edit::kNone;
    google::protobuf::Timestamp& time = *moment.mutable_closed()->mutable_close_time();
    time.set_seconds(time.seconds() + 3600 * 24);
    return Edit::kChange;
  });
  EXPECT_THAT(Judged(), HasSubstr(" outlives their erasure"));
}

TEST_F(ErasureJudgeTest, ANudgeThatAnErasureLeavesOpenIsFlagged) {
  Drop<v1::NudgeChanged>(notification::kNudgesTopic, [](const v1::NudgeChanged& change) {
    return change.withdrawn() == v1::CLOSE_CAUSE_ERASED;
  });
  EXPECT_THAT(Judged(), HasSubstr(" outlives their moment"));
}

TEST(IdentityWitnessTest, WhatStoodBesideAnErasedIdentifierAndIsKnownAgainIsFlagged) {
  using Is = enrichment::Resolution::Is;
  IdentityWitness witness;
  const auto hear = [&witness](Is is, std::vector<absl::string_view> keys) {
    enrichment::IdentityClaim claim;
    claim.keys.assign(keys.begin(), keys.end());
    enrichment::Resolution answer;
    answer.is = is;
    witness.Hear(claim, answer);
  };
  hear(Is::kPerson, {"bea"});
  hear(Is::kErased, {"ann", "bea", "new"});
  hear(Is::kPerson, {"bea"});
  EXPECT_THAT(witness.violations(), IsEmpty());
  hear(Is::kPerson, {"new"});
  EXPECT_THAT(witness.violations(), ElementsAre("erased and known again: new"));
}

}  // namespace
}  // namespace tend::cli
