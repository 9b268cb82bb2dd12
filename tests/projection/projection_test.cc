// What the read model holds after what the services wrote, whatever fails in between.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/testing/postgres_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/projector.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/relationship.pb.h"
#include "tests/projection/database.h"
#include "tests/projection/pipeline.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using ::testing::Pair;

constexpr char kStory[] = R"(
2026-02-02T09:00 ann sends-form
2026-02-03T10:00 eve writes ann thread=T1
2026-02-04T10:00 ann writes eve thread=T1
2026-02-05T09:00 bob opens-mail machine=yes
2026-02-06T09:00 cy reads-content
2026-02-12T09:00 ann asks
2026-02-12T10:00 tom writes bob
)";

ProjectorOptions Options(int records = 5000) {
  ProjectorOptions options;
  options.instance = "query-1";
  options.limits = {records, 1 << 20, absl::ZeroDuration()};
  return options;
}

// The undisturbed projection of what was told.
std::string Projected(Pipeline& pipeline) {
  Database database;
  Projector projector(pipeline.log(), database.writer(), pipeline.clock(), Options());
  EXPECT_EQ(projector.Start(), absl::OkStatus());
  EXPECT_EQ(ProjectAll(projector), absl::OkStatus());
  return database.Dump();
}

// Fails the n-th write, before or after it took effect, and again after as many.
class FaultyModel final : public ReadModel {
 public:
  FaultyModel(ReadModel& model, int every) : model_(model), every_(every) {}

  absl::StatusOr<std::vector<Progress>> Begin(absl::Span<const Progress> partitions,
                                              Erasures& erasures) override {
    return model_.Begin(partitions, erasures);
  }
  absl::Status Write(const BatchRows& rows, absl::Span<const Advance> advances,
                     Erasures& erasures) override {
    if (++writes_ % every_ != 0) return model_.Write(rows, advances, erasures);
    ++faults_;
    if (faults_ % 2 == 0) {
      Erasures lost;
      EXPECT_EQ(model_.Write(rows, advances, lost), absl::OkStatus());
    }
    return absl::UnavailableError("injected");
  }
  absl::Status DropBefore(absl::Time history, absl::Time rejected) override {
    return model_.DropBefore(history, rejected);
  }

  int faults() const { return faults_; }

 private:
  ReadModel& model_;
  const int every_;
  int writes_ = 0, faults_ = 0;
};

class ProjectionTest : public ::testing::Test {
 protected:
  void ProjectTo(Database& database, int records = 5000) {
    Projector projector(pipeline_.log(), database.writer(), pipeline_.clock(), Options(records));
    ASSERT_EQ(projector.Start(), absl::OkStatus());
    ASSERT_EQ(ProjectAll(projector), absl::OkStatus());
  }

  void Write(const char* topic, const std::string& key, const google::protobuf::Message& value) {
    const auto producer = pipeline_.log().NewProducer();
    const std::string bytes = value.SerializeAsString();
    const stream::NewRecord record{topic, 0, key, bytes};
    std::vector<stream::Written> written;
    ASSERT_EQ((*producer)->Send({&record, 1}, written), absl::OkStatus());
  }

  Pipeline pipeline_;
};

TEST_F(ProjectionTest, EachTopicBecomesRows) {
  pipeline_.Tell(kStory);
  Database database;
  ProjectTo(database);
  EXPECT_EQ(database.Count("interaction"), 7);
  EXPECT_EQ(database.Count("interaction_default"), 0);
  EXPECT_EQ(database.Count("relationship"), 3);
  EXPECT_EQ(database.Count("tie"), 2);
  EXPECT_EQ(database.Count("identifier"), 3);
  EXPECT_EQ(database.Count("origin_profile WHERE display_name = 'ann'"), 1);
  EXPECT_GE(database.Count("nudge WHERE owner_id = 'eve'"), 1);
  EXPECT_GE(database.Count("stage_change"), 3);
}

TEST_F(ProjectionTest, AReplayIsANoOp) {
  pipeline_.Tell(kStory);
  Database database;
  ProjectTo(database);
  const std::string before = database.Dump();
  ProjectTo(database);
  EXPECT_EQ(database.Dump(), before);
}

// Transactions end in markers, behind which often nothing comes.
TEST_F(ProjectionTest, ItReachesTheEndsOfTheTopics) {
  pipeline_.Tell(kStory);
  Database database;
  ProjectTo(database);
  int reached = 0;
  for (const char* topic : {kPersonEventsTopic, kRelationshipsTopic, kNudgesTopic}) {
    for (int i = 0; i < Pipeline::kPartitions; ++i) {
      const auto range = pipeline_.log().Offsets({topic, i}, stream::Isolation::kReadUncommitted);
      if (range->start == range->end) continue;
      ++reached;
      EXPECT_EQ(database.Count(absl::StrCat("projection_offset WHERE topic = '", topic,
                                            "' AND partition = ", i,
                                            " AND next_offset = ", range->end.value())),
                1)
          << topic << "/" << i;
    }
  }
  EXPECT_GE(reached, 3);
}

