// A database with the read model in it, to be looked into.

#ifndef TEND_TESTS_PROJECTION_DATABASE_H_
#define TEND_TESTS_PROJECTION_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "common/postgres/connection.h"
#include "services/query/postgres/projection_writer.h"

namespace tend::query {

class Database {
 public:
  // A new one, or what `conninfo` names.
  Database();
  explicit Database(std::string conninfo);

  const std::string& conninfo() const { return conninfo_; }
  ProjectionWriter& writer() { return writer_; }

  // Rows: "tie WHERE owner_id = 'eve'".
  int64_t Count(const std::string& from);
  // CPU seconds of the server's process that the writer's session has. REQUIRES: it projects.
  double WriterCpuSeconds();
  // Of all tables and indexes.
  int64_t TotalBytes();
  // All that the tables hold, a line a row: two of them are equal, or say where not.
  std::string Dump();
  void Run(const std::string& sql);

 private:
  std::vector<postgres::Rows> Ask(const std::string& sql);

  const std::string conninfo_;
  ProjectionWriter writer_;
  postgres::Connection connection_;
  std::vector<std::unique_ptr<std::string>> asked_;  // live as long as the connection
};

}  // namespace tend::query

#endif  // TEND_TESTS_PROJECTION_DATABASE_H_
