#include "services/ingest/grpc/ingest_service.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/domain/timestamp.h"
#include "services/ingest/intake.h"

namespace tend::ingest {
namespace {

constexpr int kMaxItems = 1000;
constexpr size_t kMaxChunkBytes = 1 << 20;
// Of one import that are accepted and not yet written: what an import takes in memory.
constexpr size_t kBatchItems = 1000;
constexpr int64_t kBatchBytes = 4 << 20;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

template <typename Request>
absl::Status CheckCount(const Request& request) {
  if (request.interactions_size() >= 1 && request.interactions_size() <= kMaxItems) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("interactions: ", request.interactions_size(),
                                                 " of them; 1 to ", kMaxItems, " are allowed"));
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

// One import: a reader for its mapping, fed by the stream.
class Import {
 public:
  Import(absl::Time now, Publisher& publisher, v1::ImportListResponse* response)
      : now_(now), publisher_(publisher), response_(*response), intake_(now) {}

  absl::Status Begin(const v1::ImportListHeader& header) {
    if (header.file_name().empty()) return absl::InvalidArgumentError("header.file_name is empty");
    options_.file = header.file_name();
    for (const auto& [name, value] : header.parameters()) options_.parameters[name] = value;
    if (header.has_mapping()) return ReadBy(header.mapping());
    if (header.mapping_name().empty()) return absl::OkStatus();  // the first bytes will tell
    TEND_ASSIGN_OR_RETURN(const v1::Mapping mapping, FindReadyMapping(View(header.mapping_name())));
    return ReadBy(mapping);
  }

  absl::Status Feed(absl::string_view bytes) {
    if (reader_ == nullptr) {
      TEND_ASSIGN_OR_RETURN(const v1::Mapping mapping, RecognizeMapping(bytes));
      TEND_RETURN_IF_ERROR(ReadBy(mapping));
    }
    hash_.Update(bytes);
    reader_->Push(bytes);
    return ReadAll();
  }

  absl::Status End() {
    if (reader_ == nullptr) return absl::InvalidArgumentError("the file is empty");
    reader_->Finish();
    TEND_RETURN_IF_ERROR(ReadAll());
    TEND_RETURN_IF_ERROR(Publish());
    response_.set_import_id(hash_.Digest());
    response_.set_rows(reader_->rows());
    for (const auto& [place, position] : last_) *response_.add_positions() = position;
    return absl::OkStatus();
  }

 private:
  absl::Status ReadBy(const v1::Mapping& mapping) {
    TEND_ASSIGN_OR_RETURN(reader_, MakeReader(mapping, options_));
    list_ = mapping.list();
    hash_.Update(View(mapping.SerializeAsString()));
    return absl::OkStatus();
  }

  absl::Status ReadAll() {
    while (true) {
      switch (reader_->Next(&item_)) {
        case ReadStep::kNeedBytes:
        case ReadStep::kEnd:
          return absl::OkStatus();
        case ReadStep::kIgnored:
          break;
        case ReadStep::kReject:
          intake_.Take(item_.reject);
          break;
        case ReadStep::kInteraction:
          // A list says who there is, not when: its rows happen as they come.
          if (list_ && !item_.interaction.has_occur_time()) {
            SetTimestamp(now_, *item_.interaction.mutable_occur_time());
          }
          intake_.Take(item_.interaction);
          break;
      }
      if (intake_.size() >= kBatchItems || intake_.bytes() >= kBatchBytes) {
        TEND_RETURN_IF_ERROR(Publish());
      }
    }
  }

  absl::Status Publish() {
    TEND_RETURN_IF_ERROR(intake_.Publish(publisher_));
    for (const TakenItem& item : intake_.items()) {
      if (item.reject.has_value()) response_.set_rejected_rows(response_.rejected_rows() + 1);
      if (!item.position.has_value()) continue;
      response_.set_accepted_rows(response_.accepted_rows() + 1);
      last_[item.position->partition()] = *item.position;
      *response_.mutable_position() = *item.position;
    }
    intake_.Clear();
    return absl::OkStatus();
  }

  const absl::Time now_;
  Publisher& publisher_;
  v1::ImportListResponse& response_;
  Intake intake_;
  MappingOptions options_;
  std::unique_ptr<InteractionReader> reader_;  // null until the mapping is known
  bool list_ = false;
  ReadItem item_;
  StreamingHash hash_;
  std::map<int, v1::Position> last_;  // by partition
};

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
  Import import(clock_.Now(), publisher_, response);
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

}  // namespace tend::ingest
