// Why a readiness is what it is, now and at a time past. Pure.

#ifndef TEND_SERVICES_QUERY_DOMAIN_EXPLANATION_H_
#define TEND_SERVICES_QUERY_DOMAIN_EXPLANATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/query/domain/live_relationship.h"
#include "tend/v1/evidence.pb.h"
#include "tend/v1/person_event.pb.h"

namespace tend::query {

// One row of `interaction`.
struct HistoryItem {
  v1::PersonEvent event;
  int partition = 0;
  int64_t offset = 0;
};

// Of now: the numbers are scoring's own state, re-evaluated; the rows are the history's, and one
// row "earlier" a class for what the history lacks. What scoring has not folded yet is left out.
// owner_id: empty: the organization.
v1::Explanation ExplainNow(LiveRelationship& live, int partition,
                           const std::vector<HistoryItem>& history, absl::string_view owner_id,
                           model::Instant now);

// Of a time past: folds what had happened by then (by its own time, not by when it came in), with
// the model that is in force now. history: complete.
v1::Explanation ExplainPast(const LiveRelationship& live, const std::vector<HistoryItem>& history,
                            absl::string_view owner_id, model::Instant at);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_EXPLANATION_H_
