// A request with interactions and its answer. One of a stream holds the same as one that comes
// alone.

#ifndef TEND_SERVICES_INGEST_GRPC_INTERACTION_ANSWER_H_
#define TEND_SERVICES_INGEST_GRPC_INTERACTION_ANSWER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/ingest/intake.h"
#include "services/ingest/request_memory.h"
#include "tend/v1/ingest_service.pb.h"

namespace tend::ingest {

inline constexpr int kMostInteractions = 1000;

// Finds out whether the request is a repeat: one with the same id and a first interaction of the
// same source. Errors: as RequestMemory::Begin.
absl::StatusOr<RequestMemory::Attempt> Begin(const v1::PublishInteractionsRequest& request,
                                             RequestMemory& memory);

// Takes in a request's interactions. Errors: INVALID_ARGUMENT for none, and for too many.
absl::Status TakeAll(const v1::PublishInteractionsRequest& request, Intake& intake);

// From what was published of the request. Rejects are without their bytes, which the caller has.
v1::PublishInteractionsResponse AnswerTo(const v1::PublishInteractionsRequest& request,
                                         const Intake& intake);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_GRPC_INTERACTION_ANSWER_H_
