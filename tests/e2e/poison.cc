// Writes one record that is no message of ours to every partition of the topics named, as a broken
// or hostile client would.
//
//   e2e_poison 127.0.0.1:9092 tend.interactions.v1 tend.moments.v1

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"

namespace tend {
namespace {

constexpr char kPoison[] = "\xff\xff this is no protobuf";

absl::Status Poison(const std::string& bootstrap, const std::vector<std::string>& topics) {
  kafka::KafkaOptions options;
  options.bootstrap_servers = bootstrap;
  options.client_id = "e2e.poison";
  TEND_ASSIGN_OR_RETURN(const auto log, kafka::KafkaLog::Make(options));
  TEND_ASSIGN_OR_RETURN(const auto producer, log->NewProducer());
  for (const std::string& topic : topics) {
    TEND_ASSIGN_OR_RETURN(const int partitions, log->PartitionCount(topic));
    for (int partition = 0; partition < partitions; ++partition) {
      stream::NewRecord record;
      record.topic = topic;
      record.partition = partition;
      record.key = "poison";
      record.value = kPoison;
      std::vector<stream::Written> written;
      TEND_RETURN_IF_ERROR(producer->Send({&record, 1}, written));
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace tend

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: e2e_poison BOOTSTRAP TOPIC...\n";
    return 2;
  }
  const absl::Status status = tend::Poison(argv[1], {argv + 2, argv + argc});
  if (!status.ok()) std::cerr << "e2e_poison: " << status << "\n";
  return status.ok() ? 0 : 1;
}
