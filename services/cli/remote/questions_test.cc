// The questions at the prompt against a server that answers as written here.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/digest.h"
#include "common/rpc/server.h"
#include "services/cli/remote/list_command.h"
#include "services/cli/remote/nudge_commands.h"
#include "services/cli/remote/publish_command.h"
#include "services/cli/remote/rejects_command.h"
#include "services/cli/remote/relationship_commands.h"
#include "tend/v1/inbox_service.grpc.pb.h"
#include "tend/v1/ingest_service.grpc.pb.h"
#include "tend/v1/list_service.grpc.pb.h"
#include "tend/v1/nudge_service.grpc.pb.h"
#include "tend/v1/operations_service.grpc.pb.h"
#include "tend/v1/relationship_service.grpc.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend::cli {
namespace {

using grpc::ServerContext;
using grpc::Status;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAnn[] = "11111111-1111-5111-8111-111111111111";

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::RelationshipView Ann(const std::string& name = "Ann Berger") {
  return Parse<v1::RelationshipView>(absl::StrCat("person { person_id: '", kAnn,
                                                  "' display_name: '", name,
                                                  R"(' account_id: 'domain:birchwood.example'
         identifiers { raw: 'ann@birchwood.example' normalized: 'ann@birchwood.example' }
         identifiers { raw: 'https://www.linkedin.com/in/Ann' normalized: 'linkedin:in:ann' } }
      as_of_time { seconds: 1770000000 } stage: STAGE_READY stage_time { seconds: 1769900000 }
      readiness: 0.655 trust: 0.5 guard { decision: GUARD_DECISION_ALLOWED }
      open_moments { kind: MOMENT_KIND_BECAME_READY }
      ties { owner_id: 'eve' readiness: 0.61 strength: 0.3 status: TIE_STATUS_MUTUAL received: 4 sent: 3 })"));
}

class Relationships final : public v1::RelationshipService::Service {
 public:
  Status ListRelationships(ServerContext*, const v1::ListRelationshipsRequest* request,
                           v1::ListRelationshipsResponse* response) override {
    list = *request;
    if (people == 0) return Status::OK;
    for (int i = 0; i < request->page_size(); ++i) *response->add_relationships() = Ann(name);
    given += request->page_size();
    if (given < people) response->set_next_page_token("more");
    return Status::OK;
  }
  Status GetRelationship(ServerContext*, const v1::GetRelationshipRequest* request,
                         v1::GetRelationshipResponse* response) override {
    if (request->person_id() != kAnn) return {grpc::StatusCode::NOT_FOUND, "no such person"};
    *response->mutable_relationship() = Ann(name);
    return Status::OK;
  }
  Status SearchRelationships(ServerContext*, const v1::SearchRelationshipsRequest* request,
                             v1::SearchRelationshipsResponse* response) override {
    if (request->query().find("nn") == std::string::npos) return Status::OK;
    *response->add_relationships() = Ann();
    *response->add_relationships() = Ann("Anna Berg");
    response->mutable_relationships(1)->mutable_person()->set_person_id(
        "22222222-2222-5222-8222-222222222222");
    response->mutable_relationships(1)->mutable_person()->clear_identifiers();
    return Status::OK;
  }
  Status ExplainRelationship(ServerContext*, const v1::ExplainRelationshipRequest* request,
                             v1::ExplainRelationshipResponse* response) override {
    explain = *request;
    *response->mutable_explanation() = Parse<v1::Explanation>(R"(
      as_of_time { seconds: 1770000000 } z: -1.1 readiness: 0.25
      evidence { term: EVIDENCE_TERM_NO_HISTORY contribution: 0.5 }
      evidence { term: EVIDENCE_TERM_INTERCEPT contribution: -1.6 }
      uncounted { fact: 'message_opened' count: 20 })");
    return Status::OK;
  }

