// `tend import` against a door that answers as written here.

#include "services/cli/remote/import_command.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/rpc/http/server.h"
#include "common/rpc/server.h"
#include "common/runtime/text_config.h"
#include "common/testing/certificates.h"
#include "tend/v1/ingest_service.grpc.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kRows[] = "name,email\nAnn,ann@example.com\nBob,,too,many\n";

class Door final : public v1::IngestService::Service {
 public:
  grpc::Status ImportList(grpc::ServerContext* context,
                          grpc::ServerReader<v1::ImportListRequest>* reader,
                          v1::ImportListResponse* response) override {
    v1::ImportListRequest request;
    called = true;
    bytes.clear();
    while (reader->Read(&request)) {
      if (request.has_header()) header = request.header();
      bytes += request.chunk();
    }
    if (goes_away) received.count_down();
    while (goes_away && !context->IsCancelled()) std::this_thread::yield();
    *response = answer;
    return status;
  }

  bool called = false;
  bool goes_away = false;  // before it answers
  std::latch received{1};
  v1::ImportListHeader header;
  std::string bytes;
  v1::ImportListResponse answer;
  grpc::Status status;
};

class ImportCommandTest : public ::testing::Test {
 protected:
  ImportCommandTest() : folder_(absl::StrCat(testing::TempDir(), "/import_command_test")) {
    std::filesystem::create_directories(folder_);
    server_ = *rpc::Server::Start("127.0.0.1:0", {&door_});
    address_ = absl::StrCat("127.0.0.1:", server_->port());
    Answer("import_id: 'abc' rows: 2 accepted_rows: 2");
  }
  ~ImportCommandTest() override { std::filesystem::remove_all(folder_); }

  void Answer(const std::string& text) {
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &door_.answer)) << text;
  }
  std::string Write(const std::string& name, const std::string& bytes) {
    std::string path = absl::StrCat(folder_, "/", name);
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string WritePacked(const std::string& name, const std::string& bytes) {
    std::string path = absl::StrCat(folder_, "/", name);
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path;
  }

  // Runs "tend import WORDS..."; what it wrote is in out_ and err_.
  ExitCode Import(std::vector<std::string> words) {
    CLI::App app("test", "tend");
    ExitCode exit_code = ExitCode::kFailed;
    AddImportCommand(app, exit_code);
    words.insert(words.begin(), "import");
    words.insert(words.end(), {"--server", address_});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // as CLI11 takes them
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  const std::string folder_;
  Door door_;
  std::unique_ptr<rpc::Server> server_;
  std::string address_;
  std::string out_, err_;
};

// A socket that listens on this port of the loopback, before anybody of ours does.
int ListenAt(const std::string& address) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.sin_port = htons(static_cast<uint16_t>(ParseHostAndPort(address)->port));
  EXPECT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&place), sizeof place), 0);
  EXPECT_EQ(listen(listener, 1), 0);
  return listener;
}

constexpr char kRejects[] = R"(import_id: 'abc' rows: 14 accepted_rows: 2 rejected_rows: 12
  rejects { reason: REJECT_REASON_TIME_INVALID field: 'time' detail: 'no such day'
            file { file: 'people.csv' line: 3 } }
  rejects { reason: REJECT_REASON_MALFORMED detail: 'too many cells' file { file: 'people.csv' line: 5 } })";

TEST_F(ImportCommandTest, RejectedRowsAreNamedWithTheCommandThatShowsAll) {
  Answer(kRejects);
  EXPECT_EQ(Import({"list", Write("people.csv", kRows)}), ExitCode::kRejected) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("14 rows read in "),
                          HasSubstr("2 interactions accepted, 12 rejected. Import abc\n"),
                          HasSubstr("people.csv:3  time invalid  time   no such day\n"),
                          HasSubstr("people.csv:5  malformed            too many cells\n"),
                          HasSubstr("... and 10 more."),
                          HasSubstr("tend rejects list --import abc --limit 12\n")));
  EXPECT_EQ(err_, "");
}

