#include "services/ingest/web/source_door.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/rpc/http/connect.h"
#include "google/protobuf/util/json_util.h"
#include "services/ingest/connectors/delivery.h"
#include "services/ingest/connectors/webhook_signature.h"
#include "services/ingest/delivery_intake.h"

namespace tend::ingest {
namespace {

constexpr size_t kMaxBodyBytes = 1 << 20;
constexpr absl::string_view kAttributePrefix = "ce-";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

absl::StatusOr<Delivery> DeliveryOf(const rpc::HttpRequest& request) {
  Delivery delivery;
  delivery.content_type = request.Header("content-type");
  delivery.body = View(request.body);
  for (const auto& [name, value] : request.headers) {
    absl::string_view attribute = View(name);
    if (!absl::ConsumePrefix(&attribute, kAttributePrefix)) continue;
    TEND_ASSIGN_OR_RETURN(std::string decoded, DecodeEventHeader(View(value)));
    delivery.attributes.emplace_back(std::string(attribute.data(), attribute.size()),
                                     std::move(decoded));
  }
  return delivery;
}

std::string ToJson(const v1::DeliveryResult& result) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  TEND_CHECK(google::protobuf::util::MessageToJsonString(result, &json, options).ok());
  return json;
}

// The status as this door's senders understand it.
rpc::HttpResponse Refusal(const absl::Status& status) {
  if (!absl::IsUnimplemented(status)) return rpc::ConnectError(status);
  return rpc::HttpError(415, "invalid_argument", status.message());
}

}  // namespace

rpc::HttpRoute SourceDoor::Route() const {
  rpc::HttpRoute route;
  route.prefix = absl::StrCat("/v1/sources/", source_.name);
  route.max_body_bytes = kMaxBodyBytes;
  route.admit = [this](const rpc::HttpRequest& request) { return Admit(request); };
  route.answer = [this](const rpc::HttpRequest& request) { return Answer(request); };
  return route;
}

std::optional<rpc::HttpResponse> SourceDoor::Admit(const rpc::HttpRequest& request) const {
  if (request.path != absl::StrCat("/v1/sources/", source_.name)) {
    return rpc::HttpError(404, "not_found", "there is no such source");
  }
  if (request.method != "POST") {
    rpc::HttpResponse response = rpc::HttpError(405, "unimplemented", "deliver by POST");
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  if (!request.Header("content-encoding").empty()) {
    return rpc::HttpError(415, "invalid_argument", "send the body without content-encoding");
  }
  if (!source_.keys.empty()) return std::nullopt;  // the signature is over the body
  const absl::Status allowed =
      access_.CheckScope(v1::SCOPE_INGEST, request.Header("authorization"));
  if (!allowed.ok()) return rpc::ConnectError(allowed);
  return std::nullopt;
}

rpc::HttpResponse SourceDoor::Answer(const rpc::HttpRequest& request) const {
  const absl::Time now = clock_.Now();
  if (!source_.keys.empty()) {
    const SignedHeaders headers{request.Header("webhook-id"), request.Header("webhook-timestamp"),
                                request.Header("webhook-signature")};
    const absl::Status verified = VerifySignature(source_.keys, headers, View(request.body), now);
    if (!verified.ok()) return Refusal(verified);
  }
  const absl::StatusOr<Delivery> delivery = DeliveryOf(request);
  if (!delivery.ok()) return Refusal(delivery.status());
  const absl::StatusOr<v1::DeliveryResult> result =
      TakeDelivery(*delivery, source_, now, publisher_);
  if (!result.ok()) return Refusal(result.status());
  rpc::HttpResponse response;
  response.body = ToJson(*result);
  return response;
}

}  // namespace tend::ingest
