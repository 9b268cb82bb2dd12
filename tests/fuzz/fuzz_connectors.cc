#include "tests/fuzz/fuzz_connectors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/check.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/ingest/connectors/delivery.h"
#include "services/ingest/connectors/interaction_json.h"
#include "services/ingest/connectors/line_reader.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/read_all.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/domain/acceptor.h"

namespace tend::fuzz {
namespace {

using ingest::ReadResult;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr size_t kMostRejected = 512 * 1024;  // Reject.value

constexpr std::array<absl::string_view, 5> kContentTypes = {
    "application/json", "application/cloudevents+json", "application/cloudevents-batch+json",
    "application/protobuf", "text/plain"};

constexpr char kJsonMapping[] = R"(
    name: "fuzz" description: "any JSON" json_lines {}
    source_system: "fuzz" source_instance: "{/tenant}" time { value: "{/time|/at}" }
    interactions {
      constants { form_sent {} }
      record_id: "{/id}"
      parties {
        role: PARTY_ROLE_FROM
        identifiers { kind: IDENTIFIER_KIND_EMAIL value: "{/data/email}" }
      }
      fields { path: "form_sent.form" value: "{/data/form}" }
    })";

const v1::Mapping& JsonMapping() {
  static const v1::Mapping& mapping = *new v1::Mapping([] {
    auto parsed = ingest::ParseMapping(kJsonMapping, "fuzz");
    TEND_CHECK(parsed.ok());
    return *std::move(parsed);
  }());
  return mapping;
}

ingest::MappingOptions Options(const v1::Mapping& mapping) {
  ingest::MappingOptions options;
  options.file = "fuzz";
  for (const auto& parameter : mapping.parameters()) {
    options.parameters[parameter.name()] = "eve@orchard.example";
  }
  return options;
}

// Whoever reads the topic can: text is UTF-8.
template <typename Message>
std::string Written(const Message& message) {
  std::string bytes = message.SerializeAsString();
  TEND_CHECK(Message().ParseFromString(bytes));
  return bytes;
}

void CheckReject(const v1::Reject& reject) {
  TEND_CHECK(reject.reason() != v1::REJECT_REASON_UNSPECIFIED);
  TEND_CHECK(!reject.detail().empty());
  TEND_CHECK(reject.value().size() <= kMostRejected);
  Written(reject);
}

void CheckAccepted(v1::Interaction interaction) {
  ingest::Acceptor acceptor;
  const ingest::AcceptResult result = acceptor.Accept(interaction, kNow);
  if (const auto* reject = std::get_if<v1::Reject>(&result)) return CheckReject(*reject);
  const auto* accepted = std::get_if<ingest::Accepted>(&result);
  if (accepted == nullptr) return;
  v1::Interaction read;
  TEND_CHECK(read.ParseFromArray(accepted->value.data(), static_cast<int>(accepted->value.size())));
  TEND_CHECK(accepted->value.size() <= ingest::kMaxInteractionBytes);
  TEND_CHECK(accepted->key.size() == sizeof(uint64_t));
}

std::string AllOf(const ReadResult& result) {
  std::string all = absl::StrCat(result.rows, " ", result.ignored, " ", result.short_rows, "\n");
  for (size_t i = 0; i < result.interactions.size(); ++i) {
    absl::StrAppend(&all, result.lines[i], " ", Written(result.interactions[i]), "\n");
  }
  for (const v1::Reject& reject : result.rejects) absl::StrAppend(&all, Written(reject), "\n");
  return all;
}

void CheckRead(const ReadResult& result) {
  TEND_CHECK(result.lines.size() == result.interactions.size());
  for (int64_t line : result.lines) TEND_CHECK(line >= 1);
  for (const v1::Interaction& interaction : result.interactions) CheckAccepted(interaction);
  for (const v1::Reject& reject : result.rejects) {
    CheckReject(reject);
    TEND_CHECK(reject.has_file() && reject.file().line() >= 1);
  }
}

void FuzzFile(const v1::Mapping& mapping, absl::string_view bytes) {
  const ingest::MappingOptions options = Options(mapping);
  const auto whole = ingest::ReadAll(mapping, options, bytes, bytes.size() + 1);
  TEND_CHECK(whole.ok());
  CheckRead(*whole);
  const auto pieces = ingest::ReadAll(mapping, options, bytes, 1 + bytes.size() % 61);
  TEND_CHECK(pieces.ok() && AllOf(*pieces) == AllOf(*whole));
  static_cast<void>(ingest::RecognizeMapping(bytes));  // finds one, or says why not
}

void FuzzDelivery(const ingest::Delivery& delivery) {
  const auto read = ingest::ReadDelivery(delivery, &JsonMapping(), Options(JsonMapping()));
  if (read.ok()) return CheckRead(*read);
  TEND_CHECK(absl::IsUnimplemented(read.status()) || absl::IsInvalidArgument(read.status()));
}

void FuzzBinaryEvent(absl::string_view bytes) {
  ingest::Delivery event{"application/json", {}, bytes};
  event.attributes = {{"specversion", "1.0"},
                      {"id", "1"},
                      {"source", "/fuzz"},
                      {"type", ingest::kInteractionEventType}};
  FuzzDelivery(event);
  event.content_type = "application/protobuf";
  FuzzDelivery(event);
}

// What is read is written by protobuf, and read from that, as the same.
void FuzzJson(absl::string_view bytes) {
  const std::string padded = absl::StrCat(bytes, std::string(ingest::LineReader::kPadding, ' '));
  v1::Interaction interaction, again;
  ingest::Fault fault;
  ingest::InteractionJson json;
  if (json.Read({padded.data(), bytes.size()}, &interaction, &fault) !=
      ingest::InteractionJson::Result::kInteraction) {
    return;
  }
  Written(interaction);
  CheckAccepted(interaction);
  std::string printed;
  if (!google::protobuf::util::MessageToJsonString(interaction, &printed).ok()) return;
  const size_t size = printed.size();
  printed.append(ingest::LineReader::kPadding, ' ');
  TEND_CHECK(json.Read({printed.data(), size}, &again, &fault) ==
             ingest::InteractionJson::Result::kInteraction);
  TEND_CHECK(google::protobuf::util::MessageDifferencer::Equals(interaction, again));
}

void FuzzHeader(absl::string_view bytes) {
  const auto value = ingest::DecodeEventHeader(bytes);
  if (!value.ok()) TEND_CHECK(absl::IsInvalidArgument(value.status()));
}

const std::vector<std::function<void(absl::string_view)>>& Choices() {
  static const auto& choices = *new std::vector<std::function<void(absl::string_view)>>([] {
    std::vector<std::function<void(absl::string_view)>> all = {FuzzJson, FuzzHeader,
                                                               FuzzBinaryEvent};
    for (absl::string_view type : kContentTypes) {
      all.emplace_back([type](absl::string_view bytes) { FuzzDelivery({type, {}, bytes}); });
    }
    all.emplace_back([](absl::string_view bytes) { FuzzFile(JsonMapping(), bytes); });
    for (const v1::Mapping& mapping : ingest::ReadyMappings()) {
      all.emplace_back([&mapping](absl::string_view bytes) { FuzzFile(mapping, bytes); });
    }
    return all;
  }());
  return choices;
}

constexpr char kInteraction[] =
    R"({"id":"1","source":{"system":"imap","recordId":"m"},"occurTime":"2026-03-02T09:00:00.25Z",)"
    R"("parties":[{"role":"PARTY_ROLE_FROM","identifiers":[{"kind":1,"raw":"ann@a.example"}]}],)"
    R"("messageSent":{"subject":"Abo\u0075t \ud83c\udf31"}})";
constexpr char kEvent[] =
    R"({"specversion":"1.0","id":"1","source":"/s","type":"tend.v1.Interaction","data":)";

}  // namespace

void FuzzConnectors(absl::string_view input) {
  if (input.empty()) return;
  Choices()[static_cast<uint8_t>(input[0]) % Choices().size()](input.substr(1));
}

std::vector<std::string> Seeds(const std::string& data) {
  std::vector<std::string> texts = {
      "",
      kInteraction,
      absl::StrCat(kEvent, kInteraction, "}"),
      absl::StrCat("[", kEvent, kInteraction, "}]"),
      "\"a%20b\"",
      R"({"tenant":"t","at":"2026-03-02T09:00:00Z","id":"7","data":{"email":"a@b.example","form":"f"}})"};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(data)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::vector<std::string> seeds;
  for (size_t choice = 0; choice < Choices().size(); ++choice) {
    for (const std::string& text : texts) {
      seeds.push_back(static_cast<char>(choice) + text);
    }
  }
  return seeds;
}

}  // namespace tend::fuzz
