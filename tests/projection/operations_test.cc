// What query says of records that could not be used: all of them, as they came, page by page.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/postgres/reject_questions.h"
#include "tests/projection/projected.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kNoon = 1'770'033'600;  // 2026-02-02T12:00

// Row `line` of a file, rejected so many seconds after noon.
v1::Reject Row(const std::string& file, int64_t line, int64_t second) {
  v1::Reject reject;
  reject.set_reason(v1::REJECT_REASON_TIME_INVALID);
  reject.set_detail("occur_time is missing");
  reject.set_service("ingest");
  reject.mutable_file()->set_file(file);
  reject.mutable_file()->set_line(line);
  reject.set_value(absl::StrCat("row ", line));
  reject.mutable_reject_time()->set_seconds(kNoon + second);
  return reject;
}

class OperationsTest : public ProjectedTest {
 protected:
  // Keys are of no matter here; this one fills both partitions.
  void Reject(const v1::Reject& reject) {
    Write(kRejectsTopic, absl::StrCat("key", written_++), reject.SerializeAsString());
  }
  // Of all pages, the values that were kept.
  std::vector<std::string> List(v1::ListRejectsRequest request) {
    std::vector<std::string> values;
    do {
      const auto page = questions_.List(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return values;
      ++pages_;
      for (const v1::RejectEntry& entry : page->rejects()) values.push_back(entry.reject().value());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return values;
  }
  std::vector<std::string> List(const v1::RejectFilter& filter) {
    v1::ListRejectsRequest request;
    *request.mutable_filter() = filter;
    return List(request);
  }

  int written_ = 0, pages_ = 0;
  RejectQuestions questions_{tables_};
};

TEST_F(OperationsTest, WhatAServiceRejectsIsListedWithItsBytes) {
  const std::string bytes("\x07 is no interaction \0 at all", 28);
  Write("tend.interactions.v1", "a key", bytes);
  Project();
  const auto page = questions_.List(v1::ListRejectsRequest());
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->rejects(), SizeIs(1));
  const v1::RejectEntry& entry = page->rejects(0);
  EXPECT_EQ(entry.position().topic(), kRejectsTopic);
  EXPECT_EQ(entry.reject().reason(), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(entry.reject().service(), "enrichment");
  EXPECT_EQ(entry.reject().value(), bytes);
  EXPECT_EQ(entry.reject().record().topic(), "tend.interactions.v1");
  EXPECT_FALSE(entry.has_replay_time());
}

TEST_F(OperationsTest, BytesAreKeptAsLongAsTheTopicHasThem) {
  for (const int day : {1, 2, 3}) Reject(Row("a.csv", day, day * 86'400));
  Project();
  // As a row from before bytes had a column of their own.
  database_.Run("UPDATE reject SET reject = reject || rejected, rejected = NULL WHERE line = 1");
  const auto drop_before = [this](int day) {
    return database_.writer().DropBefore(absl::UnixEpoch(),
                                         absl::FromUnixSeconds(kNoon + day * 86'400));
  };
  ASSERT_EQ(drop_before(1), absl::OkStatus());
  EXPECT_THAT(List(v1::RejectFilter()), ElementsAre("row 3", "row 2", "row 1"));
  ASSERT_EQ(drop_before(3), absl::OkStatus());
  EXPECT_THAT(List(v1::RejectFilter()), ElementsAre("row 3", ""));
  const auto page = questions_.List(v1::ListRejectsRequest());
  EXPECT_EQ(page->rejects(1).reject().file().line(), 2);
  EXPECT_EQ(page->rejects(1).reject().detail(), "occur_time is missing");
}

TEST_F(OperationsTest, PagesHoldEachOnceNewestFirst) {
  std::vector<std::string> expected;
  for (const int second : {30, 10, 10, 20, 10, 10, 40}) {  // some at one time, not in order
    Reject(Row("a.csv", 100 + second, second));
  }
  Project();
  v1::ListRejectsRequest request;
  const std::vector<std::string> whole = List(request);
  EXPECT_THAT(whole, ElementsAre("row 140", "row 130", "row 120", "row 110", "row 110", "row 110",
                                 "row 110"));
  std::set<std::pair<int, int64_t>> places;
  request.set_page_size(2);
  do {
    const auto page = questions_.List(request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->rejects_size(), 2);
    for (const v1::RejectEntry& entry : page->rejects()) {
      EXPECT_TRUE(places.emplace(entry.position().partition(), entry.position().offset()).second);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(places, SizeIs(whole.size()));
}

TEST_F(OperationsTest, AFullLastPageIsTheLast) {
  for (const int second : {1, 2, 3, 4}) Reject(Row("a.csv", second, second));
  Project();
  v1::ListRejectsRequest request;
  request.set_page_size(2);
  EXPECT_THAT(List(request), SizeIs(4));
  EXPECT_EQ(pages_, 2);
}

TEST_F(OperationsTest, LargeRejectsMakeShortPages) {
  for (int i = 0; i < 12; ++i) {
    v1::Reject reject = Row("a.csv", i, i);
    reject.set_value(std::string(512 << 10, static_cast<char>('a' + i)));
    Reject(reject);
  }
  Project();
  const std::vector<std::string> values = List(v1::ListRejectsRequest());
  ASSERT_THAT(values, SizeIs(12));
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(values[static_cast<size_t>(i)].front(), 'l' - i);
    EXPECT_THAT(values[static_cast<size_t>(i)], SizeIs(512 << 10));
  }
  EXPECT_EQ(pages_, 3) << "four of them pass kPageBytes";
}

TEST_F(OperationsTest, EachFieldOfTheFilterRestricts) {
  Reject(Row("a.csv", 1, 10));
  Reject(Row("b.csv", 2, 20));
  v1::Reject again = Row("a.csv", 3, 30);
  again.mutable_file()->set_import_id("second");
  again.set_reason(v1::REJECT_REASON_MALFORMED);
  Reject(again);
  v1::Reject other = Row("a.csv", 4, 40);
  other.clear_file();
  other.set_service("scoring");
  Reject(other);
  Project();
  v1::RejectFilter filter;
  filter.set_file("a.csv");
  EXPECT_THAT(List(filter), ElementsAre("row 3", "row 1"));
  filter.set_import_id("second");
  EXPECT_THAT(List(filter), ElementsAre("row 3"));
  filter.clear_file();
  EXPECT_THAT(List(filter), ElementsAre("row 3"));
  filter.set_import_id("third");
  EXPECT_THAT(List(filter), IsEmpty());
  filter.Clear();
  filter.set_service("scoring");
  EXPECT_THAT(List(filter), ElementsAre("row 4"));
  filter.Clear();
  filter.add_reasons(v1::REJECT_REASON_MALFORMED);
  filter.add_reasons(v1::REJECT_REASON_TOO_LARGE);
  EXPECT_THAT(List(filter), ElementsAre("row 3"));
}

TEST_F(OperationsTest, OneIsFoundByItsPlace) {
  for (const int second : {10, 20, 30, 40}) Reject(Row("a.csv", second, second));
  Project();
  const auto all = questions_.List(v1::ListRejectsRequest());
  ASSERT_THAT(all->rejects(), SizeIs(4));
  v1::RejectFilter filter;
  for (const v1::RejectEntry& entry : all->rejects()) {
    *filter.mutable_position() = entry.position();
    EXPECT_THAT(List(filter), ElementsAre(entry.reject().value()));
  }
  filter.set_file("b.csv");
  EXPECT_THAT(List(filter), IsEmpty());
  filter.clear_file();
  filter.mutable_position()->set_offset(4711);
  EXPECT_THAT(List(filter), IsEmpty());
  filter.mutable_position()->set_topic("tend.nudges.v1");
  v1::ListRejectsRequest request;
  *request.mutable_filter() = filter;
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.List(request).status()));
}

TEST_F(OperationsTest, ASpanHasItsStartAndNotItsEnd) {
  for (const int second : {10, 20, 30}) Reject(Row("a.csv", second, second));
  Project();
  v1::RejectFilter filter;
  filter.mutable_start_time()->set_seconds(kNoon + 10);
  filter.mutable_end_time()->set_seconds(kNoon + 30);
  EXPECT_THAT(List(filter), ElementsAre("row 20", "row 10"));
  filter.mutable_end_time()->set_seconds(kNoon + 9);
  v1::ListRejectsRequest request;
  *request.mutable_filter() = filter;
  const absl::Status status = questions_.List(request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.message(), ::testing::HasSubstr("filter.start_time"));
}

TEST_F(OperationsTest, ATokenIsGoodForItsQuestionAlone) {
  for (const int second : {10, 20, 30}) Reject(Row("a.csv", second, second));
  Project();
  v1::ListRejectsRequest request;
  request.set_page_size(1);
  request.set_page_token(questions_.List(request)->next_page_token());
  request.mutable_filter()->set_file("a.csv");
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.List(request).status()));
  request.set_page_token("nonsense");
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.List(request).status()));
}

TEST_F(OperationsTest, AListWaitsForItsPosition) {
  Tell("2026-02-02T09:00 ann writes eve\n");
  v1::ListRejectsRequest request;
  *request.mutable_min_position() = last_;
  EXPECT_TRUE(questions_.List(request).ok());
  *request.mutable_min_position() = pipeline_.Tell("2026-02-03T09:00 ann writes eve\n");
  EXPECT_TRUE(absl::IsDeadlineExceeded(questions_.List(request).status()));
}

}  // namespace
}  // namespace tend::query