// What the runbook does with a database that is older than the topics' retention.
TEST_F(ProjectionTest, WithoutOffsetsItBeginsAnewAndDoublesNothing) {
  pipeline_.Tell(kStory);
  Database database;
  ProjectTo(database);
  const std::string before = database.Dump();
  database.Run("TRUNCATE projection_offset");
  ProjectTo(database);
  EXPECT_EQ(database.Dump(), before);
}

TEST_F(ProjectionTest, BatchesOfAnySizeGiveTheSameRows) {
  pipeline_.Tell(kStory);
  Database one_by_one;
  ProjectTo(one_by_one, 1);
  EXPECT_EQ(one_by_one.Dump(), Projected(pipeline_));
}

TEST_F(ProjectionTest, FaultsBeforeAndAfterACommitLoseAndDoubleNothing) {
  pipeline_.Tell(kStory);
  for (const int every : {2, 3}) {
    Database database;
    FaultyModel model(database.writer(), every);
    Projector projector(pipeline_.log(), model, pipeline_.clock(), Options(3));
    ASSERT_EQ(projector.Start(), absl::OkStatus());
    for (absl::Status status = ProjectAll(projector); !status.ok();
         status = ProjectAll(projector)) {
      ASSERT_TRUE(absl::IsUnavailable(status)) << status;
      ASSERT_EQ(projector.Start(), absl::OkStatus());
    }
    EXPECT_GE(model.faults(), 4);
    EXPECT_EQ(database.Dump(), Projected(pipeline_));
  }
}

TEST_F(ProjectionTest, ASecondInstanceStandsByAndTakesOver) {
  pipeline_.Tell(kStory);
  Database first;
  Projector one(pipeline_.log(), first.writer(), pipeline_.clock(), Options(3));
  ASSERT_EQ(one.Start(), absl::OkStatus());
  ASSERT_TRUE(one.Step().ok());
  ASSERT_TRUE(one.Step().ok());
  Database second(first.conninfo());
  ProjectorOptions options = Options();
  options.instance = "query-2";
  Projector two(pipeline_.log(), second.writer(), pipeline_.clock(), options);
  EXPECT_TRUE(absl::IsAborted(two.Start()));
  second.Run(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND "
      "granted");
  ASSERT_EQ(two.Start(), absl::OkStatus());
  ASSERT_EQ(ProjectAll(two), absl::OkStatus());
  EXPECT_TRUE(absl::IsUnavailable(ProjectAll(one)));
  EXPECT_TRUE(absl::IsAborted(one.Start()));
  EXPECT_EQ(second.Dump(), Projected(pipeline_));
}

TEST_F(ProjectionTest, OffsetsThatSomebodyMovedTakeTheBatchBack) {
  pipeline_.Tell(kStory);
  Database database;
  ProjectTo(database);
  const std::string before = database.Dump();
  Erasures erasures;
  const Advance stale{{kNudgesTopic, 0, std::nullopt}, 7};
  BatchRows rows;
  rows.scored = {{0}, {99}};
  EXPECT_TRUE(absl::IsAborted(database.writer().Write(rows, {&stale, 1}, erasures)));
  EXPECT_EQ(database.Dump(), before);
}

TEST_F(ProjectionTest, PostgresStopsAndComesBack) {
  pipeline_.Tell(kStory);
  Database database;
  Projector projector(pipeline_.log(), database.writer(), pipeline_.clock(), Options(5));
  ASSERT_EQ(projector.Start(), absl::OkStatus());
  ASSERT_TRUE(projector.Step().ok());
  ASSERT_TRUE(projector.Step().ok());
  PostgresServer::Get().Stop();
  EXPECT_TRUE(absl::IsUnavailable(ProjectAll(projector)));
  EXPECT_TRUE(absl::IsUnavailable(projector.Start()));
  PostgresServer::Get().Start();
  absl::Status started = projector.Start();
  while (absl::IsUnavailable(started)) started = projector.Start();
  ASSERT_EQ(started, absl::OkStatus());
  ASSERT_EQ(ProjectAll(projector), absl::OkStatus());
  Database again(database.conninfo());
  EXPECT_EQ(again.Dump(), Projected(pipeline_));
}

TEST_F(ProjectionTest, AMergeMovesNoInteraction) {
  pipeline_.Tell(kStory);
  pipeline_.Merge("ann", "cy");
  pipeline_.Tell("2026-02-13T09:00 cy reads-pricing\n");
  Database database;
  ProjectTo(database);
  EXPECT_EQ(database.Count("interaction"), 8);
  EXPECT_EQ(database.Count("origin_person"), 1);
  EXPECT_EQ(database.Count("relationship WHERE merged_into IS NOT NULL"), 1);
}

