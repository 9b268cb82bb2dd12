#include "services/query/domain/ranking.h"

#include <algorithm>

#include "common/base/status_macros.h"

namespace tend::query {

absl::StatusOr<std::vector<Ranked>> FirstByValue(int count, const std::optional<Ranked>& after,
                                                 NextBounds next, Evaluate evaluate) {
  constexpr int kLeastChunk = 64;
  const int chunk = std::max(kLeastChunk, count);
  const auto wanted = static_cast<size_t>(count);
  std::vector<Ranked> best;  // sorted
  std::optional<Ranked> read;
  while (true) {
    TEND_ASSIGN_OR_RETURN(const std::vector<Ranked> bounds, next(read, chunk));
    TEND_ASSIGN_OR_RETURN(const std::vector<double> values, evaluate(bounds));
    for (size_t i = 0; i < bounds.size(); ++i) {
      const Ranked row{std::min(values[i], bounds[i].value), bounds[i].person};
      if (after.has_value() && !(*after < row)) continue;  // shown before
      best.insert(std::upper_bound(best.begin(), best.end(), row), row);
      if (best.size() > wanted) best.pop_back();
    }
    if (bounds.size() < static_cast<size_t>(chunk)) return best;
    read = bounds.back();
    // What is not read comes after `read` by its bound, so by its value too.
    if (best.size() == wanted && (wanted == 0 || !(*read < best.back()))) return best;
  }
}

}  // namespace tend::query
