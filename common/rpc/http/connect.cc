#include "common/rpc/http/connect.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/rpc/unary_call.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace tend::rpc {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr absl::Duration kMaxTime = absl::Seconds(30);
constexpr size_t kMaxTimeoutDigits = 10;
constexpr absl::string_view kJson = "application/json";
constexpr absl::string_view kProto = "application/proto";

struct CodeRow {
  absl::StatusCode code;
  absl::string_view name;
  int http;
};
constexpr CodeRow kCodes[] = {
    {absl::StatusCode::kCancelled, "canceled", 499},
    {absl::StatusCode::kUnknown, "unknown", 500},
    {absl::StatusCode::kInvalidArgument, "invalid_argument", 400},
    {absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", 504},
    {absl::StatusCode::kNotFound, "not_found", 404},
    {absl::StatusCode::kAlreadyExists, "already_exists", 409},
    {absl::StatusCode::kPermissionDenied, "permission_denied", 403},
    {absl::StatusCode::kResourceExhausted, "resource_exhausted", 429},
    {absl::StatusCode::kFailedPrecondition, "failed_precondition", 400},
    {absl::StatusCode::kAborted, "aborted", 409},
    {absl::StatusCode::kOutOfRange, "out_of_range", 400},
    {absl::StatusCode::kUnimplemented, "unimplemented", 501},
    {absl::StatusCode::kInternal, "internal", 500},
    {absl::StatusCode::kUnavailable, "unavailable", 503},
    {absl::StatusCode::kDataLoss, "data_loss", 500},
    {absl::StatusCode::kUnauthenticated, "unauthenticated", 401},
};

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// Without parameters, as "; charset=utf-8".
bool IsMedia(absl::string_view content_type, absl::string_view media) {
  const absl::string_view bare = content_type.substr(0, content_type.find(';'));
  return absl::EqualsIgnoreCase(absl::StripTrailingAsciiWhitespace(bare), media);
}

// The unary method that a path names; null: there is none.
const MethodDescriptor* FindMethod(absl::string_view path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');  // "", service, method
  if (parts.size() != 3) return nullptr;
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(parts[1]);
  return service == nullptr ? nullptr : service->FindMethodByName(parts[2]);
}

std::unique_ptr<Message> New(const google::protobuf::Descriptor* type) {
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  TEND_CHECK(prototype != nullptr);
  return std::unique_ptr<Message>(prototype->New());
}

absl::StatusOr<absl::Duration> TimeLimitOf(absl::string_view milliseconds) {
  if (milliseconds.empty()) return kMaxTime;
  int64_t value = 0;
  if (milliseconds.size() > kMaxTimeoutDigits || !absl::SimpleAtoi(milliseconds, &value) ||
      value <= 0) {
    return absl::InvalidArgumentError("connect-timeout-ms is no positive number of ten digits");
  }
  return std::min(absl::Milliseconds(value), kMaxTime);
}

absl::Status FromJson(const std::string& json, Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the body: ", absl::string_view(status.message().data(), status.message().size())));
}

std::string ToJson(const Message& message) {
  std::string json;
  TEND_CHECK(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

absl::StatusOr<HttpResponse> Call(const std::shared_ptr<grpc::Channel>& channel,
                                  const HttpRequest& request) {
  const MethodDescriptor* method = FindMethod(View(request.path));
  const bool json = IsMedia(request.Header("content-type"), kJson);
  const std::unique_ptr<Message> question = New(method->input_type());
  TEND_ASSIGN_OR_RETURN(const absl::Duration limit,
                        TimeLimitOf(request.Header("connect-timeout-ms")));
  if (json) {
    TEND_RETURN_IF_ERROR(FromJson(request.body, question.get()));
  } else if (!question->ParseFromString(request.body)) {
    return absl::InvalidArgumentError("the body is no such message");
  }
  TEND_ASSIGN_OR_RETURN(std::string bytes,
                        CallUnary(channel, request.path, question->SerializeAsString(), limit));
  HttpResponse response;
  if (!json) {
    response.content_type = std::string(kProto.data(), kProto.size());
    response.body = std::move(bytes);
    return response;
  }
  const std::unique_ptr<Message> answer = New(method->output_type());
  if (!answer->ParseFromString(bytes)) return absl::InternalError("the answer cannot be read");
  response.body = ToJson(*answer);
  return response;
}

// For a method that nobody overrode gRPC has a code and no words.
absl::Status InWords(const absl::Status& status) {
  if (!absl::IsUnimplemented(status) || !status.message().empty()) return status;
  return absl::UnimplementedError("this method is not built yet");
}

// What is wrong with a request before its body is looked at.
std::optional<HttpResponse> Refusal(const HttpRequest& request, const Access& access) {
  const MethodDescriptor* method = FindMethod(View(request.path));
  if (method == nullptr) return HttpError(404, "unimplemented", "there is no such method");
  if (request.method != "POST") {
    HttpResponse response = HttpError(405, "unimplemented", "methods are called by POST");
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  const absl::string_view type = request.Header("content-type");
  const bool streams = method->client_streaming() || method->server_streaming();
  if (streams || (!IsMedia(type, kJson) && !IsMedia(type, kProto))) {
    HttpResponse response =
        HttpError(415, "unimplemented",
                  streams ? "this method streams: it is there by gRPC alone"
                          : "the content-type must be application/json or application/proto");
    response.headers.emplace_back("Accept-Post", absl::StrCat(kJson, ", ", kProto));
    return response;
  }
  const absl::string_view encoding = request.Header("content-encoding");
  if (!encoding.empty() && encoding != "identity") {
    return ConnectError(absl::UnimplementedError("content-encoding: only identity is supported"));
  }
  const absl::Status allowed = access.Check(View(request.path), request.Header("authorization"));
  if (!allowed.ok()) return ConnectError(allowed);
  return std::nullopt;
}

}  // namespace

HttpResponse ConnectError(const absl::Status& status) {
  const auto* row = std::find_if(std::begin(kCodes), std::end(kCodes),
                                 [&](const CodeRow& r) { return r.code == status.code(); });
  TEND_CHECK(row != std::end(kCodes));
  HttpResponse response = HttpError(row->http, row->name, status.message());
  if (row->http == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (row->http == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::vector<HttpRoute> ConnectRoutes(Server& server, const Access& access,
                                     const std::vector<std::string>& services) {
  const std::shared_ptr<grpc::Channel> channel = server.InProcessChannel();
  std::vector<HttpRoute> routes;
  for (const std::string& service : services) {
    HttpRoute& route = routes.emplace_back();
    route.prefix = absl::StrCat("/", service, "/");
    route.max_body_bytes = kMaxMessageBytes;
    route.admit = [&access](const HttpRequest& request) { return Refusal(request, access); };
    route.answer = [channel](const HttpRequest& request) {
      const absl::StatusOr<HttpResponse> response = Call(channel, request);
      return response.ok() ? *response : ConnectError(InWords(response.status()));
    };
  }
  return routes;
}

}  // namespace tend::rpc
