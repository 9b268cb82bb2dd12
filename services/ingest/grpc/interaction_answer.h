// A request with interactions and its answer, whether it came alone or in a stream.

#ifndef TEND_SERVICES_INGEST_GRPC_INTERACTION_ANSWER_H_
#define TEND_SERVICES_INGEST_GRPC_INTERACTION_ANSWER_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/ingest/intake.h"
#include "tend/v1/ingest_service.pb.h"

namespace tend::ingest {

inline constexpr int kMostInteractions = 1000;

// Takes in a request's interactions. Errors: INVALID_ARGUMENT for none, and for too many.
template <typename Request>
absl::Status TakeAll(const Request& request, Intake& intake) {
  if (request.interactions().empty() || request.interactions_size() > kMostInteractions) {
    return absl::InvalidArgumentError(absl::StrCat("interactions: ", request.interactions_size(),
                                                   " of them; 1 to ", kMostInteractions,
                                                   " are allowed"));
  }
  v1::Interaction interaction;
  for (const v1::Interaction& sent : request.interactions()) {
    interaction = sent;
    intake.Take(interaction);
  }
  return absl::OkStatus();
}

// Fills results and position from what was published. Rejects are without their bytes, which the
// caller has.
template <typename Request, typename Response>
void AnswerAll(const Request& request, const Intake& intake, Response* response) {
  for (int i = 0; i < request.interactions_size(); ++i) {
    const TakenItem& item = intake.items()[static_cast<size_t>(i)];
    v1::InteractionResult* result = response->add_results();
    result->set_interaction_id(request.interactions(i).id());
    if (item.position.has_value()) *result->mutable_position() = *item.position;
    if (!item.reject.has_value()) continue;
    *result->mutable_reject() = *item.reject;
    result->mutable_reject()->clear_key();
    result->mutable_reject()->clear_value();
  }
  if (intake.last().has_value()) *response->mutable_position() = *intake.last();
}

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_GRPC_INTERACTION_ANSWER_H_
