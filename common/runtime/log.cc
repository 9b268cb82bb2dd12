#include "common/runtime/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "absl/strings/str_format.h"

namespace tend {
namespace {

struct Settings {
  v1::LogFormat format = v1::LOG_FORMAT_TEXT;
  std::string service;
  std::string instance;
};

// Written by StartLog, before threads start.
Settings& TheSettings() {
  static Settings& settings = *new Settings;
  return settings;
}

void AppendJsonString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(out, "\\u%04x", c);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void AppendJson(absl::string_view name, absl::string_view value, bool number, std::string* out) {
  if (!out->empty()) out->push_back(',');
  AppendJsonString(name, out);
  out->push_back(':');
  if (number) {
    absl::StrAppend(out, value);
  } else {
    AppendJsonString(value, out);
  }
}

spdlog::level::level_enum LevelOf(v1::LogLevel level) {
  switch (level) {
    case v1::LOG_LEVEL_DEBUG:
      return spdlog::level::debug;
    case v1::LOG_LEVEL_WARNING:
      return spdlog::level::warn;
    case v1::LOG_LEVEL_ERROR:
      return spdlog::level::err;
    default:
      return spdlog::level::info;
  }
}

spdlog::logger& Logger() {
  static spdlog::logger& logger = *[] {
    auto* made = new spdlog::logger("tend", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return logger;
}

void Write(spdlog::level::level_enum level, const char* name, absl::string_view event,
           LogFields fields) {
  if (!Logger().should_log(level)) return;
  const Settings& settings = TheSettings();
  const std::string line =
      FormatLogLine(settings.format, name, {settings.service.data(), settings.service.size()},
                    {settings.instance.data(), settings.instance.size()}, event, fields);
  Logger().log(level, "{}", line);
}

}  // namespace

std::string FormatLogLine(v1::LogFormat format, absl::string_view level, absl::string_view service,
                          absl::string_view instance, absl::string_view event, LogFields fields) {
  std::string line;
  if (format == v1::LOG_FORMAT_TEXT) {
    absl::StrAppend(&line, level, " ", service, instance.empty() ? "" : "/", instance, ": ", event);
    for (const LogField& field : fields) absl::StrAppend(&line, " ", field.name, "=", field.value);
    return line;
  }
  AppendJson("level", level, false, &line);
  AppendJson("service", service, false, &line);
  AppendJson("instance", instance, false, &line);
  AppendJson("event", event, false, &line);
  for (const LogField& field : fields) AppendJson(field.name, field.value, field.number, &line);
  return line;
}

void StartLog(absl::string_view service, const v1::RuntimeConfig& config) {
  Settings& settings = TheSettings();
  settings.service = std::string(service.data(), service.size());
  settings.instance = config.instance();
  settings.format =
      config.log_format() == v1::LOG_FORMAT_TEXT ? v1::LOG_FORMAT_TEXT : v1::LOG_FORMAT_JSON;
  Logger().set_level(LevelOf(config.log_level()));
  if (settings.format == v1::LOG_FORMAT_JSON) {
    Logger().set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v}", spdlog::pattern_time_type::utc);
  }
}

void LogDebug(absl::string_view event, LogFields fields) {
  Write(spdlog::level::debug, "debug", event, fields);
}
void LogInfo(absl::string_view event, LogFields fields) {
  Write(spdlog::level::info, "info", event, fields);
}
void LogWarning(absl::string_view event, LogFields fields) {
  Write(spdlog::level::warn, "warning", event, fields);
}
void LogError(absl::string_view event, LogFields fields) {
  Write(spdlog::level::err, "error", event, fields);
}

}  // namespace tend
