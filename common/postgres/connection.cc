#include "common/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/owned.h"
#include "common/base/status_macros.h"
#include "common/postgres/errors.h"

namespace tend::postgres {
namespace {

constexpr int kBinary = 1;
constexpr int64_t kPostgresEpoch = 946'684'800;  // 2000-01-01 UTC

absl::Status ErrorOfResult(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr) return absl::UnavailableError(PQresultErrorMessage(result));
  return ErrorOf(state, message != nullptr ? message : "no message");
}

int64_t BigEndian(const char* bytes, int size) {
  uint64_t value = (bytes[0] & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<int64_t>(value);
}

void Ignore(void*, const PGresult*) {}  // notices: nothing of them is an error

}  // namespace

void Rows::Free::operator()(pg_result* result) const { PQclear(result); }
int Rows::size() const { return PQntuples(result_.get()); }
bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}
absl::string_view Rows::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}
int64_t Rows::Int(int row, int column) const {
  return BigEndian(PQgetvalue(result_.get(), row, column), PQgetlength(result_.get(), row, column));
}
bool Rows::Bool(int row, int column) const { return *PQgetvalue(result_.get(), row, column) != 0; }
double Rows::Double(int row, int column) const {
  const int64_t image = Int(row, column);
  double value = 0;
  std::memcpy(&value, &image, sizeof value);
  return value;
}
absl::Time Rows::Time(int row, int column) const {
  return absl::FromUnixMicros(Int(row, column)) + absl::Seconds(kPostgresEpoch);
}
UuidBytes Rows::UuidOf(int row, int column) const {
  const absl::string_view bytes = Text(row, column);
  UuidBytes uuid{};
  TEND_CHECK(bytes.size() == uuid.size());
  std::memcpy(uuid.data(), bytes.data(), uuid.size());
  return uuid;
}
std::string Rows::Uuid(int row, int column) const { return UuidText(Text(row, column)); }
int64_t Rows::changed() const {
  return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10);  // "" for none
}

absl::Status CheckConninfo(const std::string& conninfo) {
  if (conninfo.empty()) return absl::InvalidArgumentError("is empty");
  const Owned<PQconninfoOption, PQconninfoFree> options(
      PQconninfoParse(conninfo.c_str(), /*errmsg=*/nullptr));
  if (options == nullptr) {
    return absl::InvalidArgumentError(
        "cannot be read; allowed: as \"host=/run/postgresql dbname=tend user=tend\"");
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    // libpq's own word for what is not to be shown: password, sslpassword.
    if (absl::string_view(option->dispchar) == "*" && option->val != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "holds a secret as ", option->keyword,
          "; allowed: none, the user's password in the file that PGPASSFILE or passfile= names"));
    }
  }
  return absl::OkStatus();
}

struct Connection::Session {
  explicit Session(PGconn* pg) : connection(pg) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { PQfinish(connection); }

  PGconn* const connection;
  absl::flat_hash_map<const char*, std::string> names;  // of prepared statements
  int named = 0;
  // Of the batch that runs: one a result to come; the statement's text where that prepares it, else
  // null.
  std::vector<const char*> expected;
};

Connection::Connection(ConnectionOptions options) : options_(std::move(options)) {}
Connection::~Connection() = default;

