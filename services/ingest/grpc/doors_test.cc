// Both doors over real gRPC on loopback, with the log in memory.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/server.h"
#include "common/stream/memory_log.h"
#include "common/testing/messages_of.h"
#include "common/testing/scripted_log.h"
#include "services/ingest/grpc/inbox_service.h"
#include "services/ingest/grpc/ingest_service.h"

namespace tend::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);

v1::Interaction Mail(const std::string& id) {
  v1::Interaction interaction;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    source { system: "mail" instance: "a" record_id: "r" }
    occur_time { seconds: 1769999000 }
    parties { role: PARTY_ROLE_FROM identifiers { raw: "ann@example.com" kind: IDENTIFIER_KIND_EMAIL } }
    parties { role: PARTY_ROLE_TO identifiers { raw: "eve@ours.example" kind: IDENTIFIER_KIND_EMAIL } }
    message_sent {})",
                                                            &interaction));
  interaction.set_id(id);
  return interaction;
}

v1::StreamInteractionsRequest OfStream(const v1::PublishInteractionsRequest& request) {
  v1::StreamInteractionsRequest same;
  same.set_request_id(request.request_id());
  *same.mutable_interactions() = request.interactions();
  return same;
}

class DoorsTest : public ::testing::Test {
 protected:
  DoorsTest() {
    for (const char* topic : {"tend.interactions.v1", "tend.owner-events.v1", "tend.rejects.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 1, stream::Cleanup::kDelete}).ok());
    }
    server_ = *rpc::Server::Start("127.0.0.1:0", {&ingest_, &inbox_});
    const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                             grpc::InsecureChannelCredentials());
    ingest_stub_ = v1::IngestService::NewStub(channel);
    inbox_stub_ = v1::InboxService::NewStub(channel);
  }

  grpc::Status Publish(const v1::PublishInteractionsRequest& request,
                       v1::PublishInteractionsResponse* response) {
    grpc::ClientContext context;
    return ingest_stub_->PublishInteractions(&context, request, response);
  }

  // The answers that a stream of one request gets.
  std::vector<v1::StreamInteractionsResponse> StreamOnce(
      const v1::PublishInteractionsRequest& request) {
    grpc::ClientContext context;
    const auto stream = ingest_stub_->StreamInteractions(&context);
    stream->Write(OfStream(request));
    stream->WritesDone();
    std::vector<v1::StreamInteractionsResponse> answers;
    v1::StreamInteractionsResponse answer;
    while (stream->Read(&answer)) answers.push_back(answer);
    stream->Finish();
    return answers;
  }

  stream::ManualClock clock_{kNow};
  stream::MemoryLog log_{clock_};
  stream::ScriptedLog writes_{log_};
  Publisher publisher_{writes_};
  ImportLedger ledger_{log_, publisher_};
  IngestServiceHandler ingest_{publisher_, ledger_, clock_};
  InboxServiceHandler inbox_{publisher_, clock_};
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::IngestService::Stub> ingest_stub_;
  std::unique_ptr<v1::InboxService::Stub> inbox_stub_;
};

TEST_F(DoorsTest, EachInteractionIsAcceptedOrRejectedAlone) {
  v1::PublishInteractionsRequest request;
  *request.add_interactions() = Mail("one");
  *request.add_interactions() = Mail("two");
  request.mutable_interactions(1)->clear_occur_time();
  *request.add_interactions() = Mail("three");
  v1::PublishInteractionsResponse response;
  grpc::ClientContext context;
  const grpc::Status status = ingest_stub_->PublishInteractions(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).position().offset(), 0);
  EXPECT_EQ(response.results(1).reject().reason(), v1::REJECT_REASON_TIME_INVALID);
  EXPECT_EQ(response.results(1).reject().value(), "");
  EXPECT_EQ(response.results(2).interaction_id(), "three");
  EXPECT_EQ(response.position().offset(), 1);
  const auto stored = stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1");
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[1].id(), "three");
  EXPECT_EQ(stored[1].receive_time().seconds(), absl::ToUnixSeconds(kNow));
  const auto rejects = stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1");
  ASSERT_EQ(rejects.size(), 1u);
  EXPECT_THAT(rejects[0].value(), HasSubstr("two"));
  EXPECT_EQ(rejects[0].file().file(), "grpc/mail/a");
  EXPECT_EQ(rejects[0].file().line(), 2);
}

