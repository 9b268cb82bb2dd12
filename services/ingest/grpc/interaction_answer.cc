#include "services/ingest/grpc/interaction_answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/hash.h"
#include "services/ingest/domain/acceptor.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// As rejects tell it: "grpc/SYSTEM/INSTANCE", with as much of the source as it has, unless that is
// too long to be one.
std::string DoorOf(const v1::Source& source) {
  std::string door = "grpc";
  for (const std::string* part : {&source.system(), &source.instance()}) {
    if (part->empty() || part->size() > kMaxIdBytes) break;
    absl::StrAppend(&door, "/", *part);
  }
  return door;
}

}  // namespace

absl::StatusOr<RequestMemory::Attempt> Begin(const v1::PublishInteractionsRequest& request,
                                             RequestMemory& memory) {
  if (request.request_id().empty() || request.interactions().empty()) {
    return RequestMemory::Attempt();
  }
  const v1::Source& source = request.interactions(0).source();
  return memory.Begin(
      StableId({View(source.system()), View(source.instance()), View(request.request_id())}),
      StableId({View(request.SerializeAsString())}));
}

absl::Status TakeAll(const v1::PublishInteractionsRequest& request, Intake& intake) {
  if (request.interactions().empty() || request.interactions_size() > kMostInteractions) {
    return absl::InvalidArgumentError(absl::StrCat("interactions: ", request.interactions_size(),
                                                   " of them; 1 to ", kMostInteractions,
                                                   " are allowed"));
  }
  v1::Interaction interaction;
  int64_t number = 0;
  for (const v1::Interaction& sent : request.interactions()) {
    interaction = sent;
    const std::string door = DoorOf(sent.source());
    intake.Take(interaction, {.file = View(door), .line = ++number});
  }
  return absl::OkStatus();
}

v1::PublishInteractionsResponse AnswerTo(const v1::PublishInteractionsRequest& request,
                                         const Intake& intake) {
  v1::PublishInteractionsResponse answer;
  for (int i = 0; i < request.interactions_size(); ++i) {
    const TakenItem& item = intake.items()[static_cast<size_t>(i)];
    v1::InteractionResult* result = answer.add_results();
    result->set_interaction_id(request.interactions(i).id());
    if (item.position.has_value()) *result->mutable_position() = *item.position;
    if (!item.reject.has_value()) continue;
    *result->mutable_reject() = *item.reject;
    result->mutable_reject()->clear_key();
    result->mutable_reject()->clear_value();
  }
  if (intake.last().has_value()) *answer.mutable_position() = *intake.last();
  return answer;
}

}  // namespace tend::ingest
