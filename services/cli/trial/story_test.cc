// Plays every story under tests/golden/stories through the whole pipeline and checks what each
// expects.
//
// Keys of an expectation: stage=READY; readiness=.645...665 (of the organization);
// nudges=kind:state,... (all of the person's, in the order of opening; "none"); guard=patience
// (which guard holds a suggestion; "none").

#include "common/testing/story.h"

#include <google/protobuf/text_format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/model/codec.h"
#include "common/model/guards.h"
#include "common/model/names.h"
#include "common/model/person_key.h"
#include "common/model/readiness.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/trial/shipped_texts.h"
#include "services/cli/trial/trial_wiring.h"
#include "services/ingest/domain/acceptor.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/relationship.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::cli {
namespace {

namespace fs = std::filesystem;
using ::tend::testing::ParseStory;
using ::tend::testing::Story;
using ::tend::testing::StoryLine;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// "NUDGE_STATE_OPEN" -> "open"; "MOMENT_KIND_BECAME_READY" -> "became-ready".
std::string Word(const std::string& name, size_t prefix) {
  std::string word = name.substr(prefix);
  absl::AsciiStrToLower(&word);
  return absl::StrReplaceAll(word, {{"_", "-"}});
}

TrialSetup SetupOf(const Story& story) {
  TrialSetup setup;
  setup.roster = RosterOf(story);
  v1::ScoringModel model;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kShippedModel, &model));
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(kShippedPolicy, &setup.policy_contract));
  setup.model = *model::Compile(model);
  setup.policy = *model::Compile(setup.policy_contract);
  setup.start = ReceivedAt(story.lines.front());
  return setup;
}

// A pipeline that lives through one story.
class Teller {
 public:
  explicit Teller(Story story)
      : story_(std::move(story)),
        setup_(SetupOf(story_)),
        pipeline_(*TrialPipeline::Create(setup_)) {}

  void Tell() {
    for (const StoryLine& line : story_.lines) {
      SCOPED_TRACE(absl::StrCat("line ", line.line));
      now_ = ReceivedAt(line);
      pipeline_->AdvanceTo(now_);
      if (line.verb != "expect") Happens(line);
      ASSERT_TRUE(pipeline_->Settle().ok());
      Watch();
      if (line.verb == "expect") Expect(line);
    }
  }

 private:
  void Happens(const StoryLine& line) {
    v1::Interaction interaction = InteractionOf(story_, line);
    const ingest::AcceptResult result = acceptor_.Accept(interaction, now_);
    const auto* accepted = std::get_if<ingest::Accepted>(&result);
    ASSERT_NE(accepted, nullptr);
    ASSERT_TRUE(pipeline_->Append(accepted->topic, accepted->key, accepted->value).ok());
  }

  void Watch() {
    ASSERT_TRUE(
        pipeline_
            ->Drain([&](absl::string_view topic, absl::string_view, absl::string_view value) {
              if (topic == "tend.person-events.v1") return Meet(value);
              if (topic == "tend.nudges.v1") return Note(value);
              ADD_FAILURE() << "a record was rejected";
            })
            .ok());
  }

  void Meet(absl::string_view value) {
    v1::PersonEvent event;
    ASSERT_TRUE(event.ParseFromArray(value.data(), static_cast<int>(value.size())));
    for (const v1::Party& party : event.interaction().parties()) {
      if (party.person_id() == event.person_id())
        person_ids_[party.display_name()] = event.person_id();
    }
  }

  void Note(absl::string_view value) {
    v1::NudgeChanged change;
    ASSERT_TRUE(change.ParseFromArray(value.data(), static_cast<int>(value.size())));
    for (v1::Nudge& nudge : nudges_) {
      if (nudge.nudge_id() != change.nudge().nudge_id()) continue;
      nudge = change.nudge();
      return;
    }
    nudges_.push_back(change.nudge());
  }