// owners: as in a roster's text.
v1::ImportOwnersRequest Owners(const std::string& owners) {
  v1::ImportOwnersRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(owners, request.mutable_roster()));
  request.set_request_id("r");
  return request;
}

TEST_F(DoorsTest, EachOwnersInboxIsToldOfItsZoneAndARetryIsTheSameEvent) {
  const auto request = Owners(
      "owners { owner_id: 'eve' time_zone: 'Europe/Berlin' } owners { owner_id: 'ben' team_id: 't' "
      "}");
  for (int i = 0; i < 2; ++i) {
    v1::ImportOwnersResponse response;
    grpc::ClientContext context;
    const grpc::Status status = ingest_stub_->ImportOwners(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.positions_size(), 2);
  }
  const auto events = stream::MessagesOf<v1::OwnerEvent>(log_, "tend.owner-events.v1");
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].roster_entry_set().time_zone(), "Europe/Berlin");
  EXPECT_EQ(events[1].roster_entry_set().team_id(), "t");
  EXPECT_NE(events[0].event_id(), events[1].event_id());
  EXPECT_EQ(events[0].event_id(), events[2].event_id());
}

TEST_F(DoorsTest, ARosterWithFaultsTellsNobodyAndAllItsFaults) {
  v1::ImportOwnersResponse response;
  grpc::ClientContext context;
  const grpc::Status status = ingest_stub_->ImportOwners(
      &context,
      Owners("owners { owner_id: 'eve' time_zone: 'Berlin' } owners {} owners { owner_id: 'eve' }"),
      &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  for (const char* fault :
       {"owners[0].time_zone", "owners[1].owner_id", "\"eve\" is there twice"}) {
    EXPECT_THAT(status.error_message(), HasSubstr(fault));
  }
  EXPECT_TRUE(stream::MessagesOf<v1::OwnerEvent>(log_, "tend.owner-events.v1").empty());
}

TEST_F(DoorsTest, AnEmptyRequestIsTheCallersFault) {
  v1::PublishInteractionsResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(ingest_stub_->PublishInteractions(&context, {}, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

// A request of one good interaction and one bad.
v1::PublishInteractionsRequest GoodAndBad(const std::string& request_id) {
  v1::PublishInteractionsRequest request;
  request.set_request_id(request_id);
  *request.add_interactions() = Mail("good");
  *request.add_interactions() = Mail("bad");
  request.mutable_interactions(1)->clear_occur_time();
  return request;
}

TEST_F(DoorsTest, ARequestThatComesAgainGetsTheSameAnswerAndWritesNothing) {
  const v1::PublishInteractionsRequest request = GoodAndBad("r");
  v1::PublishInteractionsResponse first, again;
  EXPECT_TRUE(Publish(request, &first).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Publish(request, &again).ok());
  EXPECT_EQ(again.results_size(), 2);
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_THAT(StreamOnce(request), SizeIs(1));
  EXPECT_THAT(stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1"), SizeIs(1));
  EXPECT_THAT(stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1"), SizeIs(1));
}

TEST_F(DoorsTest, AStreamsRequestThatComesAgainGetsTheSameAnswerAndWritesNothing) {
  const v1::PublishInteractionsRequest request = GoodAndBad("r");
  const auto first = StreamOnce(request);
  const auto again = StreamOnce(request);
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(first[0].results_size(), 2);
  EXPECT_EQ(again[0].SerializeAsString(), first[0].SerializeAsString());
  EXPECT_THAT(stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1"), SizeIs(1));
  EXPECT_THAT(stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1"), SizeIs(1));
}

TEST_F(DoorsTest, AnIdThatCameWithAnotherRequestIsTheCallersFault) {
  v1::PublishInteractionsRequest request = GoodAndBad("r");
  v1::PublishInteractionsResponse response;
  EXPECT_TRUE(Publish(request, &response).ok());
  request.mutable_interactions()->RemoveLast();
  EXPECT_EQ(Publish(request, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.mutable_interactions(0)->mutable_source()->set_instance("another source's own");
  EXPECT_TRUE(Publish(request, &response).ok());
}

TEST_F(DoorsTest, ARequestThatWasNotStoredIsTriedAnew) {
  const v1::PublishInteractionsRequest request = GoodAndBad("r");
  v1::PublishInteractionsResponse response;
  writes_.failures = {absl::UnavailableError("away"), absl::UnavailableError("away")};
  EXPECT_EQ(Publish(request, &response).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(StreamOnce(request), SizeIs(0));
  EXPECT_THAT(StreamOnce(request), SizeIs(1));
  EXPECT_TRUE(Publish(request, &response).ok());
  EXPECT_THAT(stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1"), SizeIs(1));
}

TEST_F(DoorsTest, AStreamAnswersEachRequestInOrder) {
  grpc::ClientContext context;
  const auto stream = ingest_stub_->StreamInteractions(&context);
  std::vector<std::string> answered;
  for (const char* id : {"a", "b"}) {
    v1::StreamInteractionsRequest request;
    request.set_request_id(id);
    *request.add_interactions() = Mail(id);
    ASSERT_TRUE(stream->Write(request));
    v1::StreamInteractionsResponse response;
    ASSERT_TRUE(stream->Read(&response));
    answered.push_back(absl::StrCat(response.request_id(), "@", response.position().offset()));
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(answered, ElementsAre("a@0", "b@1"));
}

TEST_F(DoorsTest, AStreamReadsAheadOfItsAnswers) {
  grpc::ClientContext context;
  const auto stream = ingest_stub_->StreamInteractions(&context);
  constexpr int kRequests = 500;
  // Written by a thread of its own: who never reads is held up after some requests.
  std::jthread writer([&] {
    for (int i = 0; i < kRequests; ++i) {
      v1::StreamInteractionsRequest request;
      request.set_request_id(absl::StrCat(i));
      *request.add_interactions() = Mail(absl::StrCat("m", i));
      if (!stream->Write(request)) return;
    }
    stream->WritesDone();
  });
  v1::StreamInteractionsResponse response;
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(stream->Read(&response)) << i;
    EXPECT_EQ(response.request_id(), absl::StrCat(i));
    EXPECT_EQ(response.position().offset(), i);
    EXPECT_EQ(response.results(0).interaction_id(), absl::StrCat("m", i));
  }
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(DoorsTest, AStreamEndsAtARequestThatIsNoneAfterTheAnswersBefore) {
  grpc::ClientContext context;
  const auto stream = ingest_stub_->StreamInteractions(&context);
  v1::StreamInteractionsRequest request;
  *request.add_interactions() = Mail("good");
  ASSERT_TRUE(stream->Write(request));
  stream->Write({});  // and the stream is left open
  v1::StreamInteractionsResponse response;
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

// Streams of which the first request is being written, until it may go on.
class HeldStreamTest : public DoorsTest {
 protected:
  HeldStreamTest() {
    writes_.during = [this] {
      writing_ = true;
      while (!go_on_) std::this_thread::yield();
    };
    Send("first");
    while (!writing_) std::this_thread::yield();
  }
  ~HeldStreamTest() override { go_on_ = true; }

  void Send(const v1::PublishInteractionsRequest& request) {
    ASSERT_TRUE(stream_->Write(OfStream(request)));
  }
  void Send(const std::string& id) {
    v1::PublishInteractionsRequest request;
    *request.add_interactions() = Mail(id);
    Send(request);
  }

  // The ids in the log, once all that waited is written, and then one more.
  std::vector<std::string> Stored() {
    v1::PublishInteractionsRequest request;
    *request.add_interactions() = Mail("last");
    grpc::Status status;
    do {
      v1::PublishInteractionsResponse response;
      grpc::ClientContext context;
      status = ingest_stub_->PublishInteractions(&context, request, &response);
    } while (!status.ok());
    std::vector<std::string> ids;
    for (const auto& one : stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1"))
      ids.push_back(one.id());
    return ids;
  }

  std::atomic<bool> writing_ = false, go_on_ = false;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::StreamInteractionsRequest, v1::StreamInteractionsResponse>>
      stream_ = ingest_stub_->StreamInteractions(&context_);
};

TEST_F(HeldStreamTest, WhatWaitsBehindARequestThatIsNotStoredIsNotStoredEither) {
  writes_.failures = {absl::UnavailableError("away")};
  Send("second");
  while (publisher_.waiting_bytes() == 0) std::this_thread::yield();
  go_on_ = true;
  v1::StreamInteractionsResponse response;
  EXPECT_FALSE(stream_->Read(&response));
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(Stored(), ElementsAre("last"));
}

TEST_F(HeldStreamTest, WhatComesBehindARequestThatIsNoneIsNotStored) {
  stream_->Write({});
  Send("behind");
  go_on_ = true;
  v1::StreamInteractionsResponse response;
  EXPECT_TRUE(stream_->Read(&response));
  EXPECT_FALSE(stream_->Read(&response));
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(Stored(), ElementsAre("first", "last"));
}

TEST_F(HeldStreamTest, ARepeatWhileTheFirstIsUnderWayIsToTryAgainAndThenGetsItsAnswer) {
  const v1::PublishInteractionsRequest request = GoodAndBad("r");
  Send(request);
  while (publisher_.waiting_bytes() == 0) std::this_thread::yield();
  v1::PublishInteractionsResponse response;
  const grpc::Status early = Publish(request, &response);
  EXPECT_EQ(early.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(early.error_message(), HasSubstr("under way"));
  context_.TryCancel();  // nobody hears the first's answer
  stream_->Finish();
  go_on_ = true;
  while (!Publish(request, &response).ok()) std::this_thread::yield();
  EXPECT_EQ(response.results_size(), 2);
  EXPECT_THAT(Stored(), ElementsAre("first", "good", "last"));
  EXPECT_THAT(stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1"), SizeIs(1));
}

TEST_F(DoorsTest, AStreamWhoseCallerIsGoneOrWhoseServerStopsEnds) {
  {
    grpc::ClientContext context;
    const auto stream = ingest_stub_->StreamInteractions(&context);
    v1::StreamInteractionsRequest request;
    *request.add_interactions() = Mail("last words");
    ASSERT_TRUE(stream->Write(request));
    context.TryCancel();
    stream->Finish();
  }
  grpc::ClientContext context;
  const auto stream = ingest_stub_->StreamInteractions(&context);
  v1::StreamInteractionsRequest request;
  *request.add_interactions() = Mail("then the server stops");
  ASSERT_TRUE(stream->Write(request));
  v1::StreamInteractionsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server_ = nullptr;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(DoorsTest, AnOwnersAnswerTwiceIsOneEvent) {
  v1::AnswerNudgeRequest request;
  request.set_request_id("q1");
  request.set_owner_id("eve");
  request.set_nudge_id("n1");
  request.set_feedback(v1::FEEDBACK_TOO_EARLY);
  for (int i = 0; i < 2; ++i) {
    v1::AnswerNudgeResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(inbox_stub_->AnswerNudge(&context, request, &response).ok());
    EXPECT_EQ(response.position().offset(), i);
  }
  const auto events = stream::MessagesOf<v1::OwnerEvent>(log_, "tend.owner-events.v1");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].event_id(), events[1].event_id());
  EXPECT_EQ(events[0].nudge_answered().feedback(), v1::FEEDBACK_TOO_EARLY);
}

TEST_F(DoorsTest, AFeedbackThatDoesNotExistIsTheCallersFaultAndWritesNothing) {
  v1::AnswerNudgeRequest request;
  request.set_request_id("q1");
  request.set_owner_id("eve");
  request.set_nudge_id("n1");
  for (const int value : {0, -1, 5, 99}) {
    request.set_feedback(static_cast<v1::Feedback>(value));
    v1::AnswerNudgeResponse response;
    grpc::ClientContext context;
    const grpc::Status status = inbox_stub_->AnswerNudge(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << value;
    EXPECT_EQ(status.error_message(),
              absl::StrCat("feedback is ", value == 0 ? "empty" : absl::StrCat(value),
                           ", not one of FEEDBACK_RIGHT_TIME, FEEDBACK_TOO_EARLY, "
                           "FEEDBACK_ALREADY_TALKING, FEEDBACK_NOT_A_FIT"));
  }
  EXPECT_THAT(stream::MessagesOf<v1::OwnerEvent>(log_, "tend.owner-events.v1"), SizeIs(0));
}

TEST_F(DoorsTest, AZoneThatDoesNotExistIsTheCallersFault) {
  v1::SetPreferencesRequest request;
  request.set_request_id("q1");
  request.set_owner_id("eve");
  const auto set = [&](const char* zone) {
    request.mutable_preferences()->set_time_zone(zone);
    v1::SetPreferencesResponse response;
    grpc::ClientContext context;
    return inbox_stub_->SetPreferences(&context, request, &response);
  };
  EXPECT_TRUE(set("").ok());
  EXPECT_TRUE(set("Europe/Berlin").ok());
  EXPECT_EQ(set("Mars/X").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(set("Mars/X").error_message(),
            "preferences.time_zone: \"Mars/X\" is no IANA name like \"Europe/Berlin\"");
  EXPECT_THAT(stream::MessagesOf<v1::OwnerEvent>(log_, "tend.owner-events.v1"), SizeIs(2));
}

TEST_F(DoorsTest, PreferencesThatCannotBeMeantAreRefused) {
  const auto refused = [&](void (*spoil)(v1::Preferences & preferences)) {
    v1::SetPreferencesRequest request;
    request.set_request_id("q1");
    request.set_owner_id("eve");
    spoil(*request.mutable_preferences());
    v1::SetPreferencesResponse response;
    grpc::ClientContext context;
    const grpc::Status status = inbox_stub_->SetPreferences(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  EXPECT_EQ(refused([](auto& told) { told.set_outreach_per_day(-1); }),
            "preferences.outreach_per_day: -1 is less than 0");
  EXPECT_EQ(refused([](auto& told) { told.set_quiet_end_minute(60); }),
            "preferences.quiet_start_minute: set without quiet_end_minute, or the other way");
  EXPECT_EQ(refused([](auto& told) {
              told.set_quiet_start_minute(1440);
              told.set_quiet_end_minute(60);
            }),
            "preferences.quiet_start_minute: 1440 is not a minute of the day (0..1439)");
  EXPECT_EQ(refused([](auto& told) {
              told.set_time_zone("Mars/X");
              told.set_outreach_per_day(-3);
            }),
            "preferences.outreach_per_day: -3 is less than 0; preferences.time_zone: \"Mars/X\" is "
            "no IANA name like \"Europe/Berlin\"");
  EXPECT_EQ(refused([](auto& told) { told.add_digest_minutes(-1); }),
            "preferences.digest_minutes: -1 is not a minute of the day (0..1439)");
  EXPECT_THAT(stream::MessagesOf<v1::OwnerEvent>(log_, "tend.owner-events.v1"), SizeIs(0));
}

TEST_F(DoorsTest, AnOwnersIdIsOneLine) {
  v1::SetPreferencesRequest request;
  request.set_request_id("q1");
  for (const char* owner : {"eve\nn1", "eve\r", "eve\r\n"}) {
    request.set_owner_id(owner);
    v1::SetPreferencesResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(inbox_stub_->SetPreferences(&context, request, &response).error_message(),
              "owner_id has a line break");
  }
}

TEST_F(DoorsTest, ASnoozeIntoThePastIsTheCallersFault) {
  v1::SnoozeNudgeRequest request;
  request.set_request_id("q1");
  request.set_owner_id("eve");
  request.set_nudge_id("n1");
  request.mutable_until_time()->set_seconds(absl::ToUnixSeconds(kNow));
  v1::SnoozeNudgeResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(inbox_stub_->SnoozeNudge(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace tend::ingest
