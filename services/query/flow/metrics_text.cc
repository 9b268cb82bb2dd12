#include "services/query/flow/metrics_text.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tend::query {
namespace {

void SkipBlanks(absl::string_view& line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
}

// What stands before one of `ends`.
std::string Take(absl::string_view& line, absl::string_view ends) {
  const absl::string_view taken = line.substr(0, line.find_first_of({ends.data(), ends.size()}));
  line.remove_prefix(taken.size());
  return std::string(absl::StripAsciiWhitespace(taken));
}

// "...": \\, \" and \n are one character each.
std::optional<std::string> TakeQuoted(absl::string_view& line) {
  if (!absl::ConsumePrefix(&line, "\"")) return std::nullopt;
  std::string value;
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c == '"') return value;
    if (c != '\\') {
      value += c;
      continue;
    }
    if (line.empty()) return std::nullopt;
    value += line.front() == 'n' ? '\n' : line.front();
    line.remove_prefix(1);
  }
  return std::nullopt;
}

// name="value",... up to the closing brace. Whether it is so.
bool TakeLabels(absl::string_view& line, std::map<std::string, std::string>& labels) {
  while (true) {
    SkipBlanks(line);
    if (absl::ConsumePrefix(&line, "}")) return true;
    std::string name = Take(line, "=}");
    if (name.empty() || !absl::ConsumePrefix(&line, "=")) return false;
    SkipBlanks(line);
    std::optional<std::string> value = TakeQuoted(line);
    if (!value.has_value()) return false;
    labels[std::move(name)] = *std::move(value);
    SkipBlanks(line);
    if (!absl::ConsumePrefix(&line, ",") && (line.empty() || line.front() != '}')) return false;
  }
}

// NaN, +Inf and -Inf are values too.
std::optional<MetricSample> ParseLine(absl::string_view line) {
  MetricSample sample;
  sample.name = Take(line, " \t{");
  SkipBlanks(line);
  if (absl::ConsumePrefix(&line, "{") && !TakeLabels(line, sample.labels)) return std::nullopt;
  SkipBlanks(line);
  const std::string value = Take(line, " \t");
  if (sample.name.empty() || !absl::SimpleAtod(value, &sample.value)) return std::nullopt;
  return sample;
}

}  // namespace

absl::StatusOr<std::vector<MetricSample>> ParseMetricsText(absl::string_view text) {
  std::vector<MetricSample> samples;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    std::optional<MetricSample> sample = ParseLine(line);
    if (!sample.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " is no metric"));
    }
    samples.push_back(*std::move(sample));
  }
  return samples;
}

}  // namespace tend::query
