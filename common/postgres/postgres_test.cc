#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/postgres/connection.h"
#include "common/postgres/errors.h"
#include "common/postgres/migrations.h"
#include "common/postgres/pool.h"
#include "common/testing/postgres_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::postgres {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kUuid = "01234567-89ab-5def-8123-456789abcdef";

class PostgresTest : public ::testing::Test {
 protected:
  PostgresTest() : conninfo_(PostgresServer::Get().NewDatabase()), connection_({conninfo_}) {}

  std::vector<Rows> Run(const Batch& batch) {
    absl::StatusOr<std::vector<Rows>> rows = connection_.Run(batch);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? *std::move(rows) : std::vector<Rows>();
  }
  absl::Status StatusOf(const char* sql) { return connection_.Run(Batch().Add(sql)).status(); }

  const std::string conninfo_;
  Connection connection_;
};

TEST(SqlStateTest, TheClassSaysWhoCanAct) {
  EXPECT_EQ(CodeOfSqlState("40001"), absl::StatusCode::kAborted);
  EXPECT_EQ(CodeOfSqlState("40P01"), absl::StatusCode::kAborted);
  EXPECT_EQ(CodeOfSqlState("57P01"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeOfSqlState("08006"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeOfSqlState("23505"), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(CodeOfSqlState("23502"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOfSqlState("42P01"), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOfSqlState("XX000"), absl::StatusCode::kInternal);
}

TEST_F(PostgresTest, ValuesComeBackAsTheyWereBound) {
  const std::string bytes("a\0b\xff", 4);
  const auto rows = Run(Batch().Add("SELECT $1, $2, $3, $4, NULL, $2 > 0",
                                    Params().Text("x'; --").Int(-5).Bytes(bytes).Uuid(kUuid)));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].Text(0, 0), "x'; --");
  EXPECT_EQ(rows[0].Int(0, 1), -5);
  EXPECT_EQ(rows[0].Text(0, 2), bytes);
  EXPECT_EQ(rows[0].Uuid(0, 3), kUuid);
  EXPECT_TRUE(rows[0].IsNull(0, 4));
  EXPECT_FALSE(rows[0].Bool(0, 5));
}

TEST_F(PostgresTest, TimesAndDoublesComeBackInArraysToo) {
  const absl::Time time = absl::FromUnixMicros(1'700'000'000'123'456);
  const UuidBytes uuid = {1, 2, 3, 255};
  const std::vector<double> doubles = {-0.25, 1e300};
  const std::vector<absl::Time> times = {absl::UnixEpoch(), time};
  const std::vector<UuidBytes> uuids = {{}, uuid};
  const auto rows = Run(Batch().Add(
      "SELECT d, t, u, $4, $5, $6 FROM unnest($1, $2, $3) n(d, t, u)",
      Params().Doubles(doubles).Times(times).Uuids(uuids).Uuid(uuid).Time(time).Double(2.5)));
  ASSERT_THAT(rows, SizeIs(1));
  ASSERT_EQ(rows[0].size(), 2);
  EXPECT_EQ(rows[0].Double(0, 0), -0.25);
  EXPECT_EQ(rows[0].Double(1, 0), 1e300);
  EXPECT_EQ(rows[0].Time(0, 1), absl::UnixEpoch());
  EXPECT_EQ(rows[0].Time(1, 1), time);
  EXPECT_EQ(rows[0].UuidOf(1, 2), uuid);
  EXPECT_EQ(rows[0].UuidOf(0, 3), uuid);
  EXPECT_EQ(rows[0].Time(0, 4), time);
  EXPECT_EQ(rows[0].Double(0, 5), 2.5);
}

TEST_F(PostgresTest, APoolLendsEachConnectionOnceAndUsesItAgain) {
  Pool pool({conninfo_}, 1);
  {
    absl::StatusOr<Pool::Borrowed> first = pool.Borrow();
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE((*first)->Run(Batch().Add("SELECT 1")).ok());
    EXPECT_TRUE(absl::IsUnavailable(pool.Borrow(absl::ZeroDuration()).status()));
  }
  absl::StatusOr<Pool::Borrowed> again = pool.Borrow();
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE((*again)->Run(Batch().Add("SELECT 1")).ok());
  EXPECT_EQ((*again)->connects(), 1);
}

TEST_F(PostgresTest, ManyRowsTravelInArrays) {
  const std::vector<int64_t> numbers = {3, 1, -2};
  const std::vector<absl::string_view> texts = {"c", "", "b"};
  const std::vector<absl::string_view> uuids(3, kUuid);
  const auto rows = Run(Batch().Add("SELECT * FROM unnest($1, $2, $3) t(n, s, u) ORDER BY n",
                                    Params().Ints(numbers).Texts(texts).Uuids(uuids)));
  ASSERT_EQ(rows[0].size(), 3);
  EXPECT_EQ(rows[0].Int(0, 0), -2);
  EXPECT_EQ(rows[0].Text(0, 1), "b");
  EXPECT_EQ(rows[0].Uuid(2, 2), kUuid);
  EXPECT_EQ(Run(Batch().Add("SELECT unnest($1)", Params().Ints({})))[0].size(), 0);
}

TEST_F(PostgresTest, ABatchIsOneTransaction) {
  Run(Batch().Add("CREATE TABLE t (n bigint PRIMARY KEY)"));
  const char* insert = "INSERT INTO t VALUES ($1)";
  const auto failed =
      connection_.Run(Batch().Add(insert, Params().Int(1)).Add(insert, Params().Int(1)));
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(SqlStateOf(failed.status()), "23505");
  EXPECT_THAT(std::string(failed.status().message()), Not(HasSubstr("(1)")));
  EXPECT_EQ(Run(Batch().Add("SELECT n FROM t"))[0].size(), 0);
  EXPECT_EQ(Run(Batch().Add(insert, Params().Int(1)))[0].changed(), 1);
}

TEST_F(PostgresTest, AfterAnErrorNoTransactionIsOpen) {
  Run(Batch().Add("CREATE TABLE t (n bigint)"));
  Run(Batch().Add("BEGIN").Add("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(StatusOf("SELECT 1 / 0").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Run(Batch().Add("SELECT n FROM t"))[0].size(), 0);
  EXPECT_EQ(StatusOf("SELECT n FROM nowhere").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusOf("not SQL").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(connection_.connects(), 1);
}

TEST_F(PostgresTest, AServerThatIsAwayIsUnavailableAtOnceAndComesBack) {
  Run(Batch().Add("CREATE TABLE t (n bigint)"));
  PostgresServer::Get().Stop();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(StatusOf("SELECT 1").code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_LE(connection_.connects(), 2);  // the second call tried, the third waited for its time
  PostgresServer::Get().Start();
  absl::Status status = StatusOf("SELECT n FROM t");
  while (absl::IsUnavailable(status)) status = StatusOf("SELECT n FROM t");
  EXPECT_EQ(status, absl::OkStatus());
}

TEST_F(PostgresTest, AnAnswerThatDoesNotComeIsUnavailable) {
  ConnectionOptions options{conninfo_};
  options.answer_timeout = absl::Milliseconds(50);
  Connection impatient(options);
  EXPECT_EQ(impatient.Run(Batch().Add("SELECT pg_sleep(60)")).status(),
            absl::UnavailableError("PostgreSQL has not answered for 50ms"));
  EXPECT_EQ(impatient.Look(), absl::OkStatus());
}

TEST_F(PostgresTest, AServerThatNeverWasIsUnavailable) {
  Connection nowhere({"host=127.0.0.1 port=1 dbname=tend"});
  EXPECT_EQ(nowhere.Look().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(nowhere.Run(Batch().Add("SELECT 1")).status().code(), absl::StatusCode::kUnavailable);
}

class MigrationsTest : public PostgresTest {
 protected:
  const std::vector<Migration> one_ = {{"first", "CREATE TABLE a (n bigint); CREATE TABLE b ()"}};
  const std::vector<Migration> two_ = {one_[0], {"second", "ALTER TABLE a ADD COLUMN m bigint"}};
};

TEST_F(MigrationsTest, EachIsAppliedOnce) {
  EXPECT_EQ(Migrate(connection_, "test", one_), absl::OkStatus());
  EXPECT_EQ(Migrate(connection_, "test", two_), absl::OkStatus());
  EXPECT_EQ(Migrate(connection_, "test", two_), absl::OkStatus());
  EXPECT_EQ(StatusOf("SELECT n, m FROM a"), absl::OkStatus());
}

TEST_F(MigrationsTest, AChangedOneAndANewerDatabaseAreRefused) {
  EXPECT_EQ(Migrate(connection_, "test", two_), absl::OkStatus());
  EXPECT_EQ(Migrate(connection_, "test", one_).code(), absl::StatusCode::kFailedPrecondition);
  const std::vector<Migration> changed = {{"first", "CREATE TABLE a ()"}, two_[1]};
  EXPECT_EQ(Migrate(connection_, "test", changed).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Migrate(connection_, "another", {}), absl::OkStatus());
}

TEST_F(MigrationsTest, AFailingOneLeavesNothing) {
  const std::vector<Migration> broken = {{"first", "CREATE TABLE a (); SELECT 1 / 0"}};
  EXPECT_EQ(Migrate(connection_, "test", broken).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Migrate(connection_, "test", one_), absl::OkStatus());
}

TEST_F(MigrationsTest, InstancesThatStartTogetherDoItOnce) {
  std::vector<std::jthread> instances;
  std::vector<absl::Status> results(4, absl::UnknownError(""));
  instances.reserve(results.size());
  for (absl::Status& result : results) {
    instances.emplace_back([this, &result] {
      Connection connection({conninfo_});
      result = Migrate(connection, "test", two_);
    });
  }
  instances.clear();
  for (const absl::Status& result : results) EXPECT_EQ(result, absl::OkStatus());
}

}  // namespace
}  // namespace tend::postgres
