// The first k of a list by a value that costs something to evaluate, of rows that come in the order
// of an upper bound of it: exact, and evaluates few more than it gives.

#ifndef TEND_SERVICES_QUERY_DOMAIN_RANKING_H_
#define TEND_SERVICES_QUERY_DOMAIN_RANKING_H_

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/query/domain/rows.h"

namespace tend::query {

// A place in the order: the greatest value first, and of equal ones the smallest id.
struct Ranked {
  double value = 0;
  Id person{};
  friend bool operator==(const Ranked&, const Ranked&) = default;
  friend bool operator<(const Ranked& a, const Ranked& b) {
    return a.value != b.value ? a.value > b.value : a.person < b.person;
  }
};

// The next rows by bound after a place, at most `limit`; fewer: these are the last. No place: the
// first ones.
using NextBounds = absl::FunctionRef<absl::StatusOr<std::vector<Ranked>>(
    const std::optional<Ranked>& after, int limit)>;
// The values of these rows, in their order. What exceeds its bound, by rounding, counts as it.
using Evaluate =
    absl::FunctionRef<absl::StatusOr<std::vector<double>>(const std::vector<Ranked>& bounds)>;

// The first `count` after `after` by value. Rows that precede it are evaluated again: the n-th page
// costs n pages.
absl::StatusOr<std::vector<Ranked>> FirstByValue(int count, const std::optional<Ranked>& after,
                                                 NextBounds next, Evaluate evaluate);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_RANKING_H_
