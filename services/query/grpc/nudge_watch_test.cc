#include "services/query/grpc/nudge_watch.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/postgres/pool.h"
#include "common/rpc/server.h"
#include "common/stream/clock.h"
#include "common/stream/memory_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/grpc/nudge_service.h"
#include "services/query/position/passed_inputs.h"
#include "services/query/postgres/nudge_questions.h"
#include "services/query/watch/nudge_tail.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

absl::StatusOr<std::set<std::string>> NobodyErased(const std::set<std::string>& /*persons*/) {
  return std::set<std::string>();
}

class NudgeWatchTest : public ::testing::Test {
 protected:
  NudgeWatchTest() {
    EXPECT_EQ(log_.CreateTopic({kWatchedTopic, 2, stream::Cleanup::kDelete}), absl::OkStatus());
    producer_ = *log_.NewProducer();
  }
  ~NudgeWatchTest() override { server_ = nullptr; }

  // bytes: that the feed keeps.
  void Serve(int64_t bytes, int64_t back = 5'000, int most_pages = 100) {
    feed_ = std::make_unique<NudgeFeed>(bytes);
    older_ = std::make_unique<OlderChanges>(log_, *feed_, NobodyErased, most_pages);
    older_thread_ =
        std::jthread([this](const std::stop_token& stop) { RunOlderChanges(*older_, stop); });
    NudgeTailOptions options;
    options.instance = "query-1";
    options.limits.wait = absl::ZeroDuration();
    options.back = back;
    tail_ = std::make_unique<NudgeTail>(log_, *feed_, options);
    handler_ =
        std::make_unique<NudgeServiceHandler>(questions_, WatchSources{*feed_, *older_, clock_});
    auto server = rpc::Server::Start("127.0.0.1:0", {handler_.get()});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = v1::NudgeService::NewStub(server_->InProcessChannel());
  }
  void GoLive() {
    ASSERT_EQ(tail_->Start(), absl::OkStatus());
    Follow();
  }
  // The tail takes all there is.
  void Follow() {
    for (int i = 0; i < 5; ++i) ASSERT_EQ(tail_->Step(), absl::OkStatus());
  }
  // An owner's nudge changes. They and all of theirs are in one partition.
  void Change(int partition, const std::string& owner, const std::string& nudge,
              const v1::MomentOpened& moment = {}) {
    v1::NudgeChanged change;
    *change.mutable_nudge()->mutable_moment() = moment;
    change.mutable_nudge()->set_owner_id(owner);
    change.mutable_nudge()->set_nudge_id(nudge);
    const std::string value = change.SerializeAsString();
    const stream::NewRecord record{kWatchedTopic, partition, View(owner), View(value)};
    std::vector<stream::Written> written;
    ASSERT_EQ(producer_->Send({&record, 1}, written), absl::OkStatus());
  }
  // eve's e1, e2, e3 in one partition, tom's t1 in the other.
  void ChangeFour() {
    Change(0, "eve", "e1");
    Change(1, "tom", "t1");
    Change(0, "eve", "e2");
    Change(0, "eve", "e3");
  }

  struct Watch {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WatchNudgesResponse>> reader;
    v1::WatchNudgesResponse last;

    bool Read() { return reader->Read(&last); }
    ~Watch() {
      context.TryCancel();
      if (reader != nullptr) reader->Finish();
    }
  };
  std::unique_ptr<Watch> Begin(const std::string& owner, const std::string& token = "") {
    auto watch = std::make_unique<Watch>();
    v1::WatchNudgesRequest request;
    request.set_owner_id(owner);
    request.set_resume_token(token);
    watch->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    watch->reader = stub_->WatchNudges(&watch->context, request);
    return watch;
  }
  grpc::Status EndOf(const std::string& token) {
    const auto watch = Begin("", token);
    EXPECT_FALSE(watch->Read());
    grpc::Status status = watch->reader->Finish();
    watch->reader = nullptr;
    return status;
  }
  // The nudges of the next changes.
  static std::vector<std::string> Next(Watch& watch, size_t count) {
    std::vector<std::string> seen;
    while (seen.size() < count && watch.Read()) {
      if (!watch.last.has_change()) continue;
      seen.push_back(watch.last.change().nudge().nudge_id());
    }
    return seen;
  }

