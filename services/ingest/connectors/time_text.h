// Times and spans as texts.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_TIME_TEXT_H_
#define TEND_SERVICES_INGEST_CONNECTORS_TIME_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

// RFC 3339 ("2026-03-02T09:00:00.5+01:00"; a blank for the T is allowed), years 1 to 9999. About 20
// ns, where absl::ParseTime takes 400. Anything else, as a missing zone or 30 February: nullopt.
std::optional<absl::Time> ParseRfc3339(absl::string_view text);

// Protobuf's JSON form of a Duration: "3s", "-1.5s".
std::optional<absl::Duration> ParseSeconds(absl::string_view text);

// The times of one mapping.
class TimeParser {
 public:
  // Errors: INVALID_ARGUMENT for a zone that the system does not know (its zone files are read
  // here, once).
  static absl::StatusOr<TimeParser> Make(const v1::TimeRule& rule);

  // From here on all times move by one constant, so that the first time read lands at `to`.
  void ShiftTo(absl::Time to) { shift_to_ = to; }

  // By the first format that fits, and moved; nullopt: none does.
  std::optional<absl::Time> Parse(absl::string_view text);

 private:
  enum class Kind { kRfc3339, kUnixSeconds, kUnixMillis, kLetters };
  struct Format {
    Kind kind;
    std::string letters;
  };

  TimeParser() = default;
  std::optional<absl::Time> ParseAs(const Format& format, absl::string_view text) const;

  std::vector<Format> formats_;
  absl::TimeZone zone_;
  std::optional<absl::Time> shift_to_;  // until the first time is read
  absl::Duration shift_;
  // Rows often repeat the time of the row above.
  std::string last_text_;
  std::optional<absl::Time> last_time_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_TIME_TEXT_H_
