// What the query service is made of.

#ifndef TEND_SERVICES_QUERY_WIRING_H_
#define TEND_SERVICES_QUERY_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "tend/v1/service_config.pb.h"

namespace tend::query {

void CheckConfig(const v1::QueryConfig& config, ConfigFaults& faults);
// Runs until `stop`. Errors: of the ports, the files and Kafka's settings; DATA_LOSS when a topic
// no longer holds what is next to project.
absl::Status Run(const v1::QueryConfig& config, const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WIRING_H_
