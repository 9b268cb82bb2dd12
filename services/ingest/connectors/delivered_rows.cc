#include "services/ingest/connectors/delivered_rows.h"

#include <simdjson.h>

#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"

namespace tend::ingest {
namespace {

using Kind = DeliveredRow::Kind;
using simdjson::dom::element;

constexpr absl::string_view kEvents = "application/cloudevents";
constexpr char kSpecVersion[] = "1.0";

std::string Str(absl::string_view s) { return {s.data(), s.size()}; }

// Without its parameters.
absl::string_view MediaOf(absl::string_view content_type) {
  return absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';')));
}

bool IsJson(absl::string_view media) {
  return media.empty() || absl::EqualsIgnoreCase(media, "application/json") ||
         absl::EndsWithIgnoreCase(media, "+json");
}

// In quotes, escaped. REQUIRES: UTF-8.
std::string JsonText(absl::string_view text) {
  google::protobuf::StringValue value;
  value.set_value(text.data(), text.size());
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(value, &json);
  return status.ok() ? json : "\"\"";
}

DeliveredRow FaultRow(const Fault& fault, std::string bytes) {
  return {Kind::kFault, std::move(bytes), fault};
}

std::string TextOf(element object, const char* name) {
  std::string_view text;
  return object.at_key(name).get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// What a CloudEvent cannot do without.
std::optional<Fault> CheckEvent(element event) {
  if (!event.is_object()) return Fault{v1::REJECT_REASON_FIELD_INVALID, "", "not a JSON object"};
  for (const char* name : {"id", "source", "specversion", "type"}) {
    if (TextOf(event, name).empty()) {
      return Fault{v1::REJECT_REASON_FIELD_MISSING, absl::StrCat("/", name),
                   absl::StrCat("the event has no text ", name)};
    }
  }
  if (TextOf(event, "specversion") != kSpecVersion) {
    return Fault{v1::REJECT_REASON_VERSION_UNKNOWN, "/specversion", "only 1.0 is known here"};
  }
  element ignored;
  if (event.at_key("data").get(ignored) == simdjson::SUCCESS &&
      event.at_key("data_base64").get(ignored) == simdjson::SUCCESS) {
    return Fault{v1::REJECT_REASON_FIELD_INVALID, "/data_base64", "beside data"};
  }
  return std::nullopt;
}

DeliveredRow EventRow(element event) {
  std::string text = simdjson::minify(event);
  if (const std::optional<Fault> fault = CheckEvent(event))
    return FaultRow(*fault, std::move(text));
  if (TextOf(event, "type") != kInteractionEventType) return {Kind::kMapped, std::move(text), {}};
  element data;
  if (event.at_key("data").get(data) == simdjson::SUCCESS) {
    return {Kind::kOwnJson, simdjson::minify(data), {}};
  }
  std::string bytes;
  if (!absl::Base64Unescape(TextOf(event, "data_base64"), &bytes) || bytes.empty()) {
    return FaultRow({v1::REJECT_REASON_FIELD_MISSING, "/data", "the event has no data"},
                    std::move(text));
  }
  return {Kind::kOwnBytes, std::move(bytes), {}};
}

DeliveredRow PlainRow(element value) { return {Kind::kMapped, simdjson::minify(value), {}}; }

// A body that is no JSON is one fault.
std::optional<DeliveredRow> Parse(absl::string_view body, simdjson::dom::parser& parser,
                                  element& root) {
  const simdjson::error_code error =
      parser.parse(body.data(), body.size(), /*realloc_if_needed=*/true).get(root);
  if (error == simdjson::SUCCESS) return std::nullopt;
  return FaultRow(
      {v1::REJECT_REASON_MALFORMED, "", absl::StrCat("not JSON: ", simdjson::error_message(error))},
      Str(body));
}

using RowMaker = DeliveredRow (*)(element);

// A row for each element of an array; anything else is one row.
std::vector<DeliveredRow> CutJson(absl::string_view body, RowMaker make) {
  simdjson::dom::parser parser;
  element root;
  if (std::optional<DeliveredRow> fault = Parse(body, parser, root)) return {*std::move(fault)};
  simdjson::dom::array array;
  if (root.get_array().get(array) != simdjson::SUCCESS) return {make(root)};
  std::vector<DeliveredRow> rows;
  for (const element value : array) rows.push_back(make(value));
  return rows;
}

// A binary event as the structured one it means.
DeliveredRow CutBinary(const Delivery& delivery) {
  std::string event = "{";
  for (const auto& [name, value] : delivery.attributes) {
    absl::StrAppend(&event, JsonText(name), ":", JsonText(value), ",");
  }
  const absl::string_view media = MediaOf(delivery.content_type);
  absl::StrAppend(&event, "\"datacontenttype\":",
                  JsonText(media.empty() ? absl::string_view("application/json") : media));
  simdjson::dom::parser parser;
  element data;
  if (!IsJson(media)) {
    absl::StrAppend(&event, ",\"data_base64\":\"", absl::Base64Escape(delivery.body), "\"");
  } else if (!delivery.body.empty()) {
    if (std::optional<DeliveredRow> fault = Parse(delivery.body, parser, data)) return *fault;
    absl::StrAppend(&event, ",\"data\":", std::string(simdjson::minify(data)));
  }
  event += '}';
  DeliveredRow row = CutJson(event, EventRow).front();
  if (row.kind == Kind::kFault) row.bytes = Str(delivery.body);  // as they came
  return row;
}

bool HasAttribute(const Delivery& delivery, absl::string_view name) {
  for (const auto& [key, value] : delivery.attributes) {
    if (name == absl::string_view(key.data(), key.size())) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<DeliveredRow>> CutDelivery(const Delivery& delivery) {
  const absl::string_view media = MediaOf(delivery.content_type);
  const bool structured = absl::StartsWithIgnoreCase(media, kEvents);  // one or a batch
  if (!structured && HasAttribute(delivery, "specversion")) {
    return std::vector<DeliveredRow>{CutBinary(delivery)};
  }
  if (!IsJson(media)) {
    return absl::UnimplementedError(absl::StrCat("content-type ", media, " is not understood"));
  }
  if (delivery.body.empty()) return absl::InvalidArgumentError("the body is empty");
  return CutJson(delivery.body, structured ? EventRow : PlainRow);
}

absl::StatusOr<std::string> DecodeEventHeader(absl::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  std::string text;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escaped = value[i] == '%' && i + 2 < value.size() &&
                         absl::ascii_isxdigit(static_cast<unsigned char>(value[i + 1])) &&
                         absl::ascii_isxdigit(static_cast<unsigned char>(value[i + 2]));
    if (!escaped) {
      text += value[i];
      continue;
    }
    text += absl::HexStringToBytes(value.substr(i + 1, 2));
    i += 2;
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return absl::InvalidArgumentError("a ce- header is no UTF-8");
  }
  return text;
}

}  // namespace tend::ingest
