#include "tests/projection/database.h"

#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/testing/postgres_server.h"

namespace tend::query {
namespace {

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

}  // namespace

Database::Database() : Database(PostgresServer::Get().NewDatabase()) {}
Database::Database(std::string conninfo)
    : conninfo_(std::move(conninfo)), writer_({conninfo_}, {}), connection_({conninfo_}) {}

std::vector<postgres::Rows> Database::Ask(const std::string& sql) {
  asked_.push_back(std::make_unique<std::string>(sql));
  auto rows = connection_.Run(postgres::Batch().Add(asked_.back()->c_str()));
  TEND_CHECK(rows.ok());
  return *std::move(rows);
}

void Database::Run(const std::string& sql) { Ask(sql); }

int64_t Database::Count(const std::string& from) {
  return Ask(absl::StrCat("SELECT count(*) FROM ", from))[0].Int(0, 0);
}

double Database::WriterCpuSeconds() {
  const int64_t pid =
      Ask("SELECT pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE "
          "locktype = 'advisory' AND d.datname = current_database()")[0]
          .Int(0, 0);
  std::ifstream stat(absl::StrCat("/proc/", pid, "/stat"));
  std::string field;
  double ticks = 0;
  for (int i = 1; stat >> field && i <= 15; ++i) {  // 14 and 15: utime and stime
    int64_t value = 0;
    if (i >= 14 && absl::SimpleAtoi(field, &value)) ticks += static_cast<double>(value);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t Database::TotalBytes() {
  return Ask("SELECT pg_database_size(current_database())")[0].Int(0, 0);
}

std::string Database::Dump() {
  std::string dump;
  for (const char* table : kTables) {
    const auto rows = Ask(absl::StrCat("SELECT t::text FROM (", table, ") t"));
    absl::StrAppend(&dump, table, "\n");
    for (int i = 0; i < rows[0].size(); ++i) absl::StrAppend(&dump, "  ", rows[0].Text(i, 0), "\n");
  }
  return dump;
}

}  // namespace tend::query
