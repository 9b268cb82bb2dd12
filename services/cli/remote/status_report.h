// What `tend status` found out, and its words. Pure.

#ifndef TEND_SERVICES_CLI_REMOTE_STATUS_REPORT_H_
#define TEND_SERVICES_CLI_REMOTE_STATUS_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cli/remote/kafka_hops.h"
#include "services/cli/terminal.h"
#include "tend/v1/operations_service.pb.h"

namespace tend::cli {

struct ServiceState {
  std::string service;
  std::string address;  // of its gRPC
  std::string state;    // of StateOf
};

// "serving", "not serving"; "down" for an error. Of rpc::IsServing.
std::string StateOf(const absl::StatusOr<bool>& serving);

struct StatusReport {
  std::vector<ServiceState> services;
  // Query was not asked.
  bool direct = false;
  // What query says; an error where it was not asked, or did not answer.
  absl::StatusOr<v1::GetFlowResponse> flow = absl::UnknownError("");
  // What Kafka says, asked in place of query.
  absl::StatusOr<std::vector<HopLag>> hops = std::vector<HopLag>();
};

// Query looks every 10 s. A look older than this says nothing of now: query waits itself,
// for a PostgreSQL or a Kafka that hangs. (By this machine's clock: it should agree with query's.)
inline constexpr absl::Duration kStaleAfter = absl::Seconds(15);

// For how long the oldest unread record of all hops had waited when query looked.
struct Freshness {
  enum class Kind { kRead, kBehind, kUnknown, kStale } kind = Kind::kUnknown;
  std::string service;  // kBehind: for which it waits; kUnknown: of which nobody knows
  absl::Duration age;   // kBehind
  absl::Duration looked_ago;
};
Freshness FreshnessOf(const v1::GetFlowResponse& flow, absl::Time now);

// Whether everything serves, whoever was asked has answered, and it is known how far everything is
// behind.
bool IsWell(const StatusReport& report, absl::Time now);

std::string StatusText(const StatusReport& report, absl::Time now, const TerminalStyle& style);
// One object: {"well", "services": [{"service", "state", "address"}], "freshness": {"state":
// "read", "behind", "unknown" or "stale", "service", "oldestUnreadSeconds", "lookedSecondsAgo"},
// "flow": GetFlowResponse, "hops": [{"service", "topic", "written", "behind"}]}. Of flow and hops
// the one that was not asked for is null.
std::string StatusJson(const StatusReport& report, absl::Time now);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_STATUS_REPORT_H_