TEST_F(ImportCommandTest, JsonIsOneObjectWithTheFirstRejects) {
  Answer(kRejects);
  EXPECT_EQ(Import({"interactions", Write("people.csv", kRows), "--json"}), ExitCode::kRejected);
  google::protobuf::Struct object;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(out_, &object).ok()) << out_;
  const auto& rejects = object.fields().at("rejects").list_value();
  ASSERT_EQ(rejects.values_size(), 2);
  EXPECT_EQ(rejects.values(0).struct_value().fields().at("field").string_value(), "time");
}

TEST_F(ImportCommandTest, WithoutRejectsNothingMoreIsSaid) {
  EXPECT_EQ(Import({"list", Write("people.csv", kRows)}), ExitCode::kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("0 rejected"), Not(HasSubstr("tend rejects"))));
}

TEST_F(ImportCommandTest, APackedFileIsSentUnpackedUnderItsOwnName) {
  EXPECT_EQ(Import({"list", WritePacked("people.csv.gz", kRows), "--map", "contact_list"}),
            ExitCode::kOk)
      << err_;
  EXPECT_EQ(door_.bytes, kRows);
  EXPECT_EQ(door_.header.file_name(), "people.csv");
  EXPECT_EQ(door_.header.mapping_name(), "contact_list");
  EXPECT_EQ(door_.header.sha256(), absl::BytesToHexString(Sha256(kRows)));
}

TEST_F(ImportCommandTest, ADamagedFileIsSaidBeforeAnyByteIsSent) {
  const std::string path = WritePacked("people.csv.gz", std::string(kRows));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 9);
  EXPECT_EQ(Import({"list", path}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("people.csv.gz is damaged near its byte "),
                          HasSubstr("tend import list: fetch or pack the file anew")));
  EXPECT_FALSE(door_.called);
}

TEST_F(ImportCommandTest, AMappingThatIngestDoesNotKnowIsABadArgument) {
  door_.status = {grpc::StatusCode::NOT_FOUND, "no mapping \"hubspt\""};
  EXPECT_EQ(Import({"list", Write("people.csv", kRows), "--map", "hubspt"}), ExitCode::kRejected);
  EXPECT_THAT(err_, HasSubstr("tend import list: --map: no mapping \"hubspt\"\n"));
}

TEST_F(ImportCommandTest, AFileThatCameBeforeIsRefusedWithTheOptionThatHelps) {
  door_.status = {grpc::StatusCode::ALREADY_EXISTS, "this file came already"};
  EXPECT_EQ(Import({"list", Write("people.csv", kRows)}), ExitCode::kRejected);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_,
              AllOf(HasSubstr("tend import list: this file came already"), HasSubstr("--again")));
}

constexpr char kSendAgain[] =
    "tend import list: run the same command again: it sends all rows, and those that are stored "
    "are dropped by their ids";

TEST_F(ImportCommandTest, WhatBrokeOffInTheMiddleIsSaidInOurWords) {
  door_.goes_away = true;
  std::jthread end([&] {
    door_.received.wait();
    server_.reset();
  });
  EXPECT_EQ(Import({"list", Write("people.csv", kRows)}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("tend import list: the connection was closed at the other end; "
                                    "45 of 45 bytes were sent, and nobody said how many rows"),
                          HasSubstr(kSendAgain)));
}

TEST_F(ImportCommandTest, WhatIngestCouldNotStoreIsSaidWithItsReason) {
  door_.status = {grpc::StatusCode::UNAVAILABLE, "the log does not answer"};
  EXPECT_EQ(Import({"list", Write("people.csv", kRows)}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("the log does not answer; 45 of 45 bytes were sent"),
                          HasSubstr(kSendAgain)));
}

// Takes one connection and closes it, then the port.
void HangUpOnce(int listener) {
  const int connection = accept(listener, nullptr, nullptr);
  close(listener);
  close(connection);
}

TEST_F(ImportCommandTest, AnIngestThatIsNotThereYetIsWaitedFor) {
  server_.reset();
  const int listener = ListenAt(address_);
  std::jthread start([&] {
    HangUpOnce(listener);
    server_ = *rpc::Server::Start(address_, {&door_});
  });
  EXPECT_EQ(Import({"list", Write("people.csv", kRows)}), ExitCode::kOk) << err_;
}

