#include "services/ingest/domain/roster_events.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/hash.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

absl::Status Check(const v1::Roster& roster) {
  if (roster.owners().empty()) return absl::InvalidArgumentError("owners: there is none");
  std::vector<std::string> faults;
  std::set<std::string> ids;
  for (int i = 0; i < roster.owners_size(); ++i) {
    const v1::Owner& owner = roster.owners(i);
    const std::string key = absl::StrCat("owners[", i, "].");
    absl::TimeZone zone;
    if (owner.owner_id().empty()) {
      faults.push_back(key + "owner_id: is empty");
    } else if (!ids.insert(owner.owner_id()).second) {
      faults.push_back(absl::StrCat(key, "owner_id: \"", owner.owner_id(), "\" is there twice"));
    }
    if (!owner.time_zone().empty() && !absl::LoadTimeZone(View(owner.time_zone()), &zone)) {
      faults.push_back(absl::StrCat(key, "time_zone: \"", owner.time_zone(),
                                    "\" is no IANA name like \"Europe/Berlin\""));
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

}  // namespace

absl::StatusOr<std::vector<v1::OwnerEvent>> RosterEvents(const v1::Roster& roster,
                                                         absl::string_view request_id,
                                                         absl::Time now) {
  if (absl::Status checked = Check(roster); !checked.ok()) return checked;
  std::vector<v1::OwnerEvent> events;
  events.reserve(static_cast<size_t>(roster.owners_size()));
  for (const v1::Owner& owner : roster.owners()) {
    v1::OwnerEvent& event = events.emplace_back();
    event.set_event_id(StableId({View(owner.owner_id()), request_id}));
    event.set_owner_id(owner.owner_id());
    SetTimestamp(now, *event.mutable_occur_time());
    v1::RosterEntrySet* entry = event.mutable_roster_entry_set();
    entry->set_time_zone(owner.time_zone());
    entry->set_team_id(owner.team_id());
    entry->set_display_name(owner.display_name());
  }
  return events;
}

}  // namespace tend::ingest
