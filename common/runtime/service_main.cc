#include "common/runtime/service_main.h"

#include <sys/resource.h>

#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/runtime/version.h"

namespace tend {
namespace {

std::string Str(absl::string_view s) { return {s.data(), s.size()}; }

}  // namespace

ServiceArguments ReadServiceArguments(int argc, char** argv, absl::string_view service) {
  const std::string help = absl::StrFormat(
      "tend-%1$s runs Tend's %1$s service until SIGTERM or SIGINT.\n"
      "Usage: tend-%1$s --config FILE... [--check]\n\n"
      "  --config FILE   protobuf text; see deploy/config/%1$s.textproto. Given again: what that\n"
      "                  file says goes over the ones before, lists are added to\n"
      "  --check         only say whether the configuration and the files it names are right\n"
      "  --version       which version this is\n"
      "  --help          this text\n\n"
      "Example:\n"
      "  tend-%1$s --config deploy/config/%1$s.textproto --config this_machine.textproto\n\n"
      "Exit code 0: stopped; 1: could not go on, the log says why; 2: the command line or the "
      "configuration is wrong.\n",
      service);
  ServiceArguments arguments;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (argument == "--help") {
      std::fputs(help.c_str(), stdout);
      arguments.exit_code = kExitStopped;
      return arguments;
    }
    if (argument == "--version") {
      std::printf("tend-%s %s\n", Str(service).c_str(), kVersion);
      arguments.exit_code = kExitStopped;
      return arguments;
    }
    if (argument == "--check") {
      arguments.check_only = true;
    } else if (argument == "--config" && i + 1 < argc) {
      arguments.config_paths.emplace_back(argv[++i]);
    } else {
      std::fprintf(stderr, "tend-%s: %s is not understood; see --help\n", Str(service).c_str(),
                   argv[i]);
      arguments.exit_code = kExitConfiguration;
      return arguments;
    }
  }
  if (arguments.config_paths.empty()) {
    std::fprintf(stderr, "tend-%s: name the configuration with --config FILE; see --help\n",
                 Str(service).c_str());
    arguments.exit_code = kExitConfiguration;
  }
  return arguments;
}

void RaiseFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // where it is refused, the old limit stays
}

int TellFault(absl::string_view service, const absl::Status& status) {
  std::fprintf(stderr, "tend-%s: %s\n", Str(service).c_str(), Str(status.message()).c_str());
  return kExitConfiguration;
}

int TellChecked(const std::vector<std::string>& paths) {
  std::printf("%s: right\n", absl::StrJoin(paths, ", ").c_str());
  return kExitStopped;
}

int TellEnd(const absl::Status& status) {
  if (status.ok()) {
    LogInfo("stopped");
    return kExitStopped;
  }
  LogError("ended", {{"because", status}});
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ? kExitConfiguration
                                                                     : kExitFailed;
}

}  // namespace tend
