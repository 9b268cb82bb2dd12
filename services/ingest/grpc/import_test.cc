// ImportList over real gRPC on loopback, with the log in memory.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/rpc/server.h"
#include "common/stream/memory_log.h"
#include "common/testing/messages_of.h"
#include "services/ingest/grpc/ingest_service.h"

namespace tend::ingest {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr char kList[] = "name,email\nAnn,ann@example.com\n";

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() {
    for (const char* topic : {"tend.interactions.v1", "tend.rejects.v1", "tend.ingest-state.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 1, stream::Cleanup::kDelete}).ok());
    }
    Restart();
  }

  // As a new process does.
  void Restart() {
    stub_.reset();
    server_.reset();
    handler_.reset();
    ledger_.emplace(log_, publisher_);
    handler_ = std::make_unique<IngestServiceHandler>(publisher_, *ledger_, clock_);
    server_ = *rpc::Server::Start("127.0.0.1:0", {handler_.get()});
    stub_ = v1::IngestService::NewStub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", server_->port()), grpc::InsecureChannelCredentials()));
  }

  // Sends a file in pieces of a few bytes.
  grpc::Status Import(const v1::ImportListHeader& header, const std::string& file,
                      v1::ImportListResponse* response) {
    grpc::ClientContext context;
    const auto writer = stub_->ImportList(&context, response);
    v1::ImportListRequest request;
    *request.mutable_header() = header;
    writer->Write(request);
    for (size_t at = 0; at < file.size(); at += 7) {
      request.set_chunk(file.substr(at, 7));
      writer->Write(request);
    }
    writer->WritesDone();
    return writer->Finish();
  }

  // The code of an import of the list.
  grpc::StatusCode ImportCode(const v1::ImportListHeader& header, const std::string& file = kList) {
    v1::ImportListResponse response;
    return Import(header, file, &response).error_code();
  }

  static v1::ImportListHeader ListHeader() {
    v1::ImportListHeader header;
    header.set_file_name("people.csv");
    header.set_mapping_name("contact_list");
    return header;
  }
  size_t Stored() {
    return stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1").size();
  }

  stream::ManualClock clock_{kNow};
  stream::MemoryLog log_{clock_};
  Publisher publisher_{log_};
  std::optional<ImportLedger> ledger_;
  std::unique_ptr<IngestServiceHandler> handler_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::IngestService::Stub> stub_;
};

TEST_F(ImportTest, AFileIsReadByItsMappingAndItsBadRowsAreKept) {
  v1::ImportListHeader header;
  header.set_file_name("interactions.jsonl");
  header.set_mapping_name("tend_jsonl");
  v1::ImportListResponse response;
  const std::string good =
      R"({"id":"1","source":{"system":"mail","record_id":"r"},"occurTime":"2026-01-01T00:00:00Z",)"
      R"("parties":[{"role":"PARTY_ROLE_FROM","identifiers":[{"kind":"IDENTIFIER_KIND_EMAIL","raw":"ann@example.com"}]}],)"
      R"("messageSent":{}})";
  const grpc::Status status =
      Import(header, absl::StrCat(good, "\n{broken\n", good, "\n"), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.rows(), 3);
  EXPECT_EQ(response.accepted_rows(), 2);
  EXPECT_EQ(response.rejected_rows(), 1);
  EXPECT_EQ(response.position().offset(), 1);
  EXPECT_EQ(response.import_id().size(), 32u);
  const auto rejects = stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1");
  ASSERT_EQ(rejects.size(), 1u);
  EXPECT_EQ(rejects[0].file().line(), 2);
  EXPECT_EQ(rejects[0].value(), "{broken");
}

TEST_F(ImportTest, RejectsKnowTheirImportWhereTheHeaderTellsTheHash) {
  // The first row is no interaction, the second one that no door takes: nobody has part in it.
  const std::string file =
      "{broken\n"
      R"({"id":"1","source":{"system":"mail","record_id":"r"},"occurTime":"2026-01-01T00:00:00Z","messageSent":{}})"
      "\n";
  v1::ImportListHeader header;
  header.set_file_name("interactions.jsonl");
  header.set_mapping_name("tend_jsonl");
  header.set_sha256(absl::BytesToHexString(Sha256({file.data(), file.size()})));
  v1::ImportListResponse response;
  ASSERT_TRUE(Import(header, file, &response).ok());
  const auto rejects = stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1");
  ASSERT_EQ(rejects.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const v1::Reject& reject = rejects[static_cast<size_t>(i)];
    EXPECT_EQ(reject.file().import_id(), response.import_id());
    EXPECT_EQ(reject.file().file(), "interactions.jsonl");
    EXPECT_EQ(reject.file().line(), i + 1);
    EXPECT_FALSE(reject.file().of_list());
    EXPECT_THAT(file, HasSubstr(reject.value())) << "the bytes as they came";
  }
  header.clear_sha256();
  header.set_again(true);
  ASSERT_TRUE(Import(header, file, &response).ok());
  EXPECT_TRUE(
      stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1").back().file().import_id().empty());
}

TEST_F(ImportTest, TheAnswerNamesTheFirstRejectsWithoutTheirBytes) {
  std::string file = "name,email\n";
  for (int i = 0; i < 12; ++i) absl::StrAppend(&file, "Ann,ann@example.com\nBob,,too,many\n");
  v1::ImportListHeader header = ListHeader();
  header.set_sha256(absl::BytesToHexString(Sha256({file.data(), file.size()})));
  v1::ImportListResponse response;
  ASSERT_TRUE(Import(header, file, &response).ok());
  EXPECT_EQ(response.rejected_rows(), 12);
  ASSERT_EQ(response.rejects_size(), 10);
  for (int i = 0; i < 10; ++i) {
    const v1::Reject& reject = response.rejects(i);
    EXPECT_EQ(reject.file().file(), "people.csv");
    EXPECT_EQ(reject.file().line(), 3 + 2 * i) << "as an editor counts: the header is line 1";
    EXPECT_EQ(reject.file().import_id(), response.import_id());
    EXPECT_TRUE(reject.file().of_list());
    EXPECT_EQ(reject.reason(), v1::REJECT_REASON_MALFORMED);
    EXPECT_FALSE(reject.detail().empty());
    EXPECT_TRUE(reject.value().empty());
  }
  EXPECT_EQ(stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1").back().value(),
            "Bob,,too,many");
}

TEST_F(ImportTest, ARejectNamesTheFieldAtFault) {
  v1::ImportListHeader header;
  header.set_file_name("mail.csv");
  header.set_mapping_name("mail_log");
  (*header.mutable_parameters())["domain"] = "ours.example";
  v1::ImportListResponse response;
  const grpc::Status status =
      Import(header, "from,to,time\nann@example.com,eve@ours.example,some day\n", &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.rejects_size(), 1) << response.DebugString();
  EXPECT_EQ(response.rejects(0).field(), "time") << "the column it has, of those it may have";
  EXPECT_EQ(response.rejects(0).file().line(), 2);
}

TEST_F(ImportTest, ARowOfAListHappensAsItComes) {
  v1::ImportListHeader header;
  header.set_file_name("people.csv");
  header.set_mapping_name("contact_list");
  v1::ImportListResponse response;
  const grpc::Status status = Import(header, "name,email\nAnn,ann@example.com\n", &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.accepted_rows(), 1) << response.DebugString();
  const auto stored = stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1");
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].occur_time().seconds(), absl::ToUnixSeconds(kNow));
}