TEST_F(ProjectionTest, AnErasureLeavesNothingPersonal) {
  pipeline_.Tell(kStory);
  pipeline_.Merge("ann", "cy");
  Database database;
  ProjectTo(database, 4);
  pipeline_.Erase("ann");
  pipeline_.Tell("2026-02-13T09:00 bob reads-pricing\n");
  ProjectTo(database, 4);
  const std::string dump = database.Dump();
  for (const char* address : {"ann@", "cy@"}) {
    EXPECT_EQ(dump.find(address), std::string::npos);
    EXPECT_EQ(dump.find(absl::BytesToHexString(address)), std::string::npos);  // in bytea
  }
  EXPECT_EQ(database.Count("interaction"), 3);  // bob's
  EXPECT_EQ(database.Count("identifier"), 1);
  EXPECT_EQ(database.Count("origin_profile"), 1);
  EXPECT_EQ(database.Count("erased_origin"), 2);
  for (const char* table : {"nudge", "nudge_change", "stage_change"}) {
    EXPECT_EQ(database.Count(
                  absl::StrCat(table, " WHERE person_id IN (SELECT origin_id FROM erased_origin)")),
              0)
        << table;
  }
  Database at_once;  // what comes after the erasure in another partition finds nobody
  ProjectTo(at_once);
  EXPECT_EQ(at_once.Count("interaction"), 3);
  EXPECT_EQ(at_once.Count("identifier"), 1);
}

// The topics are read side by side: a record from before an erasure may be met after it.
TEST_F(ProjectionTest, WhatIsReadAfterAnErasureComesBackNowhere) {
  pipeline_.Tell(kStory);
  const std::string ann = pipeline_.PersonId("ann");
  pipeline_.Erase("ann");
  Database database;
  ProjectTo(database);
  v1::Relationship state;
  state.set_schema_version(1);
  state.set_person_id(ann);
  state.set_stage(v1::STAGE_READY);
  state.mutable_stage_time()->set_seconds(1'770'033'600);
  *state.mutable_as_of_time() = state.stage_time();
  v1::NudgeChanged change;
  change.mutable_nudge()->set_nudge_id("an old one");
  change.mutable_nudge()->mutable_moment()->set_person_id(ann);
  Write(kRelationshipsTopic, ann, state);
  Write(kNudgesTopic, "eve", change);
  ProjectTo(database);
  for (const char* table : {"stage_change", "nudge", "nudge_change"}) {
    EXPECT_EQ(database.Count(absl::StrCat(table, " WHERE person_id = '", ann, "'")), 0) << table;
  }
}

constexpr std::array kAllTopics = {kPersonEventsTopic, kRelationshipsTopic, kNudgesTopic,
                                   kRejectsTopic};

void Poison(stream::Log& log) {
  const auto producer = log.NewProducer();
  std::vector<stream::Written> written;
  for (const char* topic : kAllTopics) {
    const stream::NewRecord poison{topic, 0, "key", "\xff\xff poison"};
    ASSERT_EQ((*producer)->Send({&poison, 1}, written), absl::OkStatus());
  }
}

TEST_F(ProjectionTest, AnUnusableRecordIsRejectedAndStopsNothing) {
  pipeline_.Tell(kStory);
  Poison(pipeline_.log());
  Database database;
  Projector projector(pipeline_.log(), database.writer(), pipeline_.clock(), Options());
  ASSERT_EQ(projector.Start(), absl::OkStatus());
  std::map<v1::RejectReason, int64_t> rejects;
  for (int i = 0; i < 5; ++i) {
    const auto stepped = projector.Step();
    ASSERT_TRUE(stepped.ok()) << stepped.status();
    for (const auto& [reason, count] : stepped->report.rejects) rejects[reason] += count;
    if (!stepped->report.rejects.empty()) {
      EXPECT_THAT(stepped->report.first_reject, MatchesRegex("tend.*/0@[0-9]+: .*is no.*"));
    }
  }
  EXPECT_THAT(rejects, ElementsAre(Pair(v1::REJECT_REASON_MALFORMED, 4)));
  EXPECT_EQ(database.Count("interaction"), 7);
  for (const char* topic : kAllTopics) {
    EXPECT_EQ(database.Count(absl::StrCat("reject WHERE service = 'query' AND record_partition = 0 "
                                          "AND record_topic = '",
                                          topic, "'")),
              1)
        << topic;
  }
}

TEST_F(ProjectionTest, WhatIsTriedAgainIsNotRejectedAgain) {
  Poison(pipeline_.log());
  Database database;
  FaultyModel model(database.writer(), 1);
  Projector projector(pipeline_.log(), model, pipeline_.clock(), Options());
  ASSERT_EQ(projector.Start(), absl::OkStatus());
  for (int i = 0; i < 20; ++i) {
    if (!projector.Step().ok()) {
      ASSERT_EQ(projector.Start(), absl::OkStatus());
    }
  }
  EXPECT_GE(model.faults(), 2);
  EXPECT_EQ(database.Count("reject"), 4);
}

}  // namespace
}  // namespace tend::query
