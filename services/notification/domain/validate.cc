#include "services/notification/domain/validate.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/one_line.h"
#include "common/model/attention_faults.h"
#include "common/model/proto_time.h"

namespace tend::notification {
namespace {

using MaybeFault = std::optional<Fault>;

Fault Missing(absl::string_view field) {
  return {v1::REJECT_REASON_FIELD_MISSING, absl::StrCat(field, " is empty")};
}

Fault Invalid(std::string detail) { return {v1::REJECT_REASON_FIELD_INVALID, std::move(detail)}; }

MaybeFault FaultOfOwner(absl::string_view owner_id, absl::string_view key) {
  if (owner_id.empty()) return Missing("owner_id");
  if (!IsOneLine(owner_id)) return Invalid("owner_id has a line break");
  if (owner_id == key) return std::nullopt;
  return Invalid(absl::StrCat("owner_id is ", owner_id, ", the key is ", key));
}

MaybeFault FaultOfZone(absl::string_view field, absl::string_view name, ZoneFinder find_zone) {
  if (find_zone(name).has_value()) return std::nullopt;
  return Invalid(absl::StrCat(field, ": no such zone: ", name));
}

MaybeFault FaultOfLeave(const v1::LeaveSet& leave) {
  if (!leave.has_start_time() && !leave.has_end_time()) return std::nullopt;  // it is over
  if (!leave.has_start_time()) return Missing("leave_set.start_time");
  if (!leave.has_end_time()) return Missing("leave_set.end_time");
  if (model::ToTime(leave.start_time()) < model::ToTime(leave.end_time())) return std::nullopt;
  return Invalid("leave_set.end_time is not after start_time");
}

MaybeFault FaultOfPreferences(const v1::Preferences& preferences, ZoneFinder find_zone) {
  const std::vector<std::string> faults = model::PreferenceFaults(preferences);
  if (!faults.empty()) return Invalid(absl::StrJoin(faults, "; "));
  return FaultOfZone("preferences.time_zone", preferences.time_zone(), find_zone);
}

MaybeFault FaultOfBody(const v1::OwnerEvent& event, ZoneFinder find_zone) {
  switch (event.event_case()) {
    case v1::OwnerEvent::kNudgeAnswered:
      if (event.nudge_answered().nudge_id().empty()) return Missing("nudge_answered.nudge_id");
      if (event.nudge_answered().feedback() == v1::FEEDBACK_UNSPECIFIED) {
        return Missing("nudge_answered.feedback");
      }
      if (!v1::Feedback_IsValid(event.nudge_answered().feedback())) {
        return Invalid(absl::StrCat("nudge_answered.feedback is ",
                                    static_cast<int>(event.nudge_answered().feedback()),
                                    ", which this version does not know"));
      }
      return std::nullopt;
    case v1::OwnerEvent::kNudgeSnoozed:
      if (event.nudge_snoozed().nudge_id().empty()) return Missing("nudge_snoozed.nudge_id");
      if (!event.nudge_snoozed().has_until_time()) return Missing("nudge_snoozed.until_time");
      return std::nullopt;
    case v1::OwnerEvent::kPreferencesSet:
      return FaultOfPreferences(event.preferences_set().preferences(), find_zone);
    case v1::OwnerEvent::kLeaveSet:
      return FaultOfLeave(event.leave_set());
    case v1::OwnerEvent::kRosterEntrySet:
      return FaultOfZone("roster_entry_set.time_zone", event.roster_entry_set().time_zone(),
                         find_zone);
    case v1::OwnerEvent::EVENT_NOT_SET:
      break;
  }
  return Fault{v1::REJECT_REASON_VERSION_UNKNOWN, "the owner's event is of no known kind"};
}

}  // namespace

MaybeFault FaultOf(const v1::MomentEvent& event, absl::string_view owner_id) {
  if (event.has_closed()) {
    if (event.closed().moment_id().empty()) return Missing("closed.moment_id");
    return FaultOfOwner(event.closed().owner_id(), owner_id);
  }
  if (!event.has_opened()) {
    return Fault{v1::REJECT_REASON_VERSION_UNKNOWN, "the moment's event is of no known kind"};
  }
  const v1::MomentOpened& opened = event.opened();
  if (opened.moment_id().empty()) return Missing("opened.moment_id");
  if (opened.kind() == v1::MOMENT_KIND_UNSPECIFIED) return Missing("opened.kind");
  if (opened.family() == v1::MOMENT_FAMILY_UNSPECIFIED) return Missing("opened.family");
  if (!opened.has_expire_time()) return Missing("opened.expire_time");
  return FaultOfOwner(opened.owner_id(), owner_id);
}

MaybeFault FaultOf(const v1::OwnerEvent& event, absl::string_view owner_id, ZoneFinder find_zone) {
  if (event.event_id().empty()) return Missing("event_id");
  if (MaybeFault fault = FaultOfOwner(event.owner_id(), owner_id)) return fault;
  return FaultOfBody(event, find_zone);
}

}  // namespace tend::notification