TEST_F(ImportTest, AnUnknownMappingIsSaidBeforeAnyByte) {
  v1::ImportListHeader header;
  header.set_file_name("a.csv");
  header.set_mapping_name("nothing");
  v1::ImportListResponse response;
  const grpc::Status status = Import(header, "a,b\n", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("nothing"));
}

TEST_F(ImportTest, TheSameFileIsRefusedTheSecondTimeAlsoAfterARestart) {
  v1::ImportListHeader header = ListHeader();
  header.set_sha256(absl::BytesToHexString(Sha256(kList)));
  EXPECT_EQ(ImportCode(header), grpc::StatusCode::OK);
  EXPECT_EQ(ImportCode(header), grpc::StatusCode::ALREADY_EXISTS);
  Restart();
  header.set_file_name("another_name.csv");
  EXPECT_EQ(ImportCode(header), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Stored(), 1u);
  header.set_again(true);
  EXPECT_EQ(ImportCode(header), grpc::StatusCode::OK);
  EXPECT_EQ(Stored(), 2u);
}

TEST_F(ImportTest, WithoutItsHashARepeatIsSaidAtItsEnd) {
  EXPECT_EQ(ImportCode(ListHeader()), grpc::StatusCode::OK);
  EXPECT_EQ(ImportCode(ListHeader()), grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(ImportTest, OtherBytesOrAnotherMappingAreAnotherFile) {
  EXPECT_EQ(ImportCode(ListHeader()), grpc::StatusCode::OK);
  EXPECT_EQ(ImportCode(ListHeader(), absl::StrCat(kList, "Bob,bob@example.com\n")),
            grpc::StatusCode::OK);
  v1::ImportListHeader header = ListHeader();
  header.set_mapping_name("hubspot_contacts");
  EXPECT_NE(ImportCode(header, "First Name,Last Name,Email,Record ID\nAnn,A,ann@example.com,1\n"),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(ImportTest, AHashOfOtherBytesIsTheCallersFault) {
  v1::ImportListHeader header = ListHeader();
  header.set_sha256(absl::BytesToHexString(Sha256("other")));
  EXPECT_EQ(ImportCode(header), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ImportCode(ListHeader()), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace tend::ingest