  void Expect(const StoryLine& line) {
    for (const auto& [key, value] : line.keys) {
      SCOPED_TRACE(absl::StrCat(line.who, " ", key, "=", value));
      if (key == "nudges") {
        EXPECT_EQ(NudgesOf(line.who), value);
      } else if (key == "stage") {
        EXPECT_EQ(v1::Stage_Name(static_cast<v1::Stage>(Read(line.who).stage)),
                  absl::StrCat("STAGE_", value));
      } else if (key == "readiness") {
        ExpectReadiness(line.who, value);
      } else if (key == "guard") {
        EXPECT_EQ(GuardOf(line.who), value);
      } else {
        ADD_FAILURE() << "no such key; known: guard, nudges, readiness, stage";
      }
    }
  }

  std::string NudgesOf(const std::string& who) {
    std::vector<std::string> said;
    for (const v1::Nudge& nudge : nudges_) {
      if (nudge.moment().person_id() != person_ids_[who]) continue;
      said.push_back(absl::StrCat(Word(v1::MomentKind_Name(nudge.moment().kind()), 12), ":",
                                  Word(v1::NudgeState_Name(nudge.state()), 12)));
    }
    return said.empty() ? "none" : absl::StrJoin(said, ",");
  }

  void ExpectReadiness(const std::string& who, const std::string& range) {
    const std::vector<std::string> ends = absl::StrSplit(range, "...");
    ASSERT_EQ(ends.size(), 2u) << "write it as .645....665";
    double low = 0, high = 0;
    ASSERT_TRUE(absl::SimpleAtod(ends[0], &low) && absl::SimpleAtod(ends[1], &high));
    const model::Relationship person = Read(who);
    const double readiness = model::Sigma(
        model::OrganizationZ(std::as_const(person), model::Instant::FromTime(now_), setup_.model));
    EXPECT_GE(readiness, low);
    EXPECT_LE(readiness, high);
  }

  std::string GuardOf(const std::string& who) {
    const model::Verdict verdict =
        model::MaySuggest(Read(who), model::Instant::FromTime(now_), setup_.model, setup_.policy);
    if (verdict.allowed()) return "none";
    return Word(v1::GuardReason_Name(static_cast<v1::GuardReason>(verdict.reason)), 13);
  }

  // The person as the changelog tells.
  model::Relationship Read(const std::string& who) {
    model::Relationship person;
    const std::string& id = person_ids_[who];
    EXPECT_FALSE(id.empty()) << who << " was never seen";
    if (id.empty()) return person;
    person.person = *model::ParsePersonKey(View(id));
    const auto take = [&](absl::string_view, absl::string_view key, absl::string_view value) {
      if (key.substr(0, 36) != View(id)) return;
      v1::Tie tie;
      v1::Relationship own;
      if (key.size() > 36 && tie.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
        EXPECT_TRUE(model::Decode(tie, names_, &person).ok());
      } else if (key.size() == 36 &&
                 own.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
        EXPECT_TRUE(model::Decode(own, names_, &person).ok());
      }
    };
    EXPECT_TRUE(pipeline_->ReadRelationships(take).ok());
    model::Restored(person, setup_.policy);
    return person;
  }

  const Story story_;
  const TrialSetup setup_;
  const std::unique_ptr<TrialPipeline> pipeline_;
  ingest::Acceptor acceptor_;
  absl::Time now_;
  model::Names names_;
  std::map<std::string, std::string> person_ids_;  // by name
  std::vector<v1::Nudge> nudges_;
};

std::vector<std::string> StoryFiles() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator("tests/golden/stories")) {
    if (entry.path().extension() == ".story") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(StoriesTest, EveryStoryComesTrue) {
  const std::vector<std::string> files = StoryFiles();
  ASSERT_GE(files.size(), 10u);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    const std::string story_text = text.str();
    const auto story = ParseStory(View(story_text));
    ASSERT_TRUE(story.ok()) << story.status();
    EXPECT_THAT(story_text, ::testing::HasSubstr(" expect "))
        << "a story that expects nothing cannot fail";
    Teller(*story).Tell();
  }
}

}  // namespace
}  // namespace tend::cli
