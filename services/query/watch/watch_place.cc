#include "services/query/watch/watch_place.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tend::query {

std::string Print(const WatchPlace& place) { return absl::StrJoin(place, "."); }

absl::StatusOr<WatchPlace> ParseWatchPlace(absl::string_view text, size_t partitions) {
  WatchPlace place;
  for (const absl::string_view part : absl::StrSplit(text, '.')) {
    int64_t offset = -1;
    if (!absl::SimpleAtoi(part, &offset) || offset < 0 || place.size() == partitions) {
      return absl::InvalidArgumentError("resume_token: is none of ours");
    }
    place.push_back(offset);
  }
  place.resize(partitions);
  return place;
}

}  // namespace tend::query
