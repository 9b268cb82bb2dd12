#include "services/ingest/grpc/ingest_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/ingest/domain/roster_events.h"
#include "services/ingest/import.h"
#include "services/ingest/intake.h"

namespace tend::ingest {
namespace {

constexpr int kMaxItems = 1000;
constexpr size_t kMaxChunkBytes = 1 << 20;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

template <typename Request>
absl::Status CheckCount(const Request& request) {
  if (request.interactions_size() >= 1 && request.interactions_size() <= kMaxItems) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("interactions: ", request.interactions_size(),
                                                 " of them; 1 to ", kMaxItems, " are allowed"));
}

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
    v1::Position* position = response->add_positions();
    position->set_topic(kOwnerEventsTopic);
    position->set_partition(place.partition);
    position->set_offset(place.offset.value());
  }
  return absl::OkStatus();
}

// Without its bytes, which the caller has.
v1::Reject ForCaller(v1::Reject reject) {
  reject.clear_key();
  reject.clear_value();
  return reject;
}

// Accepts and publishes one request's interactions; fills results and position of its response.
template <typename Request, typename Response>
absl::Status Answer(const Request& request, absl::Time now, Publisher& publisher,
                    Response* response) {
  TEND_RETURN_IF_ERROR(CheckCount(request));
  Intake intake(now);
  v1::Interaction interaction;
  for (const v1::Interaction& sent : request.interactions()) {
    interaction = sent;
    intake.Take(interaction);
  }
  TEND_RETURN_IF_ERROR(intake.Publish(publisher));
  for (int i = 0; i < request.interactions_size(); ++i) {
    const TakenItem& item = intake.items()[static_cast<size_t>(i)];
    v1::InteractionResult* result = response->add_results();
    result->set_interaction_id(request.interactions(i).id());
    if (item.position.has_value()) *result->mutable_position() = *item.position;
    if (item.reject.has_value()) *result->mutable_reject() = ForCaller(*item.reject);
  }
  if (intake.last().has_value()) *response->mutable_position() = *intake.last();
  return absl::OkStatus();
}

}  // namespace

grpc::Status IngestServiceHandler::PublishInteractions(
    grpc::ServerContext* /*context*/, const v1::PublishInteractionsRequest* request,
    v1::PublishInteractionsResponse* response) {
  return rpc::ToGrpc(Answer(*request, clock_.Now(), publisher_, response));
}

grpc::Status IngestServiceHandler::StreamInteractions(
    grpc::ServerContext* /*context*/,
    grpc::ServerReaderWriter<v1::StreamInteractionsResponse, v1::StreamInteractionsRequest>*
        stream) {
  v1::StreamInteractionsRequest request;
  v1::StreamInteractionsResponse response;
  while (stream->Read(&request)) {
    response.Clear();
    response.set_request_id(request.request_id());
    const absl::Status status = Answer(request, clock_.Now(), publisher_, &response);
    if (!status.ok()) return rpc::ToGrpc(status);
    if (!stream->Write(response)) break;  // the caller has gone
  }
  return grpc::Status::OK;
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
