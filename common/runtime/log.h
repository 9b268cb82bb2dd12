// What a service says about itself: one line an event, on standard error, as JSON or as text.
//
//   LogInfo("started", {{"instance", name}, {"partitions", 4}});
//
// No line per record above DEBUG, and never personal data: ids of topics, partitions, counts.

#ifndef TEND_COMMON_RUNTIME_LOG_H_
#define TEND_COMMON_RUNTIME_LOG_H_

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tend/v1/service_config.pb.h"

namespace tend {

// One fact of an event. Numbers are written as numbers.
struct LogField {
  LogField(absl::string_view field_name, absl::string_view text) : name(field_name), value(text) {}
  LogField(absl::string_view field_name, const char* text) : name(field_name), value(text) {}
  LogField(absl::string_view field_name, const std::string& text)
      : name(field_name), value(text.data(), text.size()) {}
  LogField(absl::string_view field_name, const absl::Status& status)
      : name(field_name), value(status.ToString()) {}
  template <typename Number>
  LogField(absl::string_view field_name, Number n)
      : name(field_name), value(absl::StrCat(n)), number(true) {}

  absl::string_view name;
  std::string value;
  bool number = false;
};
using LogFields = std::initializer_list<LogField>;

// Sets form and level for the whole process. service and instance stand in every line. Before it,
// lines are text at INFO. Call once, before threads start.
void StartLog(absl::string_view service, const v1::RuntimeConfig& config);

// Any thread. event: what happened, in the past tense.
void LogDebug(absl::string_view event, LogFields fields = {});
void LogInfo(absl::string_view event, LogFields fields = {});
void LogWarning(absl::string_view event, LogFields fields = {});
void LogError(absl::string_view event, LogFields fields = {});

// A line without its time; JSON also without its braces. For the test.
std::string FormatLogLine(v1::LogFormat format, absl::string_view level, absl::string_view service,
                          absl::string_view instance, absl::string_view event, LogFields fields);

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_LOG_H_
