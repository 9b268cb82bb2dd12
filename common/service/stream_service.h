// A service that is one worker on Kafka: what scoring, notification and enrichment share around
// their processors. Health on gRPC, metrics for Prometheus, a log, and the worker in a loop.

#ifndef TEND_COMMON_SERVICE_STREAM_SERVICE_H_
#define TEND_COMMON_SERVICE_STREAM_SERVICE_H_

#include <functional>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/stream/processor.h"
#include "tend/v1/service_config.pb.h"

namespace tend::service {

// Runs on the caller's thread until `stop`. service: "scoring". config: without faults
// (CheckRuntime). Health says SERVING from the first partition served on, also with nothing to do,
// and NOT_SERVING from a trouble (worker_loop.h) until it is over and a partition is served, and
// while the log does not answer, or what else the service needs. look: asks that, every few seconds
// on a thread of its own, for less than two: a stop waits for it.
// Errors: of the ports and of Kafka's settings; what a worker cannot mend (stream/recovery.h).
absl::Status RunStreamService(const v1::RuntimeConfig& config, absl::string_view service,
                              const stream::ProcessorSpec& spec, std::stop_token stop,
                              const std::function<absl::Status()>& look = {});

}  // namespace tend::service

#endif  // TEND_COMMON_SERVICE_STREAM_SERVICE_H_