absl::Status Connection::Connect() {
  if (session_ != nullptr) return absl::OkStatus();
  if (absl::Now() < next_attempt_) return refused_;
  ++connects_;
  const std::string timeout = absl::StrCat(absl::ToInt64Seconds(options_.connect_timeout));
  const std::array<const char*, 5> names = {"dbname", "connect_timeout", "options",
                                            "client_encoding", nullptr};
  const std::array<const char*, 5> values = {options_.conninfo.c_str(), timeout.c_str(),
                                             options_.settings.c_str(), "UTF8", nullptr};
  auto session = std::make_unique<Session>(PQconnectdbParams(names.data(), values.data(), 1));
  PGconn* const pg = session->connection;
  if (PQstatus(pg) != CONNECTION_OK) {
    refused_ = absl::UnavailableError(
        absl::StrCat("PostgreSQL: ", absl::StripSuffix(PQerrorMessage(pg), "\n")));
    next_attempt_ = absl::Now() + options_.retry_pause;
    return refused_;
  }
  PQsetNoticeReceiver(pg, Ignore, nullptr);
  if (PQsetnonblocking(pg, 1) != 0 || PQenterPipelineMode(pg) != 1) {
    return absl::InternalError(PQerrorMessage(pg));
  }
  session_ = std::move(session);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Rows>> Connection::Run(const Batch& batch) {
  TEND_RETURN_IF_ERROR(Connect());
  deadline_ = absl::Now() + options_.answer_timeout;
  std::vector<Rows> rows;
  absl::Status status = Send(batch);
  if (status.ok()) status = Receive(rows);
  if (!status.ok()) return AfterError(status);
  return rows;
}

absl::Status Connection::Send(const Batch& batch) {
  PGconn* const pg = session_->connection;
  session_->expected.clear();
  for (const auto& [sql, params] : batch.statements_) {
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> sizes;
    for (size_t i = 0; i < params.size(); ++i) {
      types.push_back(params.type(i));
      values.push_back(params.value(i).data());
      sizes.push_back(static_cast<int>(params.value(i).size()));
    }
    const std::vector<int> formats(params.size(), kBinary);
    const int count = static_cast<int>(params.size());
    std::string& name = session_->names[sql];
    if (name.empty()) {
      name = absl::StrCat("s", ++session_->named);
      session_->expected.push_back(sql);
      if (PQsendPrepare(pg, name.c_str(), sql, count, types.data()) != 1) return Lost("prepare");
    }
    if (PQsendQueryPrepared(pg, name.c_str(), count, values.data(), sizes.data(), formats.data(),
                            kBinary) != 1) {
      return Lost("send");
    }
    session_->expected.push_back(nullptr);
  }
  return PQpipelineSync(pg) == 1 ? absl::OkStatus() : Lost("send");
}

// Waits for the next result: nullptr ends a statement's results.
absl::StatusOr<pg_result*> Connection::Next() {
  PGconn* const pg = session_->connection;
  for (int unsent = PQflush(pg); unsent != 0; unsent = PQflush(pg)) {
    if (unsent < 0) return Lost("send");
    TEND_RETURN_IF_ERROR(Wait(true));
    if (PQconsumeInput(pg) != 1) return Lost("receive");
  }
  while (PQisBusy(pg) != 0) {
    TEND_RETURN_IF_ERROR(Wait(false));
    if (PQconsumeInput(pg) != 1) return Lost("receive");
  }
  return PQgetResult(pg);
}

absl::Status Connection::Wait(bool for_writing) {
  pollfd waited = {PQsocket(session_->connection), POLLIN, 0};
  if (for_writing) waited.events |= POLLOUT;
  const absl::Duration left = deadline_ - absl::Now();
  const bool forever = left == absl::InfiniteDuration();
  const int limit =
      forever
          ? -1
          : static_cast<int>(absl::ToInt64Milliseconds(std::max(left, absl::ZeroDuration()))) + 1;
  const int ready = poll(&waited, 1, limit);
  if (ready > 0 || (ready < 0 && errno == EINTR)) return absl::OkStatus();
  if (ready < 0) return Lost("poll");
  session_ = nullptr;
  return absl::UnavailableError(absl::StrCat("PostgreSQL has not answered for ",
                                             absl::FormatDuration(options_.answer_timeout)));
}

absl::Status Connection::Look() {
  const absl::StatusOr<std::vector<Rows>> answer = Run(Batch().Add("SELECT 1"));
  return answer.status();
}

// Reads all there is up to the sync, also after an error: the first one counts.
absl::Status Connection::Receive(std::vector<Rows>& rows) {
  absl::Status error;
  for (size_t answered = 0;;) {
    TEND_ASSIGN_OR_RETURN(pg_result* const result, Next());
    if (result == nullptr) continue;  // the end of one statement
    Rows owned(result);
    switch (PQresultStatus(result)) {
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
        if (session_->expected[answered++] == nullptr) rows.push_back(std::move(owned));
        break;
      case PGRES_PIPELINE_SYNC:
        return error;
      case PGRES_PIPELINE_ABORTED:
        Forget(answered++);
        break;
      default:
        error.Update(ErrorOfResult(result));
        if (PQstatus(session_->connection) != CONNECTION_OK) return Lost("the answer");
        Forget(answered++);
    }
  }
}

// What failed or was skipped is not prepared.
void Connection::Forget(size_t answered) {
  if (const char* const sql = session_->expected[answered]) session_->names.erase(sql);
}

absl::Status Connection::Lost(absl::string_view what) {
  const absl::string_view why = PQerrorMessage(session_->connection);
  absl::Status lost =
      absl::UnavailableError(absl::StrCat("PostgreSQL: the connection is lost: ", what,
                                          why.empty() ? "" : ": ", why.substr(0, why.find('\n'))));
  session_ = nullptr;
  return lost;
}

// Leaves a session that is good for the next batch, or none.
absl::Status Connection::AfterError(const absl::Status& error) {
  if (session_ == nullptr) return error;
  bool good = !absl::IsUnavailable(error);  // the server is shutting down
  if (good && PQtransactionStatus(session_->connection) != PQTRANS_IDLE) {
    std::vector<Rows> rows;
    Batch rollback;
    rollback.Add("ROLLBACK");
    good = Send(rollback).ok() && Receive(rows).ok();
  }
  if (!good) session_ = nullptr;
  return error;
}

absl::Status Connection::RunScript(const std::string& script) {
  TEND_RETURN_IF_ERROR(Connect());
  deadline_ = absl::InfiniteFuture();
  PGconn* const pg = session_->connection;
  if (PQexitPipelineMode(pg) != 1) return Lost("leave the pipeline");
  PGresult* const result = PQexec(pg, script.c_str());
  const Rows owned(result);
  absl::Status status;
  if (PQresultStatus(result) == PGRES_FATAL_ERROR) status = ErrorOfResult(result);
  if (PQenterPipelineMode(pg) != 1) return Lost("the answer");
  return status.ok() ? status : AfterError(status);
}

}  // namespace tend::postgres
