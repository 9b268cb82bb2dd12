#include "services/ingest/grpc/inbox_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/hash.h"
#include "common/base/one_line.h"
#include "common/model/attention_faults.h"
#include "common/rpc/status.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

grpc::Status Missing(const char* field) {
  return rpc::ToGrpc(absl::InvalidArgumentError(absl::StrCat(field, " is empty")));
}

// Says at once what notification would reject later.
absl::Status CheckPreferences(const v1::Preferences& preferences) {
  std::vector<std::string> faults = model::PreferenceFaults(preferences);
  const std::string& zone_name = preferences.time_zone();
  absl::TimeZone zone;
  if (!zone_name.empty() && !absl::LoadTimeZone(View(zone_name), &zone)) {
    faults.push_back(absl::StrCat("preferences.time_zone: \"", zone_name,
                                  "\" is no IANA name like \"Europe/Berlin\""));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

grpc::Status NoFeedback(int value) {
  std::string known;
  for (int i = v1::Feedback_MIN; i <= v1::Feedback_MAX; ++i) {
    if (i == v1::FEEDBACK_UNSPECIFIED || !v1::Feedback_IsValid(i)) continue;
    absl::StrAppend(&known, known.empty() ? "" : ", ", v1::Feedback_Name(i));
  }
  const std::string is = value == v1::FEEDBACK_UNSPECIFIED ? "empty" : absl::StrCat(value);
  return rpc::ToGrpc(
      absl::InvalidArgumentError(absl::StrCat("feedback is ", is, ", not one of ", known)));
}

}  // namespace

template <typename Request, typename Response>
grpc::Status InboxServiceHandler::Tell(const Request& request, v1::OwnerEvent event,
                                       Response* response) {
  if (request.request_id().empty()) return Missing("request_id");
  if (request.owner_id().empty()) return Missing("owner_id");
  if (!IsOneLine(View(request.owner_id()))) {
    return rpc::ToGrpc(absl::InvalidArgumentError("owner_id has a line break"));
  }
  event.set_event_id(StableId({View(request.owner_id()), View(request.request_id())}));
  event.set_owner_id(request.owner_id());
  SetTimestamp(clock_.Now(), *event.mutable_occur_time());
  const Outgoing record{kOwnerEventsTopic, request.owner_id(), event.SerializeAsString()};
  const auto written = publisher_.Publish({&record, 1});
  if (!written.ok()) return rpc::ToGrpc(written.status());
  *response->mutable_position() = PositionOf(kOwnerEventsTopic, written->front());
  return grpc::Status::OK;
}

grpc::Status InboxServiceHandler::AnswerNudge(grpc::ServerContext* /*context*/,
                                              const v1::AnswerNudgeRequest* request,
                                              v1::AnswerNudgeResponse* response) {
  if (request->nudge_id().empty()) return Missing("nudge_id");
  if (request->feedback() == v1::FEEDBACK_UNSPECIFIED ||
      !v1::Feedback_IsValid(request->feedback())) {
    return NoFeedback(request->feedback());
  }
  v1::OwnerEvent event;
  v1::NudgeAnswered* answered = event.mutable_nudge_answered();
  answered->set_nudge_id(request->nudge_id());
  answered->set_feedback(request->feedback());
  answered->set_comment(request->comment());
  return Tell(*request, std::move(event), response);
}

grpc::Status InboxServiceHandler::SnoozeNudge(grpc::ServerContext* /*context*/,
                                              const v1::SnoozeNudgeRequest* request,
                                              v1::SnoozeNudgeResponse* response) {
  if (request->nudge_id().empty()) return Missing("nudge_id");
  if (!request->has_until_time() || TimeOf(request->until_time()) <= clock_.Now()) {
    return rpc::ToGrpc(absl::InvalidArgumentError("until_time must be in the future"));
  }
  v1::OwnerEvent event;
  v1::NudgeSnoozed* snoozed = event.mutable_nudge_snoozed();
  snoozed->set_nudge_id(request->nudge_id());
  *snoozed->mutable_until_time() = request->until_time();
  return Tell(*request, std::move(event), response);
}

grpc::Status InboxServiceHandler::SetPreferences(grpc::ServerContext* /*context*/,
                                                 const v1::SetPreferencesRequest* request,
                                                 v1::SetPreferencesResponse* response) {
  if (absl::Status status = CheckPreferences(request->preferences()); !status.ok()) {
    return rpc::ToGrpc(status);
  }
  v1::OwnerEvent event;
  *event.mutable_preferences_set()->mutable_preferences() = request->preferences();
  return Tell(*request, std::move(event), response);
}

}  // namespace tend::ingest
