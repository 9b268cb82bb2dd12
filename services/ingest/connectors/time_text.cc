#include "services/ingest/connectors/time_text.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace tend::ingest {
namespace {

// Reads digits from the front of a text.
class Digits {
 public:
  explicit Digits(absl::string_view text) : rest_(text) {}

  // Exactly `count` digits.
  int Number(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return Fail();
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  // One of the characters; 0 when it is none of them.
  char OneOf(absl::string_view characters) {
    if (rest_.empty() || characters.find(rest_[0]) == absl::string_view::npos) {
      Fail();
      return 0;
    }
    const char found = rest_[0];
    rest_.remove_prefix(1);
    return found;
  }
  bool Have(char c) const { return !rest_.empty() && rest_[0] == c; }
  bool HaveDigit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  int Fail() {
    ok_ = false;
    return 0;
  }

  absl::string_view rest_;
  bool ok_ = true;
};

// ".123": any number of digits, those after the ninth are dropped.
int64_t Nanoseconds(Digits& digits) {
  if (!digits.Have('.')) return 0;
  digits.OneOf(".");
  int64_t nanos = digits.Number(1) * 100'000'000;
  for (int64_t unit = 10'000'000; digits.HaveDigit(); unit /= 10) nanos += digits.Number(1) * unit;
  return nanos;
}

absl::Duration ZoneOffset(Digits& digits) {
  const char sign = digits.OneOf("Zz+-");
  if (sign != '+' && sign != '-') return absl::ZeroDuration();
  const int hours = digits.Number(2);
  digits.OneOf(":");
  const int minutes = digits.Number(2);
  const absl::Duration offset = absl::Minutes(hours * 60 + minutes);
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<absl::Time> ParseRfc3339(absl::string_view text) {
  Digits digits(text);
  const int year = digits.Number(4);
  digits.OneOf("-");
  const int month = digits.Number(2);
  digits.OneOf("-");
  const int day = digits.Number(2);
  digits.OneOf("Tt ");
  const int hour = digits.Number(2);
  digits.OneOf(":");
  const int minute = digits.Number(2);
  digits.OneOf(":");
  const int second = digits.Number(2);
  const int64_t nanos = Nanoseconds(digits);
  const absl::Duration offset = ZoneOffset(digits);
  // A leap second's 60 counts as the next second, as in POSIX.
  if (!digits.done() || year < 1 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const absl::CivilDay date(year, month, day);
  if (date.month() != month || date.day() != day) return std::nullopt;
  const int64_t days = date - absl::CivilDay(1970, 1, 1);
  return absl::FromUnixSeconds(days * 86400 + hour * 3600 + minute * 60 + second) +
         absl::Nanoseconds(nanos) - offset;
}

std::optional<absl::Duration> ParseSeconds(absl::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.back() != 's') return std::nullopt;
  text.remove_suffix(1);
  const size_t point = text.find('.');
  int64_t seconds = 0;
  // protobuf's Duration: at most 10,000 years.
  constexpr int64_t kMaxSeconds = 315'576'000'000;
  const absl::string_view whole = text.substr(0, point);
  if (whole.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(whole, &seconds) || seconds > kMaxSeconds) {
    return std::nullopt;
  }
  Digits digits(point == absl::string_view::npos ? "" : text.substr(point));
  const int64_t nanos = Nanoseconds(digits);
  if (!digits.done()) return std::nullopt;
  const absl::Duration span = absl::Seconds(seconds) + absl::Nanoseconds(nanos);
  return negative ? -span : span;
}

absl::StatusOr<TimeParser> TimeParser::Make(const v1::TimeRule& rule) {
  TimeParser parser;
  parser.zone_ = absl::UTCTimeZone();
  if (!rule.zone().empty() && !absl::LoadTimeZone(rule.zone(), &parser.zone_)) {
    return absl::InvalidArgumentError(absl::StrCat("time.zone \"", rule.zone(), "\" is not known"));
  }
  for (const std::string& format : rule.formats()) {
    if (format == "rfc3339") {
      parser.formats_.push_back({Kind::kRfc3339, ""});
    } else if (format == "unix_seconds") {
      parser.formats_.push_back({Kind::kUnixSeconds, ""});
    } else if (format == "unix_millis") {
      parser.formats_.push_back({Kind::kUnixMillis, ""});
    } else if (format.find('%') != std::string::npos) {
      parser.formats_.push_back({Kind::kLetters, format});
    } else {
      return absl::InvalidArgumentError(absl::StrCat("time.formats \"", format, "\" is not known"));
    }
  }
  if (parser.formats_.empty()) parser.formats_.push_back({Kind::kRfc3339, ""});
  return parser;
}

std::optional<absl::Time> TimeParser::Parse(absl::string_view text) {
  if (last_time_.has_value() && text == last_text_) return last_time_;
  last_text_.assign(text.data(), text.size());
  last_time_.reset();
  for (const Format& format : formats_) {
    last_time_ = ParseAs(format, text);
    if (last_time_.has_value()) break;
  }
  if (!last_time_.has_value()) return std::nullopt;
  if (shift_to_.has_value()) {
    shift_ = *shift_to_ - *last_time_;
    shift_to_.reset();
  }
  *last_time_ += shift_;
  return last_time_;
}

std::optional<absl::Time> TimeParser::ParseAs(const Format& format, absl::string_view text) const {
  int64_t number = 0;
  switch (format.kind) {
    case Kind::kRfc3339:
      return ParseRfc3339(text);
    case Kind::kUnixSeconds:
      if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
      return absl::FromUnixSeconds(number);
    case Kind::kUnixMillis:
      if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
      return absl::FromUnixMillis(number);
    case Kind::kLetters:
      break;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(format.letters, text, zone_, &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return time;
}

}  // namespace tend::ingest