  stream::ManualClock clock_{absl::FromUnixSeconds(1'769'904'000)};
  stream::MemoryLog log_{clock_};
  std::unique_ptr<stream::Producer> producer_;
  postgres::Pool pool_{{}, 1};          // nobody asks the tables
  PassedInputs passed_{log_, nullptr};  // nobody waits for a position
  PositionWatch positions_{passed_};
  Tables tables_{pool_, positions_};
  NudgeQuestions questions_{tables_, clock_};
  std::unique_ptr<NudgeFeed> feed_;
  std::unique_ptr<OlderChanges> older_;
  std::unique_ptr<NudgeTail> tail_;
  std::unique_ptr<NudgeServiceHandler> handler_;
  std::jthread older_thread_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::NudgeService::Stub> stub_;
};

TEST_F(NudgeWatchTest, ChangesComeAsTheyHappenToWhomTheyConcern) {
  Serve(1 << 20);
  GoLive();
  const auto eves = Begin("eve"), everybodys = Begin("");
  ASSERT_TRUE(eves->Read());  // it is there, and says from where
  EXPECT_FALSE(eves->last.has_change());
  EXPECT_FALSE(eves->last.resume_token().empty());
  ASSERT_TRUE(everybodys->Read());
  ChangeFour();
  Follow();
  EXPECT_THAT(Next(*eves, 3), ElementsAre("e1", "e2", "e3"));
  EXPECT_THAT(Next(*everybodys, 4), SizeIs(4));
  Change(1, "tom", "t2");
  Change(0, "eve", "e4");
  Follow();
  EXPECT_THAT(Next(*eves, 1), ElementsAre("e4"));
}

TEST_F(NudgeWatchTest, ATokenGoesOnWhereItWasGivenEachOnce) {
  Serve(1 << 20);
  GoLive();
  ChangeFour();
  Follow();
  std::vector<std::string> ids;
  std::string token = "0.0";
  for (int i = 0; i < 4; ++i) {  // a watch for each change
    const auto watch = Begin("", token);
    ASSERT_THAT(Next(*watch, 1), SizeIs(1));
    ids.push_back(watch->last.change().nudge().nudge_id());
    token = watch->last.resume_token();
  }
  EXPECT_THAT(std::set<std::string>(ids.begin(), ids.end()), SizeIs(4));
}

TEST_F(NudgeWatchTest, WhatTheFeedKeepsNoMoreComesFromTheTopic) {
  ChangeFour();
  Serve(1, 0);  // the feed begins at the end, and keeps one
  GoLive();
  const auto watch = Begin("eve", "0.0");
  EXPECT_THAT(Next(*watch, 3), ElementsAre("e1", "e2", "e3"));
  for (const char* nudge : {"e4", "e5", "e6"}) Change(0, "eve", nudge);
  Follow();
  EXPECT_THAT(Next(*watch, 3), ElementsAre("e4", "e5", "e6"));
}

TEST_F(NudgeWatchTest, AWrongTokenIsRefused) {
  Serve(1 << 20);
  GoLive();
  EXPECT_EQ(EndOf("never").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(EndOf("0.0.0").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(EndOf("0.99").error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(NudgeWatchTest, WithoutItsLogItSaysSoAndEnds) {
  Serve(1 << 20);
  EXPECT_EQ(EndOf("").error_code(), grpc::StatusCode::UNAVAILABLE);  // not live yet
  GoLive();
  const auto watch = Begin("");
  ASSERT_TRUE(watch->Read());
  feed_->End(absl::UnavailableError("Kafka: gone"));
  EXPECT_FALSE(watch->Read());
  EXPECT_EQ(watch->reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  watch->reader = nullptr;
}

TEST_F(NudgeWatchTest, WithoutItsPartitionsTheTailBeginsAnew) {
  Serve(1 << 20);
  GoLive();
  const auto other = log_.Join({"tend.query.watch.query-1", "another", {kWatchedTopic}});
  ASSERT_TRUE(other.ok()) << other.status();
  absl::Status status;
  for (int i = 0; i < 5 && status.ok(); ++i) status = tail_->Step();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST_F(NudgeWatchTest, ATopicWithMorePartitionsAsksForANewWatch) {
  NudgeFeed feed(1 << 20);
  feed.Begin({3});
  feed.Live();
  NudgeFeed::Cursor cursor = *feed.From("");
  feed.Begin({3, 0});
  feed.Live();
  NudgeChange change;
  EXPECT_TRUE(absl::IsUnavailable(feed.Next("", cursor, change).status()));
  EXPECT_THAT(feed.From("3")->place, ElementsAre(3, 0));
}

TEST_F(NudgeWatchTest, OlderChangesThatDoNotComeAreNotWaitedForForEver) {
  ChangeFour();
  EXPECT_TRUE(absl::IsUnavailable(ReadOlder(log_, "", {0, 0}, {9, 9}).status()));
}

TEST_F(NudgeWatchTest, NobodyReadsOlderChangesOfAFeedThatHasEnded) {
  ChangeFour();
  NudgeFeed feed(1 << 20);
  feed.Begin({3, 1});
  feed.End(absl::UnavailableError("Kafka: gone"));
  OlderChanges older(log_, feed, NobodyErased);
  absl::Status answered;
  older.Read("", {0, 0}, [&](const absl::StatusOr<OlderPage>& page) { answered = page.status(); });
  ASSERT_TRUE(older.ReadNext());
  EXPECT_TRUE(absl::IsUnavailable(answered));
}

TEST_F(NudgeWatchTest, PagesOfOlderChangesAreSmallAndHoldEachOnce) {
  const std::string long_name(20'000, 'n');
  for (int i = 0; i < 10; ++i) Change(i % 2, "eve", absl::StrCat(i % 2, "-", i, long_name));
  std::set<std::string> seen;
  int pages = 0;
  for (WatchPlace place = {0, 0}; place != WatchPlace{5, 5}; ++pages) {
    const absl::StatusOr<OlderPage> page = ReadOlder(log_, "eve", place, {5, 5});
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_NE(page->next, place);
    for (const NudgeChange& change : page->changes) {
      EXPECT_TRUE(seen.insert(change.change->nudge().nudge_id()).second);
    }
    place = page->next;
  }
  EXPECT_THAT(seen, SizeIs(10));
  EXPECT_EQ(pages, 3);  // four of them pass 64 KiB
}

TEST_F(NudgeWatchTest, APageIsNotReadBeforeThereIsRoomForIt) {
  ChangeFour();
  NudgeFeed feed(1 << 20);
  feed.Begin({3, 1});
  feed.Live();
  OlderChanges older(log_, feed, NobodyErased, 2);
  std::vector<absl::StatusOr<OlderPage>> pages;
  for (int i = 0; i < 3; ++i) {
    older.Read("eve", {0, 0},
               [&](absl::StatusOr<OlderPage> page) { pages.push_back(std::move(page)); });
  }
  EXPECT_TRUE(older.ReadNext());
  EXPECT_TRUE(older.ReadNext());
  EXPECT_FALSE(older.ReadNext());
  pages.erase(pages.begin());
  EXPECT_TRUE(older.ReadNext());
  ASSERT_THAT(pages, SizeIs(2));
  EXPECT_THAT(pages[1]->changes, SizeIs(3));
  pages.clear();
}

TEST_F(NudgeWatchTest, OlderChangesOfWhoWasErasedSinceComeWithoutTheirSubject) {
  for (const char* person : {"ann", "bob"}) {
    v1::MomentOpened moment;
    moment.set_person_id(person);
    moment.set_subject("Willow Ltd");
    Change(0, "eve", absl::StrCat("about ", person), moment);
  }
  NudgeFeed feed(1 << 20);
  feed.Begin({2, 0});
  feed.Live();
  absl::StatusOr<std::set<std::string>> erased = std::set<std::string>{"bob"};
  OlderChanges older(log_, feed, [&](const auto& /*persons*/) { return erased; });
  absl::StatusOr<OlderPage> page;
  const auto read = [&] {
    older.Read("", {0, 0}, [&](absl::StatusOr<OlderPage> got) { page = std::move(got); });
    older.ReadNext();
  };
  read();
  ASSERT_THAT(page->changes, SizeIs(2));
  EXPECT_EQ(page->changes[0].change->nudge().moment().subject(), "Willow Ltd");
  EXPECT_EQ(page->changes[1].change->nudge().moment().subject(), "");
  erased = absl::UnavailableError("PostgreSQL: away");
  read();
  EXPECT_TRUE(absl::IsUnavailable(page.status()));
}

TEST_F(NudgeWatchTest, WhoDoesNotReadGivesTheirPageToTheNextAndMissesNothing) {
  ChangeFour();
  Serve(1, 0, 1);
  GoLive();
  const auto slow = Begin("eve", "0.0");
  ASSERT_THAT(Next(*slow, 1), ElementsAre("e1"));
  const auto next = Begin("tom", "0.0");
  {
    // Time goes on: the slow one may have asked again before the next one asked at all.
    const std::jthread time([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        clock_.Advance(NudgeWatch::kKeepPage);
        feed_->WakeAll();
        std::this_thread::yield();
      }
    });
    EXPECT_THAT(Next(*next, 1), ElementsAre("t1"));
  }
  EXPECT_THAT(Next(*slow, 2), ElementsAre("e2", "e3"));
}

TEST_F(NudgeWatchTest, TheServerStopsThoughSomebodyWatches) {
  Serve(1 << 20);
  GoLive();
  const auto watch = Begin("");
  ASSERT_TRUE(watch->Read());
  server_ = nullptr;
  EXPECT_FALSE(watch->Read());
}

TEST_F(NudgeWatchTest, ManyWatchAtOnceWithoutAThreadEach) {
  Serve(1 << 20);
  GoLive();
  std::vector<std::unique_ptr<Watch>> watches;
  watches.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) watches.push_back(Begin("eve"));
  for (const auto& watch : watches) ASSERT_TRUE(watch->Read());
  ChangeFour();
  Follow();
  for (const auto& watch : watches) ASSERT_THAT(Next(*watch, 3), ElementsAre("e1", "e2", "e3"));
}

TEST_F(NudgeWatchTest, AQuietStreamSaysThatItIsAlive) {
  Serve(1 << 20);
  GoLive();
  const auto watch = Begin("");
  ASSERT_TRUE(watch->Read());
  clock_.Advance(NudgeWatch::kQuiet);
  Follow();
  ASSERT_TRUE(watch->Read());
  EXPECT_FALSE(watch->last.has_change());
}

}  // namespace
}  // namespace tend::query
