#include "services/ingest/grpc/ingest_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/ingest/domain/roster_events.h"
#include "services/ingest/grpc/interaction_answer.h"
#include "services/ingest/grpc/interaction_stream.h"
#include "services/ingest/import.h"
#include "services/ingest/intake.h"

namespace tend::ingest {
namespace {

constexpr size_t kMaxChunkBytes = 1 << 20;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// Publishes what a roster tells the inboxes.
absl::Status Tell(const v1::ImportOwnersRequest& request, absl::Time now, Publisher& publisher,
                  v1::ImportOwnersResponse* response) {
  if (request.request_id().empty()) return absl::InvalidArgumentError("request_id is empty");
  TEND_ASSIGN_OR_RETURN(const std::vector<v1::OwnerEvent> events,
                        RosterEvents(request.roster(), View(request.request_id()), now));
  std::vector<Outgoing> records;
  records.reserve(events.size());
  for (const v1::OwnerEvent& event : events) {
    records.push_back({kOwnerEventsTopic, event.owner_id(), event.SerializeAsString()});
  }
  TEND_ASSIGN_OR_RETURN(const std::vector<stream::Written> written, publisher.Publish(records));
  for (const stream::Written& place : written) {
    *response->add_positions() = PositionOf(kOwnerEventsTopic, place);
  }
  return absl::OkStatus();
}

}  // namespace

grpc::Status IngestServiceHandler::PublishInteractions(
    grpc::ServerContext* /*context*/, const v1::PublishInteractionsRequest* request,
    v1::PublishInteractionsResponse* response) {
  return rpc::ToGrpc(Publish(*request, response));
}

absl::Status IngestServiceHandler::Publish(const v1::PublishInteractionsRequest& request,
                                           v1::PublishInteractionsResponse* response) {
  TEND_ASSIGN_OR_RETURN(RequestMemory::Attempt attempt, Begin(request, *requests_));
  if (attempt.before().has_value()) {
    *response = *attempt.before();
    return absl::OkStatus();
  }
  Intake intake(clock_.Now());
  TEND_RETURN_IF_ERROR(TakeAll(request, intake));
  TEND_RETURN_IF_ERROR(intake.Publish(publisher_));
  *response = AnswerTo(request, intake);
  attempt.Answer(*response);
  return absl::OkStatus();
}

grpc::ServerBidiReactor<v1::StreamInteractionsRequest, v1::StreamInteractionsResponse>*
IngestServiceHandler::StreamInteractions(grpc::CallbackServerContext* /*context*/) {
  return InteractionStream::Start(publisher_, requests_, clock_);
}

grpc::Status IngestServiceHandler::ImportList(grpc::ServerContext* /*context*/,
                                              grpc::ServerReader<v1::ImportListRequest>* reader,
                                              v1::ImportListResponse* response) {
  v1::ImportListRequest request;
  if (!reader->Read(&request) || !request.has_header()) {
    return rpc::ToGrpc(absl::InvalidArgumentError("the first message must hold the header"));
  }
  Import import(clock_.Now(), publisher_, ledger_, response);
  absl::Status status = import.Begin(request.header());
  while (status.ok() && reader->Read(&request)) {
    if (!request.has_chunk() || request.chunk().size() > kMaxChunkBytes) {
      status = absl::InvalidArgumentError(
          absl::StrCat("after the header come chunks of at most ", kMaxChunkBytes, " bytes"));
    } else {
      status = import.Feed(View(request.chunk()));
    }
  }
  if (status.ok()) status = import.End();
  return rpc::ToGrpc(status);
}

grpc::Status IngestServiceHandler::ImportOwners(grpc::ServerContext* /*context*/,
                                                const v1::ImportOwnersRequest* request,
                                                v1::ImportOwnersResponse* response) {
  return rpc::ToGrpc(Tell(*request, clock_.Now(), publisher_, response));
}

}  // namespace tend::ingest