  std::string name = "Ann Berger";
  int people = 1;
  int given = 0;
  v1::ListRelationshipsRequest list;
  v1::ExplainRelationshipRequest explain;
};

v1::Nudge ReadyNudge() {
  return Parse<v1::Nudge>(absl::StrCat(R"(
    nudge_id: 'n1' owner_id: 'eve' state: NUDGE_STATE_OPEN
    create_time { seconds: 1770000000 } deliver_not_before_time { seconds: 1770000000 }
    moment { kind: MOMENT_KIND_BECAME_READY family: MOMENT_FAMILY_OUTREACH
             open_time { seconds: 1770000000 } expire_time { seconds: 99770000000 }
             person_id: ')",
                                       kAnn, "' }"));
}

class Nudges final : public v1::NudgeService::Service {
 public:
  Status GetNudge(ServerContext*, const v1::GetNudgeRequest* request,
                  v1::GetNudgeResponse* response) override {
    if (request->nudge_id() != "n1") return {grpc::StatusCode::NOT_FOUND, "no such nudge"};
    *response->mutable_nudge() = ReadyNudge();
    if (request->has_min_position()) {  // after the answer
      response->mutable_nudge()->set_state(state);
      response->mutable_nudge()->set_feedback(v1::FEEDBACK_TOO_EARLY);
    }
    return Status::OK;
  }
  Status ListNudges(ServerContext*, const v1::ListNudgesRequest* request,
                    v1::ListNudgesResponse* response) override {
    list = *request;
    if (request->owner_id() == "nobody") return Status::OK;
    *response->add_nudges() = ReadyNudge();
    response->mutable_nudges(0)->mutable_deliver_not_before_time()->set_seconds(
        absl::ToUnixSeconds(held_until));
    return Status::OK;
  }
  Status WatchNudges(ServerContext*, const v1::WatchNudgesRequest* request,
                     grpc::ServerWriter<v1::WatchNudgesResponse>* writer) override {
    v1::WatchNudgesResponse answer;
    answer.set_resume_token(request->resume_token() + "+1");
    writer->Write(answer);
    *answer.mutable_change()->mutable_nudge() = ReadyNudge();
    answer.mutable_change()->set_opened_by_moment_id("n1");
    answer.set_resume_token(request->resume_token() + "+2");
    writer->Write(answer);
    return {grpc::StatusCode::UNAVAILABLE, "going down"};
  }
  v1::ListNudgesRequest list;
  absl::Time held_until = absl::FromUnixSeconds(1'770'000'000);
  v1::NudgeState state = v1::NUDGE_STATE_ANSWERED;  // of n1, after an answer
};

class Inbox final : public v1::InboxService::Service {
 public:
  Status AnswerNudge(ServerContext*, const v1::AnswerNudgeRequest* request,
                     v1::AnswerNudgeResponse* response) override {
    answer = *request;
    response->mutable_position()->set_offset(7);
    return Status::OK;
  }
  v1::AnswerNudgeRequest answer;
};

// Accepts who has an id; away for the first `away` calls.
class Ingest final : public v1::IngestService::Service {
 public:
  Status PublishInteractions(ServerContext*, const v1::PublishInteractionsRequest* request,
                             v1::PublishInteractionsResponse* response) override {
    requests.push_back(*request);
    if (away-- > 0) return {grpc::StatusCode::UNAVAILABLE, "Kafka is away"};
    for (const v1::Interaction& interaction : request->interactions()) {
      v1::InteractionResult* result = response->add_results();
      result->set_interaction_id(interaction.id());
      if (interaction.id().empty()) {
        result->mutable_reject()->set_field("id");
        result->mutable_reject()->set_detail("is missing");
      } else {
        result->mutable_position()->set_offset(3);
      }
    }
    return Status::OK;
  }
  int away = 0;
  std::vector<v1::PublishInteractionsRequest> requests;
};

class Operations final : public v1::OperationsService::Service {
 public:
  Status ListRejects(ServerContext*, const v1::ListRejectsRequest* request,
                     v1::ListRejectsResponse* response) override {
    list = *request;
    if (list.filter().has_position() && list.filter().position().offset() == 18) {
      *response->add_rejects() = Parse<v1::RejectEntry>(R"(
        position { partition: 2 offset: 18 }
        reject { reason: REJECT_REASON_PERSON_ERASED service: 'enrichment'
                 record { topic: 'tend.interactions.v1' partition: 1 offset: 3 } })");
      return Status::OK;
    }
    if (list.filter().has_position() && list.filter().position().offset() != 17) return Status::OK;
    *response->add_rejects() = Parse<v1::RejectEntry>(R"(
      position { partition: 2 offset: 17 }
      reject { reason: REJECT_REASON_TIME_INVALID service: 'ingest' detail: 'no time'
               file { file: 'a.csv' line: 3 } value: 'Ann,\033[2J' })");
    return Status::OK;
  }
  v1::ListRejectsRequest list;
};

class Lists final : public v1::ListService::Service {
 public:
  Status GetListReport(ServerContext*, const v1::GetListReportRequest* request,
                       v1::GetListReportResponse* response) override {
    if (request->list_id() == "rejected.csv") {
      *response = Parse<v1::GetListReportResponse>(
          "report { list_id: 'rejected.csv' rows: 3 rejected_rows: 3 }");
      return Status::OK;
    }
    if (request->list_id() != "list.csv") return {grpc::StatusCode::NOT_FOUND, "no such list"};
    *response = Parse<v1::GetListReportResponse>(R"(
      report { list_id: 'list.csv' rows: 1200 rejected_rows: 3 repeated_rows: 2
               outcomes { outcome: LIST_OUTCOME_KNOWN rows: 1197 } })");
    return Status::OK;
  }
  Status ListListRows(ServerContext*, const v1::ListListRowsRequest* request,
                      v1::ListListRowsResponse* response) override {
    rows = *request;
    const bool seed = request->outcomes_size() > 0 && request->outcomes(0) == v1::LIST_OUTCOME_SEED;
    if (request->list_id() != "list.csv" || seed) return Status::OK;
    *response = Parse<v1::ListListRowsResponse>(R"(
      rows { row: 7 outcome: LIST_OUTCOME_LEAVE_ALONE display_name: 'Dee'
             guard { decision: GUARD_DECISION_NO reason: GUARD_REASON_SUPPRESSED } }
      rows { row: 8 outcome: LIST_OUTCOME_SOCIAL_HANDLE display_name: 'Ann Berger'
             social_handles { raw: 'https://www.linkedin.com/in/Ann' normalized: 'linkedin:in:ann' } })");
    return Status::OK;
  }
  v1::ListListRowsRequest rows;
};

class QuestionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = rpc::Server::Start(
        "127.0.0.1:0", {&relationships_, &nudges_, &inbox_, &ingest_, &operations_, &lists_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }

  // Runs one command; what it wrote is in out_ and err_.
  ExitCode Run(std::vector<std::string> words) {
    CLI::App app("test", "tend");
    ExitCode exit_code = ExitCode::kFailed;
    AddRelationshipCommands(app, exit_code);
    AddListCommand(app, exit_code);
    AddNudgeCommands(app, exit_code);
    AddPublishCommand(app, exit_code);
    AddRejectsCommand(app, exit_code);
    words.insert(words.end(), {"--server", address()});
    std::vector<std::string> backwards(words.rbegin(), words.rend());  // as CLI11 takes them
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    try {
      app.parse(backwards);
    } catch (const CLI::ParseError& error) {
      app.exit(error);
      exit_code = ExitCode::kRejected;
    }
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  Relationships relationships_;
  Nudges nudges_;
  Inbox inbox_;
  Ingest ingest_;
  Operations operations_;
  Lists lists_;
  std::unique_ptr<rpc::Server> server_;
  std::string out_, err_;
};

TEST_F(QuestionsTest, ReadyShowsWhoIsReadyForTheOwnerWhoAsks) {
  EXPECT_EQ(Run({"ready", "--owner", "eve", "--account", "a"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Ann Berger"), HasSubstr("0.61"), HasSubstr("became ready")));
  EXPECT_EQ(relationships_.list.account_id(), "a");
  EXPECT_EQ(relationships_.list.stages(0), v1::STAGE_READY);
}

TEST_F(QuestionsTest, ReadyGoesOverPagesUpToItsLimit) {
  relationships_.people = 5000;
  EXPECT_EQ(Run({"ready", "--limit", "1500", "--json"}), ExitCode::kOk) << err_;
  const auto ready = out_;
  EXPECT_EQ(relationships_.given, 2000);
  size_t count = 0;
  for (size_t at = 0; (at = ready.find("\"version\"", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 1500u);
}

TEST_F(QuestionsTest, NamesThatTurnTheTextAreMadeVisible) {
  relationships_.name = "Ann\xE2\x80\xAE!";  // U+202E
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"show", kAnn}, {"ready"}, {"explain", kAnn}, {"nudges"}}) {
    EXPECT_EQ(Run(words), ExitCode::kOk) << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("Ann\xEF\xBF\xBD!"), Not(HasSubstr("\xE2\x80\xAE"))));
  }
}

TEST_F(QuestionsTest, NobodyReadyIsAnAnswer) {
  relationships_.people = 0;
  EXPECT_EQ(Run({"ready"}), ExitCode::kOk);
  EXPECT_THAT(out_, HasSubstr("Nobody is ready"));
}

TEST_F(QuestionsTest, APersonIsFoundByIdAddressOrFullName) {
  for (const char* words : {kAnn, "ann@birchwood.example", "ann berger"}) {
    EXPECT_EQ(Run({"show", words}), ExitCode::kOk) << words << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("Ann Berger"), HasSubstr("ready since"), HasSubstr("eve")));
  }
}

TEST_F(QuestionsTest, AnIdentifierIsShownAsTheCommandsTakeIt) {
  EXPECT_EQ(Run({"list", "list.csv", "--rows"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("linkedin:in:ann\n"), Not(HasSubstr("https"))));
  EXPECT_EQ(Run({"show", "linkedin:in:ann"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("  linkedin:in:ann  (https://www.linkedin.com/in/Ann)\n"),
                          HasSubstr("  ann@birchwood.example\n")));
}

TEST_F(QuestionsTest, WhoIsMeantMustBeClear) {
  EXPECT_EQ(Run({"show", "nn"}), ExitCode::kRejected);
  EXPECT_THAT(err_, AllOf(HasSubstr("several"), HasSubstr(kAnn), HasSubstr("Anna Berg")));
  EXPECT_EQ(Run({"show", "zoe"}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("nobody is known as \"zoe\""),
                          HasSubstr("tend show: try an address, how the name begins")));
}

TEST_F(QuestionsTest, ExplainTellsTheRowsTheSumAndWhatCountsNothing) {
  EXPECT_EQ(Run({"explain", kAnn, "--owner", "eve", "--at", "2026-02-01"}), ExitCode::kOk) << err_;
  EXPECT_EQ(relationships_.explain.at_time().seconds(), 1769904000);
  EXPECT_THAT(
      out_,
      AllOf(HasSubstr("readiness 0.250 for whoever of us is nearest on 2026-02-02 02:40 UTC "),
            HasSubstr("no history"), HasSubstr("-1.100"), HasSubstr("20 x message opened")));
  EXPECT_LT(out_.find("intercept"), out_.find("no history"));  // the weightier first
  EXPECT_EQ(Run({"explain", kAnn, "--at", "then"}), ExitCode::kRejected);
  EXPECT_THAT(err_, HasSubstr("--at then: write it as"));
}

TEST_F(QuestionsTest, NudgesAreToldInWordsWithTheIdThatAnswersThem) {
  EXPECT_EQ(Run({"nudges", "--owner", "eve"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Ann Berger"), HasSubstr("tend answer n1")));
  EXPECT_EQ(nudges_.list.owner_id(), "eve");
  EXPECT_TRUE(nudges_.list.include_held());
  EXPECT_EQ(Run({"nudges", "--person", "Ann Berger"}), ExitCode::kOk) << err_;
  EXPECT_EQ(nudges_.list.person_id(), kAnn);
}

TEST_F(QuestionsTest, AHoldSaysInWhichTimeZoneItEnds) {
  nudges_.held_until = absl::FromUnixSeconds(99'000'000'000);
  EXPECT_EQ(Run({"nudges", "--owner", "eve"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, ContainsRegex("  Held until 08:00 UTC on [^\n]+\\.\n"));
}

TEST_F(QuestionsTest, NoNudgeIsAnAnswer) {
  EXPECT_EQ(Run({"nudges", "--owner", "nobody"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("nobody needs to be written to now"));
  EXPECT_EQ(Run({"nudges", "--owner", "nobody", "--all"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("No nudge, neither open nor past"));
}

TEST_F(QuestionsTest, AListIsCountedAndShownRowByRow) {
  EXPECT_EQ(Run({"list", "list.csv"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("1,200 rows, and no call to make"), HasSubstr("1,197"),
                          HasSubstr("tend rejects list --file list.csv")));
  EXPECT_EQ(Run({"list", "list.csv", "--rows", "--outcome", "leave_alone"}), ExitCode::kOk) << err_;
  EXPECT_EQ(lists_.rows.outcomes(0), v1::LIST_OUTCOME_LEAVE_ALONE);
  EXPECT_THAT(out_, AllOf(HasSubstr("Dee"), HasSubstr("leave alone")));
  EXPECT_EQ(Run({"list", "other.csv"}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("tend list: no such list"), HasSubstr("seconds later")));
}

TEST_F(QuestionsTest, ARowThatIsNotThereIsToldFromRowsThatWereRejected) {
  EXPECT_EQ(Run({"list", "list.csv", "--rows", "--outcome", "seed"}), ExitCode::kOk) << err_;
  EXPECT_EQ(out_, "No such row.\n");
  EXPECT_EQ(Run({"list", "rejected.csv", "--rows"}), ExitCode::kOk) << err_;
  EXPECT_EQ(out_,
            "All of its rows were rejected: 'tend rejects list --file rejected.csv' says why\n");
  EXPECT_EQ(Run({"list", "rejected.csv", "--rows", "--json"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("\"rows\": []"));
}

TEST_F(QuestionsTest, AWatchThatEndsSaysHowToGoOn) {
  EXPECT_EQ(Run({"nudges", "--watch", "--resume", "t"}), ExitCode::kFailed);
  EXPECT_THAT(out_, HasSubstr("Ann Berger"));
  EXPECT_THAT(err_, HasSubstr("--resume t+2 goes on"));
}

TEST_F(QuestionsTest, AWatchHasNoLimitAndNoPast) {
  EXPECT_EQ(Run({"nudges", "--watch", "--all"}), ExitCode::kRejected);
  EXPECT_THAT(err_, HasSubstr("--all excludes --watch"));
  EXPECT_EQ(Run({"nudges", "--watch", "--limit", "5"}), ExitCode::kRejected);
  EXPECT_THAT(err_, HasSubstr("--limit excludes --watch"));
}

TEST_F(QuestionsTest, AnAnswerFindsTheOwnerAndCarriesARequestId) {
  EXPECT_EQ(Run({"answer", "n1", "too_early", "--comment", "later", "--query", address()}),
            ExitCode::kOk)
      << err_;
  EXPECT_EQ(inbox_.answer.owner_id(), "eve");
  EXPECT_EQ(inbox_.answer.feedback(), v1::FEEDBACK_TOO_EARLY);
  EXPECT_EQ(inbox_.answer.comment(), "later");
  EXPECT_EQ(inbox_.answer.request_id().size(), 32u);
  EXPECT_THAT(out_, HasSubstr("It has left the inbox of eve"));
  EXPECT_EQ(Run({"answer", "n2", "too_early", "--query", address()}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("query knows no nudge n2"), HasSubstr("--owner")));
}

TEST_F(QuestionsTest, WithoutAServerTheLastSentenceOfTheWayIsSaid) {
  EXPECT_EQ(Run({"answer", "n1", "too_early", "--query", "127.0.0.1:1"}), ExitCode::kFailed);
  EXPECT_THAT(err_,
              HasSubstr("query at 127.0.0.1:1 did not say (no connection: Connection refused); "
                        "--owner says it, too"));
}

TEST_F(QuestionsTest, AWrongTokenIsSaidWithWhatToDo) {
  v1::RuntimeConfig config;
  config.set_rpc_address("127.0.0.1:0");
  v1::AccessToken& token = *config.add_tokens();
  token.set_name("crm");
  token.set_sha256(absl::BytesToHexString(Sha256("secret")));
  token.add_scopes(v1::SCOPE_INGEST);
  server_ = *rpc::Server::Start(config, {&relationships_});
  setenv("TEND_TOKEN", "wrong", /*overwrite=*/1);
  EXPECT_EQ(Run({"ready"}), ExitCode::kFailed);
  EXPECT_THAT(err_, HasSubstr("tend ready: set TEND_TOKEN"));
  setenv("TEND_TOKEN", "secret", /*overwrite=*/1);
  EXPECT_EQ(Run({"ready"}), ExitCode::kFailed);
  EXPECT_THAT(err_, HasSubstr("tend ready: ask for a token with that scope"));
  unsetenv("TEND_TOKEN");
}

TEST_F(QuestionsTest, AnAnswerThatComesTooLateSaysWhatStands) {
  EXPECT_EQ(Run({"answer", "n1", "right_time", "--query", address()}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("had left the inbox of eve before (answered, too early)"),
                          HasSubstr("tend answer: that stands, and nothing is left to do")));
  nudges_.state = v1::NUDGE_STATE_WITHDRAWN;
  EXPECT_EQ(Run({"answer", "n1", "too_early", "--query", address()}), ExitCode::kFailed);
  EXPECT_THAT(err_, HasSubstr("had left the inbox of eve before (withdrawn)"));
}

TEST_F(QuestionsTest, AnAnswerToWhatIsNotInTheInboxSaysSo) {
  for (const auto& [nudge, owner] : {std::pair("n2", "eve"), std::pair("n1", "tom")}) {
    EXPECT_EQ(Run({"answer", nudge, "too_early", "--owner", owner, "--query", address()}),
              ExitCode::kFailed);
    EXPECT_THAT(err_, AllOf(HasSubstr(absl::StrCat("no such nudge in the inbox of ", owner, "\n")),
                            HasSubstr("nothing was changed; 'tend nudges' shows each")));
  }
}

TEST_F(QuestionsTest, AnAnswerWhoseFateNobodyKnowsIsThankedWithAnIf) {
  EXPECT_EQ(Run({"answer", "n1", "too_early", "--owner", "eve", "--query", "127.0.0.1:1"}),
            ExitCode::kOk);
  EXPECT_THAT(out_, HasSubstr("if it is there"));
}

TEST_F(QuestionsTest, RejectsAreListedByPlaceAndShownWithTheirBytesMadeSafe) {
  EXPECT_EQ(Run({"rejects", "list", "--file", "a.csv"}), ExitCode::kOk) << err_;
  EXPECT_EQ(operations_.list.filter().file(), "a.csv");
  EXPECT_THAT(out_, AllOf(HasSubstr("2/17"), HasSubstr("time invalid"), HasSubstr("a.csv:3")));
  EXPECT_EQ(Run({"rejects", "show", "2/17"}), ExitCode::kOk) << err_;
  EXPECT_EQ(operations_.list.filter().position().partition(), 2);
  EXPECT_EQ(operations_.list.filter().position().offset(), 17);
  EXPECT_THAT(out_, AllOf(HasSubstr("Ann, [2J"), Not(HasSubstr("\033"))));
  EXPECT_EQ(Run({"rejects", "show", "2/18"}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("from tend.interactions.v1/1@3\nno bytes are kept\n"));
  EXPECT_EQ(Run({"rejects", "show", "0/1"}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("no reject is at 0/1\n"),
                          HasSubstr("tend rejects: 'tend rejects list' shows the places")));
  EXPECT_EQ(operations_.list.filter().position().offset(), 1);
  EXPECT_EQ(Run({"rejects", "show", "a.csv"}), ExitCode::kRejected);
  EXPECT_THAT(err_, HasSubstr("as 'tend rejects list' shows it"));
}

class PublishTest : public QuestionsTest {
 protected:
  // A file of these lines.
  std::string FileOf(const std::string& lines) {
    const auto path = std::filesystem::path(testing::TempDir()) / "publish_test.jsonl";
    std::ofstream(path) << lines;
    return path.string();
  }
};

TEST_F(PublishTest, EveryLineIsAcceptedOrToldByItsPlace) {
  const std::string file = FileOf(R"({"id":"a"}

{"id":"b","nonsense":1}
{"recordId":
{}
{"id":"c"})");
  EXPECT_EQ(Run({"publish", file}), ExitCode::kRejected);
  EXPECT_THAT(out_, HasSubstr("2 interactions accepted, 3 rejected"));
  EXPECT_THAT(err_, AllOf(HasSubstr(absl::StrCat(file, ":3: not an Interaction")),
                          HasSubstr("nonsense"), HasSubstr(absl::StrCat(file, ":4: not")),
                          HasSubstr(absl::StrCat(file, ":5: id: is missing"))));
}

TEST_F(PublishTest, ALongLineIsToldAndTheNextOnesGoOn) {
  const std::string file = FileOf(absl::StrCat("\xef\xbb\xbf{\"id\":\"a\"}\n",
                                               std::string(3 << 20, 'x'), "\n{\"id\":\"b\"}\n"));
  EXPECT_EQ(Run({"publish", file}), ExitCode::kRejected);
  EXPECT_THAT(out_, HasSubstr("2 interactions accepted, 1 rejected"));
  EXPECT_THAT(err_, HasSubstr(absl::StrCat(file, ":2: a line of over 1048576 bytes")));
}

TEST_F(PublishTest, JsonGivesTheBytesOfALineThatWasNotSent) {
  EXPECT_EQ(Run({"publish", FileOf("{\xff\n"), "--json"}), ExitCode::kRejected);
  EXPECT_THAT(out_, HasSubstr(R"("value":"e/8=")"));
  EXPECT_EQ(err_, "");
}

TEST_F(PublishTest, JsonIsAResultALine) {
  const std::string file = FileOf("{\"id\":\"a\"}\n{}\n");
  EXPECT_EQ(Run({"publish", file, "--json"}), ExitCode::kRejected);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 2);
  EXPECT_THAT(out_, AllOf(HasSubstr("\"interactionId\":\"a\""), HasSubstr("\"line\":\"2\"")));
}

TEST_F(PublishTest, WhileIngestIsAwayTheSameRequestIsTriedAgain) {
  ingest_.away = 2;
  EXPECT_EQ(Run({"publish", FileOf("{\"id\":\"a\"}\n")}), ExitCode::kOk) << err_;
  ASSERT_EQ(ingest_.requests.size(), 3u);
  EXPECT_EQ(ingest_.requests[0].request_id().size(), 32u);
  EXPECT_EQ(ingest_.requests[0].request_id(), ingest_.requests[2].request_id());
  EXPECT_THAT(err_, HasSubstr("Kafka is away; line 1 waits"));
}

TEST_F(PublishTest, WhoHasNoPatienceIsToldWhereToGoOn) {
  ingest_.away = 1;
  EXPECT_EQ(Run({"publish", FileOf("\n\n{\"id\":\"a\"}\n"), "--patience", "0"}), ExitCode::kFailed);
  EXPECT_THAT(err_, HasSubstr("lines from 3 on are left to send"));
  EXPECT_EQ(ingest_.requests.size(), 1u);
}

TEST_F(QuestionsTest, JsonIsOneObjectAndHasNoWords) {
  EXPECT_EQ(Run({"show", kAnn, "--json"}), ExitCode::kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("\"stage\": \"STAGE_READY\""), Not(HasSubstr("chance"))));
}

}  // namespace
}  // namespace tend::cli
