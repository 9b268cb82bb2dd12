#include "services/cli/remote/status_command.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/rpc/health.h"
#include "services/cli/table.h"
#include "services/cli/terminal.h"

namespace tend::cli {
namespace {

constexpr absl::Duration kTimeLimit = absl::Seconds(2);
constexpr char kServices[] =
    "ingest=127.0.0.1:7410,enrichment=127.0.0.1:7411,scoring=127.0.0.1:7412,"
    "notification=127.0.0.1:7413,query=127.0.0.1:7414";

struct Arguments {
  std::string services = kServices;
  std::string bootstrap = "127.0.0.1:19092";
};

// A hop: the group of a service, and a topic it reads.
struct Hop {
  const char* service;
  const char* topic;
};
constexpr Hop kHops[] = {{"enrichment", "tend.interactions.v1"},
                         {"scoring", "tend.person-events.v1"},
                         {"notification", "tend.moments.v1"},
                         {"notification", "tend.owner-events.v1"}};

// Offsets are counted by themselves above this: a transaction's marker takes one, so that the end
// of a partition is often some markers behind its last record.
constexpr int64_t kCountUpTo = 1'000;

struct HopStatus {
  int64_t written = 0;  // offsets, since the topic was made
  int64_t behind = 0;   // records not read yet; above kCountUpTo a partition, offsets
};

// The records between two offsets.
absl::StatusOr<int64_t> CountRecords(const stream::TopicPartition& place, stream::Offset from,
                                     stream::Offset end, kafka::KafkaLog& log) {
  TEND_ASSIGN_OR_RETURN(const auto reader,
                        log.Open(place, from, stream::Isolation::kReadCommitted));
  stream::PollLimits limits;
  limits.wait = absl::Milliseconds(100);
  std::vector<stream::Record> records;
  int64_t count = 0;
  while (reader->position() < end) {
    TEND_RETURN_IF_ERROR(reader->Poll(limits, records));
    count += static_cast<int64_t>(records.size());
  }
  return count;
}

absl::StatusOr<HopStatus> StatusOf(const Hop& hop, kafka::KafkaLog& log) {
  TEND_ASSIGN_OR_RETURN(const auto committed,
                        log.admin().GroupOffsets(absl::StrCat("tend.", hop.service)));
  TEND_ASSIGN_OR_RETURN(const int partitions, log.PartitionCount(hop.topic));
  HopStatus status;
  for (int partition = 0; partition < partitions; ++partition) {
    const stream::TopicPartition place{hop.topic, partition};
    TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                          log.Offsets(place, stream::Isolation::kReadCommitted));
    const auto found = committed.find(place);
    const stream::Offset read = found == committed.end() ? range.start : found->second;
    int64_t behind = std::max<int64_t>(0, range.end.value() - read.value());
    if (behind > 0 && behind <= kCountUpTo) {
      TEND_ASSIGN_OR_RETURN(behind, CountRecords(place, read, range.end, log));
    }
    status.written += range.end.value();
    status.behind += behind;
  }
  return status;
}

std::vector<std::pair<std::string, std::string>> ServicesOf(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> services;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    services.push_back(absl::StrSplit(part, absl::MaxSplits('=', 1)));
  }
  return services;
}

// Prints both halves; returns whether all is up and reachable.
bool Tell(const Arguments& arguments, std::ostream& out) {
  bool well = true;
  Table services({{"service"}, {"state"}, {"gRPC"}});
  for (const auto& [name, address] : ServicesOf(arguments.services)) {
    const absl::StatusOr<bool> serving = rpc::IsServing(address, kTimeLimit);
    const char* state = !serving.ok() ? "down" : *serving ? "serving" : "not serving";
    well = well && serving.value_or(false);
    services.AddRow({name, state, address});
  }
  out << services.Format(StyleOf(1)) << "\n";
  kafka::KafkaOptions options;
  options.bootstrap_servers = arguments.bootstrap;
  options.client_id = "tend.status";
  absl::StatusOr<std::unique_ptr<kafka::KafkaLog>> log = kafka::KafkaLog::Make(options);
  Table hops({{"hop"}, {"reads"}, {"written", true}, {"behind", true}});
  for (const Hop& hop : kHops) {
    const absl::StatusOr<HopStatus> status =
        log.ok() ? StatusOf(hop, **log) : absl::StatusOr<HopStatus>(log.status());
    if (!status.ok()) {
      out << "Kafka at " << arguments.bootstrap << ": " << status.status().message() << "\n";
      return false;
    }
    hops.AddRow({hop.service, hop.topic, WithCommas(status->written), WithCommas(status->behind)});
  }
  out << hops.Format(StyleOf(1));
  return well;
}

}  // namespace

void AddStatusCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* status = app.add_subcommand("status", "Is everything up, and how far behind is it?");
  status->add_option("--services", arguments->services, "name=host:port, several with commas")
      ->envname("TEND_SERVICES")
      ->capture_default_str();
  status->add_option("--bootstrap", arguments->bootstrap, "Kafka, host:port[,host:port...]")
      ->envname("TEND_BOOTSTRAP")
      ->capture_default_str();
  status->footer(
      "Example:\n  tend status\n\n"
      "'behind' counts the records that a hop has not read yet. Exit code 1: something is down.");
  status->callback([arguments, &exit_code] {
    exit_code = Tell(*arguments, std::cout) ? ExitCode::kOk : ExitCode::kFailed;
  });
}

}  // namespace tend::cli
