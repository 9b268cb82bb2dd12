// What every service's main does: reads and checks its configuration, starts the log, runs until a
// signal, and ends with a code.
//
//   int main(int argc, char** argv) {
//     return tend::ServiceMain<tend::v1::ScoringConfig>(argc, argv, "scoring", ReadSettings, Run);
//   }

#ifndef TEND_COMMON_RUNTIME_SERVICE_MAIN_H_
#define TEND_COMMON_RUNTIME_SERVICE_MAIN_H_

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/runtime/log.h"
#include "common/runtime/runtime_config.h"
#include "common/runtime/shutdown.h"
#include "common/runtime/text_config.h"

namespace tend {

// How a service's process ends: 0 by a signal, 1 the world was bad (a broker that is not there, a
// taken port), 2 its command line or configuration was.
inline constexpr int kExitStopped = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitConfiguration = 2;

// The paths given with --config. Prints help or a fault and gives the exit code instead where the
// service is not to run.
struct ServiceArguments {
  std::vector<std::string> config_paths;
  bool check_only = false;
  std::optional<int> exit_code;
};
ServiceArguments ReadServiceArguments(int argc, char** argv, absl::string_view service);

// Says what is wrong with a configuration on standard error; gives the exit code.
int TellFault(absl::string_view service, const absl::Status& status);
int TellChecked(const std::vector<std::string>& paths);
// Logs how the service ended; gives the exit code.
int TellEnd(const absl::Status& status);

// Lets the process hold as many connections and files as the system allows it: the usual 1,024 are
// fewer than a thousand idle clients and our own.
void RaiseFileLimit();

// Config: a message with a field `runtime`.
// read: Settings(const Config&, ConfigFaults&): checks the configuration beyond CheckRuntime, and
// reads the files that it names: the start reads none again, so it knows no fault that --check does
// not. Its settings are used only where there is no fault.
// run: absl::Status(const Settings&, std::stop_token); OK once stopped.
template <typename Config, typename Read, typename Run>
int ServiceMain(int argc, char** argv, absl::string_view service, Read read, Run run) {
  Shutdown shutdown;
  const ServiceArguments arguments = ReadServiceArguments(argc, argv, service);
  if (arguments.exit_code.has_value()) return *arguments.exit_code;
  Config config;
  for (const std::string& path : arguments.config_paths) {
    Config part;
    const absl::Status status = ReadTextConfig(path, &part);
    if (!status.ok()) return TellFault(service, status);
    config.MergeFrom(part);
  }
  ConfigFaults faults;
  CheckRuntime(config.runtime(), faults);
  const auto settings = read(config, faults);
  const absl::Status status = faults.ToStatus(absl::StrJoin(arguments.config_paths, ", "));
  if (!status.ok()) return TellFault(service, status);
  if (arguments.check_only) return TellChecked(arguments.config_paths);
  RaiseFileLimit();
  StartLog(service, config.runtime());
  return TellEnd(run(settings, shutdown.token()));
}

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_SERVICE_MAIN_H_
