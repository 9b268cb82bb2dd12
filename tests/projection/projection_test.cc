// What the read model holds after what the services wrote, whatever fails in between.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/postgres/connection.h"
#include "common/testing/postgres_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/postgres/projection_writer.h"
#include "services/query/projector.h"
#include "tests/projection/pipeline.h"

namespace tend::query {
namespace {

constexpr char kStory[] = R"(
2026-02-02T09:00 ann sends-form
2026-02-03T10:00 eve writes ann thread=T1
2026-02-04T10:00 ann writes eve thread=T1
2026-02-05T09:00 bob opens-mail machine=yes
2026-02-06T09:00 cy reads-content
2026-02-12T09:00 ann asks
2026-02-12T10:00 tom writes bob
)";

// Everything that the tables hold, as text: two of them are equal, or a test says where not.
constexpr const char* kTables[] = {
    "SELECT * FROM projection_offset ORDER BY topic, partition",
    "SELECT * FROM scored_offset ORDER BY 1",
    "SELECT * FROM interaction ORDER BY source_partition, source_offset, origin_id",
    "SELECT * FROM relationship ORDER BY person_id",
    "SELECT * FROM tie ORDER BY person_id, owner_id, origin_id",
    "SELECT * FROM stage_change ORDER BY person_id, change_time",
    "SELECT * FROM origin_person ORDER BY origin_id",
    "SELECT * FROM origin_profile ORDER BY origin_id",
    "SELECT * FROM identifier ORDER BY normalized, kind, system",
    "SELECT * FROM list_row ORDER BY list_id, row",
    "SELECT * FROM nudge ORDER BY nudge_id",
    "SELECT * FROM nudge_change ORDER BY partition, change_offset",
    "SELECT * FROM reject ORDER BY partition, reject_offset",
    "SELECT * FROM erased_person ORDER BY 1",
    "SELECT * FROM erased_origin ORDER BY 1"};

class Database {
 public:
  explicit Database(const Pipeline& pipeline, const std::string& instance = "query-1",
                    std::string conninfo = PostgresServer::Get().NewDatabase())
      : conninfo_(std::move(conninfo)), writer_({conninfo_}, {}), connection_({conninfo_}) {
    options_.instance = instance;
    options_.limits.wait = absl::ZeroDuration();
    projector_ = std::make_unique<Projector>(const_cast<Pipeline&>(pipeline).log(), writer_,
                                             pipeline.clock(), options_);
  }

  Projector& projector() { return *projector_; }
  const std::string& conninfo() const { return conninfo_; }

  int64_t Count(const std::string& from) {
    const std::string sql = absl::StrCat("SELECT count(*) FROM ", from);
    queries_.push_back(std::make_unique<std::string>(sql));
    auto rows = connection_.Run(postgres::Batch().Add(queries_.back()->c_str()));
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? (*rows)[0].Int(0, 0) : -1;
  }

  // A line a row.
  std::string Dump() {
    std::string dump;
    for (const char* table : kTables) {
      queries_.push_back(
          std::make_unique<std::string>(absl::StrCat("SELECT t::text FROM (", table, ") t")));
      auto rows = connection_.Run(postgres::Batch().Add(queries_.back()->c_str()));
      EXPECT_TRUE(rows.ok()) << rows.status();
      absl::StrAppend(&dump, table, "\n");
      for (int i = 0; rows.ok() && i < (*rows)[0].size(); ++i) {
        absl::StrAppend(&dump, "  ", (*rows)[0].Text(i, 0), "\n");
      }
    }
    return dump;
  }

 private:
  const std::string conninfo_;
  ProjectionWriter writer_;
  postgres::Connection connection_;
  std::vector<std::unique_ptr<std::string>> queries_;  // live as long as the connection
  ProjectorOptions options_;
  std::unique_ptr<Projector> projector_;
};

TEST(ProjectionTest, EachTopicBecomesRows) {
  Pipeline pipeline;
  pipeline.Tell(kStory);
  Database database(pipeline);
  ASSERT_EQ(database.projector().Start(), absl::OkStatus());
  ASSERT_EQ(ProjectAll(database.projector()), absl::OkStatus());
  EXPECT_EQ(database.Count("interaction"), 7);
  EXPECT_EQ(database.Count("interaction_default"), 0);
  EXPECT_EQ(database.Count("relationship"), 3);
  EXPECT_EQ(database.Count("tie"), 2);
  EXPECT_EQ(database.Count("identifier"), 3);
  EXPECT_EQ(database.Count("origin_profile WHERE display_name = 'ann'"), 1);
  EXPECT_GE(database.Count("nudge WHERE owner_id = 'eve'"), 1);
  EXPECT_GE(database.Count("stage_change"), 3);
}

TEST(ProjectionTest, AReplayIsANoOp) {
  Pipeline pipeline;
  pipeline.Tell(kStory);
  Database database(pipeline);
  ASSERT_EQ(database.projector().Start(), absl::OkStatus());
  ASSERT_EQ(ProjectAll(database.projector()), absl::OkStatus());
  const std::string before = database.Dump();
  ASSERT_EQ(database.projector().Start(), absl::OkStatus());
  ASSERT_EQ(ProjectAll(database.projector()), absl::OkStatus());
  EXPECT_EQ(database.Dump(), before);
}

}  // namespace
}  // namespace tend::query
