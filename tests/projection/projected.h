// A pipeline whose writings are projected as they come, and what questions about them need.

#ifndef TEND_TESTS_PROJECTION_PROJECTED_H_
#define TEND_TESTS_PROJECTION_PROJECTED_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/postgres/pool.h"
#include "gtest/gtest.h"
#include "services/query/position/passed_inputs.h"
#include "services/query/postgres/position_watch.h"
#include "services/query/postgres/tables.h"
#include "services/query/projector.h"
#include "tend/v1/interaction.pb.h"
#include "tests/projection/database.h"
#include "tests/projection/pipeline.h"

namespace tend::query {

class ProjectedTest : public ::testing::Test {
 protected:
  ProjectedTest() : pool_({database_.conninfo()}, 2), tables_(pool_, watch_) {
    ProjectorOptions options;
    options.instance = "query-1";
    options.limits.wait = absl::ZeroDuration();
    projector_ = std::make_unique<Projector>(pipeline_.log(), database_.writer(), pipeline_.clock(),
                                             options);
    EXPECT_EQ(projector_->Start(), absl::OkStatus());
  }

  void Tell(const std::string& story) {
    last_ = pipeline_.Tell(story);
    Project();
  }
  // What somebody else writes.
  void Write(const std::string& topic, const std::string& key, const std::string& value) {
    stream::NewRecord record;
    record.topic = topic;
    record.key = key;
    record.value = value;
    std::vector<stream::Written> written;
    ASSERT_TRUE((*pipeline_.log().NewProducer())->Send({&record, 1}, written).ok());
    pipeline_.AdvanceTo(pipeline_.now() + absl::Seconds(1));
  }
  static v1::Identifier Identifier(v1::IdentifierKind kind, const std::string& raw,
                                   const std::string& system = "") {
    v1::Identifier identifier;
    identifier.set_kind(kind);
    identifier.set_raw(raw);
    identifier.set_system(system);
    return identifier;
  }
  // A record of `system` about one person, now; the fact is still to be set.
  v1::Interaction Record(const std::string& system, const std::string& record_id,
                         const std::vector<v1::Identifier>& identifiers) {
    v1::Interaction interaction;
    interaction.set_id(record_id);
    interaction.mutable_source()->set_system(system);
    interaction.mutable_source()->set_record_id(record_id);
    interaction.mutable_occur_time()->set_seconds(absl::ToUnixSeconds(pipeline_.now()));
    v1::Party& party = *interaction.add_parties();
    party.set_role(v1::PARTY_ROLE_SUBJECT);
    party.set_side(v1::SIDE_THEIRS);
    party.mutable_identifiers()->Assign(identifiers.begin(), identifiers.end());
    return interaction;
  }
  // All hops have read all that was told.
  absl::StatusOr<OffsetsByPartition> Ends(const std::vector<std::string>& topics) {
    OffsetsByPartition ends;
    for (const std::string& topic : topics) {
      for (int i = 0; i < Pipeline::kPartitions; ++i) {
        ends[{topic, i}] =
            pipeline_.log().Offsets({topic, i}, stream::Isolation::kReadCommitted)->end;
      }
    }
    return ends;
  }
  void Project() { ASSERT_EQ(ProjectAll(*projector_), absl::OkStatus()); }

  Pipeline pipeline_;
  Database database_;
  postgres::Pool pool_;
  PassedInputs passed_{pipeline_.log(), [this](const std::string& /*group*/, const auto& topics) {
                         return Ends(topics);
                       }};
  PositionWatch watch_{passed_};
  Tables tables_;
  std::unique_ptr<Projector> projector_;
  v1::Position last_;  // of the last interaction that was told
};

}  // namespace tend::query

#endif  // TEND_TESTS_PROJECTION_PROJECTED_H_
