// Texts and times as PostgreSQL takes them, whatever the record held.

#ifndef TEND_SERVICES_QUERY_DOMAIN_ROW_TEXT_H_
#define TEND_SERVICES_QUERY_DOMAIN_ROW_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace tend::query {

// An index takes no value longer than a third of a page: longer texts are cut.
inline constexpr size_t kMostTextBytes = 500;

// Without the character NUL, cut to kMostTextBytes between two characters. text: UTF-8.
std::string RowText(absl::string_view text);
// The same in full length: for what no index holds.
std::string RowBody(absl::string_view text);

// 10000-01-01: after the time of every row.
inline constexpr absl::Time kAfterRowTimes = absl::FromUnixSeconds(253'402'300'800);

// To the microsecond, from 1970 to 9999.
absl::Time RowTime(const google::protobuf::Timestamp& time);
// The way back.
void SetTime(absl::Time time, google::protobuf::Timestamp* out);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_ROW_TEXT_H_
