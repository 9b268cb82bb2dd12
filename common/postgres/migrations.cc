#include "common/postgres/migrations.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "common/base/status_macros.h"

namespace tend::postgres {
namespace {

// Any number: that of this table's lock, the same for every program of ours.
constexpr const char* kLock = "SELECT pg_advisory_lock(7465616401)";
constexpr const char* kUnlock = "SELECT pg_advisory_unlock(7465616401)";
constexpr const char* kTable = R"sql(
    CREATE TABLE IF NOT EXISTS tend_migration (
      service text NOT NULL,
      number bigint NOT NULL,
      name text NOT NULL,
      hash text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (service, number)))sql";
constexpr const char* kApplied =
    "SELECT number, hash FROM tend_migration WHERE service = $1 ORDER BY number";
constexpr const char* kAdd =
    "INSERT INTO tend_migration (service, number, name, hash) VALUES ($1, $2, $3, $4)";

absl::Status Apply(Connection& connection, absl::string_view service, int64_t number,
                   const Migration& migration) {
  TEND_RETURN_IF_ERROR(connection.Run(Batch().Add("BEGIN")).status());
  TEND_RETURN_IF_ERROR(connection.RunScript(migration.sql));
  const Params added =
      Params().Text(service).Int(number).Text(migration.name).Text(StableId({migration.sql}));
  return connection.Run(Batch().Add(kAdd, added).Add("COMMIT")).status();
}

absl::Status ApplyMissing(Connection& connection, absl::string_view service,
                          absl::Span<const Migration> migrations) {
  TEND_RETURN_IF_ERROR(connection.Run(Batch().Add(kTable)).status());
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch().Add(kApplied, Params().Text(service))));
  const auto applied = static_cast<size_t>(rows[0].size());
  if (applied > migrations.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database has ", applied, " migrations of ", service,
                     ", this program knows ", migrations.size(), ": run a newer one"));
  }
  for (size_t i = 0; i < migrations.size(); ++i) {
    const std::string name = absl::StrCat("migration ", i + 1, " of ", service);
    if (i >= applied) {
      const absl::Status status =
          Apply(connection, service, static_cast<int64_t>(i + 1), migrations[i]);
      if (!status.ok()) return Annotate(status, name.c_str());
    } else if (rows[0].Text(static_cast<int>(i), 1) != StableId({migrations[i].sql})) {
      return absl::FailedPreconditionError(
          absl::StrCat(name, " (", migrations[i].name, ") was changed after it had been applied"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(Connection& connection, absl::string_view service,
                     absl::Span<const Migration> migrations) {
  TEND_RETURN_IF_ERROR(connection.Run(Batch().Add(kLock)).status());
  absl::Status status = ApplyMissing(connection, service, migrations);
  status.Update(connection.Run(Batch().Add(kUnlock)).status());
  return status;
}

}  // namespace tend::postgres
