#include "services/cli/topics/topic_plan.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace tend::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

v1::TopicDeclarations Declared(const std::string& text) {
  v1::TopicDeclarations declarations;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &declarations));
  EXPECT_TRUE(CheckDeclarations(declarations).ok());
  return declarations;
}

TopicStep Plan(const std::optional<ExistingTopic>& exists) {
  const v1::TopicDeclarations declarations = Declared(R"(
      partitions: 4
      topics { name: "t" cleanup: TOPIC_CLEANUP_DELETE retention { seconds: 60 } keyed: true })");
  return PlanTopic(declarations, declarations.topics(0), exists);
}

TEST(TopicPlanTest, AMissingTopicIsCreatedAsDeclared) {
  const TopicStep step = Plan(std::nullopt);
  EXPECT_EQ(step.is, TopicStep::Is::kCreate);
  EXPECT_EQ(step.partitions, 4);
  EXPECT_THAT(step.settings,
              ElementsAre(Pair("cleanup.policy", "delete"), Pair("retention.ms", "60000"),
                          Pair("segment.ms", "60000")));
}

TEST(TopicPlanTest, WhatWasReplacedGoesAfterTheRetentionToo) {
  const v1::TopicDeclarations declarations = Declared(R"(
      partitions: 4
      topics { name: "t" cleanup: TOPIC_CLEANUP_COMPACT retention { seconds: 604800 } }
      topics {
        name: "u" cleanup: TOPIC_CLEANUP_COMPACT retention { seconds: 604800 }
        settings { key: "segment.ms" value: "1000" }
      })");
  EXPECT_THAT(
      SettingsOf(declarations.topics(0)),
      ElementsAre(Pair("cleanup.policy", "compact"), Pair("max.compaction.lag.ms", "604800000"),
                  Pair("segment.ms", "86400000")));
  EXPECT_THAT(SettingsOf(declarations.topics(1)), Contains(Pair("segment.ms", "1000")));
}

TEST(TopicPlanTest, ATopicThatFitsIsLeftAlone) {
  EXPECT_EQ(Plan(ExistingTopic{4,
                               {{"cleanup.policy", "delete"},
                                {"retention.ms", "60000"},
                                {"segment.ms", "60000"},
                                {"segment.bytes", "1"}}})
                .is,
            TopicStep::Is::kFits);
}

TEST(TopicPlanTest, OnlyTheSettingsThatDifferAreAltered) {
  const TopicStep step = Plan(ExistingTopic{
      4, {{"cleanup.policy", "delete"}, {"retention.ms", "1"}, {"segment.ms", "60000"}}});
  EXPECT_EQ(step.is, TopicStep::Is::kAlter);
  EXPECT_THAT(step.settings, ElementsAre(Pair("retention.ms", "60000")));
  EXPECT_EQ(step.because, "retention.ms is 1, declared 60000");
}

TEST(TopicPlanTest, AnotherNumberOfPartitionsIsRefused) {
  const TopicStep step = Plan(ExistingTopic{8, {}});
  EXPECT_EQ(step.is, TopicStep::Is::kRefuse);
  EXPECT_THAT(step.because, HasSubstr("it has 8 partitions and 4 are declared: keys would move"));
}

TEST(TopicPlanTest, WhatIsThereKeepsItsReplication) {
  EXPECT_THAT(ReplicationNote(3, 14), HasSubstr("the 14 that were there keep theirs"));
  EXPECT_EQ(ReplicationNote(3, 0), "");
  EXPECT_EQ(ReplicationNote(-1, 14), "");
}

TEST(TopicPlanTest, ADeclarationSaysItsCleanup) {
  v1::TopicDeclarations declarations;
  declarations.set_partitions(1);
  declarations.add_topics()->set_name("t");
  EXPECT_THAT(std::string(CheckDeclarations(declarations).message()), HasSubstr("t: cleanup"));
}

TEST(TopicPlanTest, TheShippedTopicsAreDeclaredWell) {
  std::ifstream in("deploy/topics.textproto");
  std::stringstream text;
  text << in.rdbuf();
  const v1::TopicDeclarations shipped = Declared(text.str());
  EXPECT_EQ(shipped.topics_size(), 14);
  for (const v1::TopicDeclaration& topic : shipped.topics()) {
    // Names of files and numbers only.
    if (std::set<std::string>{"tend.ingest-state.v1", "tend.models.v1", "tend.policies.v1"}.count(
            topic.name()) > 0) {
      continue;
    }
    EXPECT_GT(topic.retention().seconds(), 0) << topic.name();
    EXPECT_LE(topic.retention().seconds(), 30 * 24 * 60 * 60) << topic.name();
  }
}

}  // namespace
}  // namespace tend::cli
