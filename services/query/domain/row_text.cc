#include "services/query/domain/row_text.h"

#include <algorithm>

namespace tend::query {

std::string RowBody(absl::string_view text) {
  std::string out(text.data(), text.size());
  out.erase(std::remove(out.begin(), out.end(), '\0'), out.end());
  return out;
}

std::string RowText(absl::string_view text) {
  std::string out = RowBody(text);
  if (out.size() <= kMostTextBytes) return out;
  size_t end = kMostTextBytes;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;  // inside of one
  out.resize(end);
  return out;
}

absl::Time RowTime(const google::protobuf::Timestamp& time) {
  constexpr int64_t kLast = 253'402'300'799;  // 9999-12-31T23:59:59Z
  const int64_t seconds = std::clamp<int64_t>(time.seconds(), 0, kLast);
  return absl::FromUnixSeconds(seconds) +
         absl::Microseconds(std::clamp(time.nanos(), 0, 999'999'999) / 1000);
}

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t micros = absl::ToUnixMicros(time);
  out->set_seconds(micros / 1'000'000);
  out->set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

}  // namespace tend::query
