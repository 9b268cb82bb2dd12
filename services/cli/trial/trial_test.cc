// The whole pipeline over the shipped sample: the five people come out right, and the traffic
// yields what it should.

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/trial/shipped_texts.h"
#include "services/cli/trial/trial_print.h"
#include "services/cli/trial/trial_run.h"
#include "services/enrichment/domain/roster.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kSample[] = "deploy/sample/";

TrialSetup Setup() {
  std::ifstream in(absl::StrCat(kSample, "roster.textproto"));
  std::stringstream text;
  text << in.rdbuf();
  TrialSetup setup;
  setup.roster = *enrichment::ParseRoster(text.str());
  v1::ScoringModel model;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kShippedModel, &model));
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(kShippedPolicy, &setup.policy_contract));
  setup.model = *model::Compile(model);
  setup.policy = *model::Compile(setup.policy_contract);
  return setup;
}

TrialResult Play(const std::vector<std::string>& names, bool as_import = false,
                 const std::string& explain = "") {
  TrialOptions options;
  for (const std::string& name : names) options.files.push_back({absl::StrCat(kSample, name), ""});
  options.file_options.now =
      absl::FromUnixSeconds(1771000000);  // when lists come in without events
  options.as_import = as_import;
  options.explain = explain;
  Progress progress("trial", "rows",
                    {{}, [](absl::string_view) {}, [] { return absl::UnixEpoch(); }});
  auto result = RunTrial(options, Setup(), progress);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

// A log of real mail that not every machine has, see its README.
constexpr char kRealLog[] = "../shared/data/email_eu/events.csv.gz";

TrialResult PlayRealLog(const std::string& mapping) {
  TrialOptions options;
  options.files.push_back({kRealLog, mapping});
  Progress progress("trial", "rows",
                    {{}, [](absl::string_view) {}, [] { return absl::UnixEpoch(); }});
  TrialSetup setup = Setup();
  setup.roster.Clear();
  auto result = RunTrial(options, std::move(setup), progress);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

// "became ready OPEN" of everything that was said of the person, in the order of time.
std::vector<std::string> NudgesOf(const TrialResult& result, const std::string& name) {
  std::vector<std::string> said;
  for (const TrialNudge& kept : result.nudges) {
    const v1::Nudge nudge = kept.Decoded();
    if (result.person_names.at(nudge.moment().person_id()).find(name) == std::string::npos)
      continue;
    said.push_back(absl::StrCat(v1::MomentKind_Name(nudge.moment().kind()).substr(12), " ",
                                v1::NudgeState_Name(nudge.state()).substr(12)));
  }
  return said;
}

std::string Explained(const std::string& person) {
  const TrialSetup setup = Setup();
  const TrialResult result = Play({"list.csv", "five_people.jsonl"}, false, person);
  return PrintExplanation(result, setup.model, setup.policy, {});
}

TEST(TrialTest, AnnBecomesReadyOnceAndHerFormWaitsNoMore) {
  const TrialResult result = Play({"five_people.jsonl"});
  EXPECT_THAT(NudgesOf(result, "ann@"), ElementsAre("WAITS_FOR_US WITHDRAWN", "BECAME_READY OPEN"));
  for (const TrialNudge& nudge : result.nudges) {
    if (nudge.kind != v1::MOMENT_KIND_BECAME_READY) continue;
    EXPECT_NEAR(nudge.Decoded().moment().readiness(), .655, .01);
    EXPECT_EQ(nudge.Decoded().moment().evidence_size(), 4);
  }
}

TEST(TrialTest, BobsOpensCountNothing) {
  EXPECT_THAT(NudgesOf(Play({"five_people.jsonl"}), "bob@"), ElementsAre());
  const std::string why = Explained("bob@millstone.example");
  EXPECT_THAT(why, HasSubstr("readiness 0.254"));
  EXPECT_THAT(why, HasSubstr("20 x message opened: kept, and counts nothing"));
}

TEST(TrialTest, CyIsReadyByTheNumberAndLeftInPeace) {
  EXPECT_THAT(NudgesOf(Play({"five_people.jsonl"}), "cy@"), ElementsAre());
  EXPECT_THAT(Explained("cy@lakeside.example"), HasSubstr("patience until 5 June"));
}

TEST(TrialTest, DiEndsHerRestByWriting) {
  EXPECT_THAT(NudgesOf(Play({"five_people.jsonl"}), "di@"), ElementsAre("WAITS_FOR_US WITHDRAWN"));
}

TEST(TrialTest, TheSampleShowsEveryKindOfPersonAndEnoughNudges) {
  const TrialResult result = Play({"list.csv", "interactions.jsonl.gz", "five_people.jsonl"});
  const auto stages = std::count_if(result.stages.begin(), result.stages.end(),
                                    [](int64_t people) { return people > 0; });
  EXPECT_GE(stages, 5);
  EXPECT_GE(result.nudges.size(), 50u);
  EXPECT_GT(result.rejects.size(), 1u);
  EXPECT_GT(result.enrichment.repeats, 0);
  const enrichment::EnrichmentCounts& e = result.enrichment;
  EXPECT_EQ(e.received, e.repeats + e.between_us + e.between_outsiders + e.machines +
                            e.unknown_visitors + e.ignored + e.erased_again + e.with_events +
                            e.rejected());
}

TEST(TrialTest, AListAloneRaisesNoNudge) {
  const TrialResult result = Play({"list.csv"});
  EXPECT_GT(result.list_rows, 10);
  EXPECT_GT(result.list_outcomes.at(v1::LIST_OUTCOME_LEAVE_ALONE), 0);
  EXPECT_TRUE(result.nudges.empty());
}

TEST(TrialTest, AnImportOpensOutreachForTheLastDayOnly) {
  const std::vector<std::string> files = {"interactions.jsonl.gz"};
  const auto outreach = [](const TrialResult& result) {
    return std::count_if(result.nudges.begin(), result.nudges.end(), [](const TrialNudge& nudge) {
      return nudge.family == v1::MOMENT_FAMILY_OUTREACH;
    });
  };
  const auto lived = outreach(Play(files));
  const auto imported = outreach(Play(files, true));
  EXPECT_GT(lived, 50);
  EXPECT_LT(imported, lived / 10);
}

TEST(TrialTest, TheSameFilesGiveTheSameReport) {
  TrialResult first = Play({"list.csv", "five_people.jsonl"});
  TrialResult second = Play({"list.csv", "five_people.jsonl"});
  first.wall = second.wall = absl::Seconds(1);
  first.peak_memory_bytes = second.peak_memory_bytes = 0;
  EXPECT_EQ(PrintTrial(first, true, {}), PrintTrial(second, true, {}));
}

TEST(TrialTest, ARejectStandsBehindThePlaceItCameFrom) {
  TrialResult result;
  v1::Reject& reject = result.reject_examples.emplace_back();
  reject.mutable_record()->set_topic("tend.interactions.v1");
  reject.set_detail("no time");
  EXPECT_THAT(PrintTrial(result, true, {}), HasSubstr("  tend.interactions.v1/0@0: no time\n"));
}

TEST(TrialTest, JsonHasItsKeysInOneOrder) {
  std::string texts[2];
  for (std::string& text : texts) {
    TrialResult result = Play({"list.csv", "five_people.jsonl"});
    result.wall = absl::Seconds(1);
    result.peak_memory_bytes = 7;
    text = PrintTrialJson(result, true);
  }
  EXPECT_EQ(texts[0], texts[1]);
  size_t place = 0;
  for (const char* key : {"made_up_data",
                          "input",
                          "interactions",
                          "between_us_and_them",
                          "among_ourselves",
                          "among_outsiders",
                          "repeats",
                          "person_events",
                          "sender_recipient_pairs",
                          "rejects",
                          "people",
                          "accounts",
                          "stages",
                          "STAGE_SEED",
                          "STAGE_FALLOW",
                          "left_alone",
                          "list",
                          "rows",
                          "known",
                          "seed",
                          "leave_alone",
                          "nudges",
                          "nudge_id",
                          "owner_id",
                          "person_id",
                          "person",
                          "kind",
                          "state",
                          "cause_hash",
                          "readiness",
                          "create_time",
                          "deliver_not_before_time",
                          "evidence",
                          "signal_class",
                          "contribution",
                          "occur_time",
                          "wall_seconds",
                          "peak_memory_bytes"}) {
    place = texts[0].find(absl::StrCat("\"", key, "\": "), place);
    ASSERT_NE(place, std::string::npos) << key;
  }
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(texts[0], &parsed).ok());
  EXPECT_EQ(parsed.fields_size(), 10);
}

TEST(TrialTest, ColleaguesOfARealLogAreCountedByItsRows) {
  if (!std::filesystem::exists(kRealLog)) GTEST_SKIP() << kRealLog << " is not here";
  const enrichment::EnrichmentCounts e = PlayRealLog("email_eu_colleagues").enrichment;
  EXPECT_EQ(e.pairs_us_and_them, 50'854);
  EXPECT_EQ(e.pairs_between_us, 3'373);
  EXPECT_EQ(e.pairs_between_outsiders, 205'721);
}

TEST(TrialTest, EverybodyOfARealLogIsCountedTwice) {
  if (!std::filesystem::exists(kRealLog)) GTEST_SKIP() << kRealLog << " is not here";
  const enrichment::EnrichmentCounts e = PlayRealLog("email_eu_everyone").enrichment;
  EXPECT_EQ(e.pairs_us_and_them, 519'896);
  EXPECT_EQ(e.pairs_between_us + e.pairs_between_outsiders, 0);
}

}  // namespace
}  // namespace tend::cli
