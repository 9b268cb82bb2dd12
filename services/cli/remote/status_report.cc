#include "services/cli/remote/status_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/model/proto_time.h"
#include "services/cli/json.h"
#include "services/cli/progress.h"
#include "services/cli/remote/question.h"
#include "services/cli/table.h"
#include "services/cli/view_text.h"

namespace tend::cli {
namespace {

constexpr char kNothing[] = "-";
constexpr char kNull[] = "null";

const v1::FlowStage* StageOf(const v1::GetFlowResponse& flow, const std::string& service) {
  for (const v1::FlowStage& stage : flow.stages()) {
    if (stage.service() == service) return &stage;
  }
  return nullptr;
}

// Ingest reads no topic.
bool KnowsLags(const v1::FlowStage& stage) {
  return stage.service() == "ingest" || !stage.lags().empty();
}

int64_t Behind(const v1::FlowStage& stage) {
  int64_t behind = 0;
  for (const v1::PartitionLag& lag : stage.lags()) behind += lag.end_offset() - lag.next_offset();
  return behind;
}

// InfiniteFuture: nothing is unread.
absl::Time OldestUnread(const v1::FlowStage& stage) {
  absl::Time oldest = absl::InfiniteFuture();
  for (const v1::PartitionLag& lag : stage.lags()) {
    if (lag.has_oldest_unread_time()) {
      oldest = std::min(oldest, model::ToTime(lag.oldest_unread_time()));
    }
  }
  return oldest;
}

absl::Duration AgeOf(absl::Time oldest, const v1::GetFlowResponse& flow) {
  return std::max(absl::ZeroDuration(), model::ToTime(flow.as_of_time()) - oldest);
}

std::string Rate(double rate) {
  return rate >= 100 ? WithCommas(std::llround(rate)) : absl::StrFormat("%.1f", rate);
}

std::string Latency(const google::protobuf::Duration& duration) {
  const double seconds = static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9;
  if (seconds < 1) return absl::StrCat(std::llround(seconds * 1000), " ms");
  return FormatSpan(absl::Seconds(seconds));
}

// What stands behind name and state.
std::vector<Cell> CellsOf(const v1::FlowStage* stage, const v1::GetFlowResponse& flow) {
  if (stage == nullptr) return {};
  std::vector<Cell> cells(7, kNothing);
  if (stage->instances() > 0) {
    int64_t rejects = 0;
    for (const v1::RejectCount& entry : stage->rejects()) rejects += entry.count();
    cells[0] = Rate(stage->receive_rate());
    cells[1] = WithCommas(stage->received());
    cells[2] = WithCommas(rejects);
  }
  if (!stage->lags().empty()) {
    const absl::Time oldest = OldestUnread(*stage);
    cells[3] = WithCommas(Behind(*stage));
    if (oldest < absl::InfiniteFuture()) cells[4] = FormatSpan(AgeOf(oldest, flow));
  } else if (!KnowsLags(*stage)) {
    cells[3] = "?";
  }
  if (stage->has_latency_p50()) cells[5] = Latency(stage->latency_p50());
  if (stage->has_latency_p99()) cells[6] = Latency(stage->latency_p99());
  return cells;
}

std::string FreshnessText(const v1::GetFlowResponse& flow, absl::Time now) {
  const Freshness freshness = FreshnessOf(flow, now);
  std::string text = "Freshness: ";
  switch (freshness.kind) {
    case Freshness::Kind::kRead:
      absl::StrAppend(&text, "everything is read");
      break;
    case Freshness::Kind::kBehind:
      absl::StrAppend(&text, FormatSpan(freshness.age), "; so long has the oldest unread record ",
                      "waited for ", freshness.service);
      break;
    case Freshness::Kind::kUnknown:
      // How far query is its tables tell. It is the last: of all others Kafka has told.
      absl::StrAppend(&text, "unknown; ", freshness.service == "query" ? "PostgreSQL" : "Kafka",
                      " does not tell how far ", freshness.service, " is");
      break;
    case Freshness::Kind::kStale:
      return absl::StrCat(text, "STALE; all of this is as of ", FormatSpan(freshness.looked_ago),
                          " ago, and query looks every 10 s: does PostgreSQL hang, or Kafka? ",
                          "'tend status --direct' asks Kafka.\n");
  }
  return absl::StrCat(text, " (as of ", FormatSpan(freshness.looked_ago), " ago).\n");
}

// What was refused and what went wrong since the services started, where there is any.
std::string TroubleText(const v1::GetFlowResponse& flow) {
  std::string text;
  for (const v1::FlowStage& stage : flow.stages()) {
    std::vector<std::string> rejects, errors;
    for (const v1::RejectCount& entry : stage.rejects()) {
      const std::string name = v1::RejectReason_Name(entry.reason());
      rejects.push_back(absl::StrCat(WithCommas(entry.count()), " ",
                                     PlainWords(name, sizeof("REJECT_REASON_") - 1)));
    }
    for (const v1::ErrorCount& entry : stage.errors()) {
      errors.push_back(absl::StrCat(WithCommas(entry.count()), " ", entry.code()));
    }
    for (const auto& [what, words] : {std::pair("Rejects", &rejects), {"Errors", &errors}}) {
      if (words->empty()) continue;
      absl::StrAppend(&text, what, " of ", stage.service(),
                      " since its start: ", absl::StrJoin(*words, ", "), ".\n");
    }
  }
  return text;
}

std::string HopsText(const StatusReport& report, const TerminalStyle& style) {
  if (!report.hops.ok()) return "How far behind the hops are, nobody tells.\n";
  Table table({{"hop"}, {"reads"}, {"written", true}, {"behind", true}});
  for (const HopLag& hop : *report.hops) {
    table.AddRow({hop.service, hop.topic, WithCommas(hop.written), WithCommas(hop.behind)});
  }
  return table.Format(style);
}

std::string StateOf(Freshness::Kind kind) {
  switch (kind) {
    case Freshness::Kind::kRead:
      return "read";
    case Freshness::Kind::kBehind:
      return "behind";
    case Freshness::Kind::kStale:
      return "stale";
    case Freshness::Kind::kUnknown:
      break;
  }
  return "unknown";
}

Json FreshnessJson(const v1::GetFlowResponse& flow, absl::Time now) {
  const Freshness freshness = FreshnessOf(flow, now);
  Json json;
  json.Put("state", StateOf(freshness.kind));
  if (freshness.service.empty()) {
    json.PutJson("service", kNull);
  } else {
    json.Put("service", freshness.service);
  }
  if (freshness.kind == Freshness::Kind::kBehind) {
    json.Put("oldestUnreadSeconds", absl::ToDoubleSeconds(freshness.age));
  } else {
    json.PutJson("oldestUnreadSeconds", kNull);
  }
  json.Put("lookedSecondsAgo", absl::ToDoubleSeconds(freshness.looked_ago));
  return json;
}

std::vector<Json> HopsJson(const std::vector<HopLag>& hops) {
  std::vector<Json> list;
  for (const HopLag& hop : hops) {
    Json& json = list.emplace_back();
    json.Put("service", hop.service);
    json.Put("topic", hop.topic);
    json.Put("written", hop.written);
    json.Put("behind", hop.behind);
  }
  return list;
}

}  // namespace

std::string StateOf(const absl::StatusOr<bool>& serving) {
  if (!serving.ok()) return "down";
  return *serving ? "serving" : "not serving";
}

Freshness FreshnessOf(const v1::GetFlowResponse& flow, absl::Time now) {
  Freshness freshness;
  freshness.looked_ago = std::max(absl::ZeroDuration(), now - model::ToTime(flow.as_of_time()));
  if (freshness.looked_ago > kStaleAfter) {
    freshness.kind = Freshness::Kind::kStale;
    return freshness;
  }
  absl::Time oldest = absl::InfiniteFuture();
  for (const v1::FlowStage& stage : flow.stages()) {
    if (!KnowsLags(stage)) {
      freshness.kind = Freshness::Kind::kUnknown;
      freshness.service = stage.service();
      return freshness;
    }
    if (OldestUnread(stage) >= oldest) continue;
    oldest = OldestUnread(stage);
    freshness.service = stage.service();
  }
  const bool behind = oldest < absl::InfiniteFuture();
  freshness.kind = behind ? Freshness::Kind::kBehind : Freshness::Kind::kRead;
  if (behind) freshness.age = AgeOf(oldest, flow);
  return freshness;
}

bool IsWell(const StatusReport& report, absl::Time now) {
  for (const ServiceState& service : report.services) {
    if (service.state != "serving") return false;
  }
  if (!report.flow.ok()) return report.direct && report.hops.ok();
  const Freshness::Kind kind = FreshnessOf(*report.flow, now).kind;
  return kind == Freshness::Kind::kRead || kind == Freshness::Kind::kBehind;
}

std::string StatusText(const StatusReport& report, absl::Time now, const TerminalStyle& style) {
  std::vector<Column> columns = {{"service"}, {"state"}};
  if (report.flow.ok()) {
    for (const char* title : {"rate/s", "received", "rejects", "behind", "waits", "p50", "p99"}) {
      columns.push_back({title, true});
    }
  } else {
    columns.push_back({"gRPC"});
  }
  Table table(columns);
  for (const ServiceState& service : report.services) {
    std::vector<Cell> row = {service.service, service.state};
    if (report.flow.ok()) {
      const v1::FlowStage* stage = StageOf(*report.flow, service.service);
      if (stage != nullptr && stage->instances() > 1) {
        row[1].text = absl::StrCat(service.state, " (", stage->instances(), ")");
      }
      for (Cell& cell : CellsOf(stage, *report.flow)) row.push_back(std::move(cell));
    } else {
      row.emplace_back(service.address);
    }
    table.AddRow(std::move(row));
  }
  std::string text = absl::StrCat(table.Format(style), "\n");
  if (!report.flow.ok()) return absl::StrCat(text, HopsText(report, style));
  return absl::StrCat(text, FreshnessText(*report.flow, now), TroubleText(*report.flow));
}

std::string StatusJson(const StatusReport& report, absl::Time now) {
  Json json;
  json.Put("well", IsWell(report, now));
  std::vector<Json> services;
  for (const ServiceState& service : report.services) {
    Json& one = services.emplace_back();
    one.Put("service", service.service);
    one.Put("state", service.state);
    one.Put("address", service.address);
  }
  json.Put("services", services);
  if (report.flow.ok()) {
    std::string flow = JsonOf(*report.flow);
    absl::StripTrailingAsciiWhitespace(&flow);
    json.Put("freshness", FreshnessJson(*report.flow, now));
    json.PutJson("flow", flow);
  } else {
    json.PutJson("freshness", kNull);
    json.PutJson("flow", kNull);
  }
  if (!report.flow.ok() && report.hops.ok()) {
    json.Put("hops", HopsJson(*report.hops));
  } else {
    json.PutJson("hops", kNull);
  }
  return json.Text(1) + "\n";
}

}  // namespace tend::cli
