// One connection to PostgreSQL that comes back by itself, and batches that cost one round trip.

#ifndef TEND_COMMON_POSTGRES_CONNECTION_H_
#define TEND_COMMON_POSTGRES_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/postgres/params.h"

struct pg_result;

namespace tend::postgres {

// The rows of one statement, in binary form. Values live as long as it does.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}

  int size() const;
  bool IsNull(int row, int column) const;
  absl::string_view Text(int row, int column) const;  // or bytea
  int64_t Int(int row, int column) const;             // smallint, integer, bigint
  bool Bool(int row, int column) const;
  double Double(int row, int column) const;    // double precision
  absl::Time Time(int row, int column) const;  // timestamptz
  std::string Uuid(int row, int column) const;
  UuidBytes UuidOf(int row, int column) const;
  int64_t changed() const;  // rows inserted, updated or deleted

 private:
  struct Free {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Free> result_;
};

// Statements that travel together. Each is prepared once a connection, by its text.
class Batch {
 public:
  // sql: one statement; lives as long as the connection (a literal).
  Batch& Add(const char* sql, Params params = Params()) {
    statements_.emplace_back(sql, std::move(params));
    return *this;
  }
  bool empty() const { return statements_.empty(); }

 private:
  friend class Connection;
  std::vector<std::pair<const char*, Params>> statements_;
};

struct ConnectionOptions {
  // As libpq reads it: "host=... dbname=...", or a URI. Never logged.
  std::string conninfo;
  // Server settings for the session: "-c enable_seqscan=off".
  std::string settings = {};
  absl::Duration connect_timeout = absl::Seconds(2);  // libpq's least
  // A batch that takes longer counts as unanswered: the connection is closed.
  absl::Duration answer_timeout = absl::Seconds(10);
  // Between two attempts to connect; until then calls are UNAVAILABLE at once.
  absl::Duration retry_pause = absl::Milliseconds(100);
};

// What a configuration may give as conninfo: a password is none of it. Errors: INVALID_ARGUMENT,
// which tells nothing of what it holds.
absl::Status CheckConninfo(const std::string& conninfo);

// For one thread. Connects at the first call, and again after a fault.
class Connection {
 public:
  explicit Connection(ConnectionOptions options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Runs the statements in order, in one round trip; the rows of each. Without a BEGIN among them
  // they are one transaction. A BEGIN without a COMMIT leaves it open for the next Run.
  // Errors: see errors.h. After one nothing is open, and what was is rolled back; UNAVAILABLE
  // leaves it open whether a COMMIT took effect.
  absl::StatusOr<std::vector<Rows>> Run(const Batch& batch);

  // Runs any number of statements without parameters, as they stand: migrations.
  absl::Status RunScript(const std::string& script);

  // Whether the server answers. Errors: as Run's.
  absl::Status Look();

  // How many times it had to connect.
  int connects() const { return connects_; }

 private:
  struct Session;

  absl::Status Connect();
  absl::Status Send(const Batch& batch);
  absl::Status Receive(std::vector<Rows>& rows);
  void Forget(size_t answered);
  absl::StatusOr<pg_result*> Next();
  absl::Status Wait(bool for_writing);
  absl::Status Lost(absl::string_view what);
  absl::Status AfterError(const absl::Status& error);

  const ConnectionOptions options_;
  std::unique_ptr<Session> session_;
  absl::Time next_attempt_ = absl::InfinitePast();
  absl::Status refused_;  // why the last attempt failed
  absl::Time deadline_;   // of the batch that runs
  int connects_ = 0;
};

}  // namespace tend::postgres

#endif  // TEND_COMMON_POSTGRES_CONNECTION_H_
