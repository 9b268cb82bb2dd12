// How far somebody who watches has got, as text that they give back to go on from there.

#ifndef TEND_SERVICES_QUERY_WATCH_WATCH_PLACE_H_
#define TEND_SERVICES_QUERY_WATCH_WATCH_PLACE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tend::query {

// The next offset of each partition of tend.nudges.v1.
using WatchPlace = std::vector<int64_t>;

std::string Print(const WatchPlace& place);

// Partitions that the text does not know were made since: they count from their beginning.
// Errors: INVALID_ARGUMENT naming resume_token for what Print never wrote.
absl::StatusOr<WatchPlace> ParseWatchPlace(absl::string_view text, size_t partitions);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WATCH_WATCH_PLACE_H_