TEST_F(ImportCommandTest, WhyItWaitsIsToldAtOnceAndInTheCommandsName) {
  server_.reset();
  EXPECT_EQ(Import({"list", Write("people.csv", kRows), "--patience", "1"}), ExitCode::kFailed);
  const std::string away =
      absl::StrCat("tend import list: ", address_, ": no connection: Connection refused");
  const std::string end = absl::StrCat(away, "\ntend import list: is the service at ", address_,
                                       " up, with Kafka and PostgreSQL? 'tend status' says; then "
                                       "run the command again\n");
  EXPECT_THAT(err_, AllOf(StartsWith(absl::StrCat(away, "; this waits for at most ")),
                          EndsWith(absl::StrCat("s\n", end))));
}

// Nobody waits a minute for what stays as it is.
TEST_F(ImportCommandTest, AWrongAddressIsToldAtOnceWithWhatToDo) {
  const Certificates made, others;
  v1::RuntimeConfig config;
  config.set_rpc_address("127.0.0.1:0");
  config.set_http_address("127.0.0.1:0");
  const auto json = *rpc::HttpServer::Start(config, {});
  config.mutable_tls()->set_certificate_file(made.server());
  config.mutable_tls()->set_key_file(made.server_key());
  const auto tls = *rpc::Server::Start(config);
  config.set_rpc_address("127.0.0.2:0");
  const auto unnamed = *rpc::Server::Start(config);
  const auto at = [](const auto& server) { return absl::StrCat("127.0.0.1:", server->port()); };
  const struct {
    std::string address, ca_file;
    const char *message, *advice;
  } cases[] = {
      // RFC 7686: no name service is asked for it.
      {"tend.onion:7410", "", "there is no such host", "how the host's name is written"},
      {at(json), "", "the other end speaks no gRPC", "is that its port of JSON"},
      {at(server_), made.authority(), "the other end speaks no TLS", "leave the authority out"},
      {at(tls), others.authority(), "its certificate cannot be verified", "that signed it"},
      {absl::StrCat("127.0.0.2:", unnamed->port()), made.authority(),
       "its certificate is for another name", "a name that its certificate has"},
  };
  const std::string file = Write("people.csv", kRows);
  for (const auto& wrong : cases) {
    address_ = wrong.address;
    std::vector<std::string> words = {"list", file};
    if (!wrong.ca_file.empty()) words.insert(words.end(), {"--ca", wrong.ca_file});
    EXPECT_EQ(Import(words), ExitCode::kFailed) << wrong.message;
    EXPECT_THAT(err_, AllOf(HasSubstr(absl::StrCat("tend import list: ", address_,
                                                   ": no connection: ", wrong.message, "\n")),
                            HasSubstr(wrong.advice), Not(HasSubstr("this waits"))));
  }
}

// It may be a proxy before an ingest that starts.
TEST_F(ImportCommandTest, WhoHangsUpIsWaitedForAndWhatItMayBeIsTold) {
  const Certificates made;
  v1::RuntimeConfig config;
  config.set_rpc_address("127.0.0.1:0");
  config.mutable_tls()->set_certificate_file(made.server());
  config.mutable_tls()->set_key_file(made.server_key());
  const auto tls = *rpc::Server::Start(config);
  config.mutable_tls()->set_client_ca_file(made.authority());
  const auto mutual = *rpc::Server::Start(config);
  const std::string file = Write("people.csv", kRows);
  address_ = absl::StrCat("127.0.0.1:", tls->port());
  EXPECT_EQ(Import({"list", file, "--patience", "1"}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("no connection: the other end hung up; this waits"),
                          HasSubstr("does it ask for TLS (--ca")));
  address_ = absl::StrCat("127.0.0.1:", mutual->port());
  EXPECT_EQ(Import({"list", file, "--patience", "1", "--ca", made.authority()}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("no connection: the other end hung up; this waits"),
                          HasSubstr("for a certificate (certificate_file)")));
}

TEST_F(ImportCommandTest, WithoutPatienceAnIngestThatIsAwayIsToldAtOnce) {
  server_.reset();
  EXPECT_EQ(Import({"list", Write("people.csv", kRows), "--patience", "0"}), ExitCode::kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("no connection: Connection refused\n"),
                          Not(HasSubstr("bytes were sent"))));
}

}  // namespace
}  // namespace tend::cli
