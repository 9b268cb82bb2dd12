// A nudge as an inbox holds it: its moment, which never changes, and what becomes of it.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"

namespace tend::notification {

// A value, small and cheap to copy.
struct Nudge {
  // Open, created now.
  Nudge(std::shared_ptr<const v1::MomentOpened> opened_by, absl::Time now);

  // A nudge has its moment's id and owner.
  const std::string& id() const { return moment->moment_id(); }
  const std::string& owner_id() const { return moment->owner_id(); }

  // Shared with this nudge's copies, which the harness's journal keeps. Never nullptr.
  std::shared_ptr<const v1::MomentOpened> moment;
  uint64_t id_hash;        // StableHash(id())
  absl::Time expire_time;  // the moment's
  absl::Time create_time;
  absl::Time deliver_not_before;
  std::optional<absl::Time> snooze_until;
  v1::NudgeState state = v1::NUDGE_STATE_OPEN;
  v1::GuardReason held_by = v1::GUARD_REASON_UNSPECIFIED;
  v1::Feedback feedback = v1::FEEDBACK_UNSPECIFIED;
};

// Writes a nudge into its contract, for as long as this lives: the moment is lent, not copied.
class NudgeContract {
 public:
  // Sets all fields of `contract`. Both outlive this. REQUIRES: `contract` has no moment.
  NudgeContract(const Nudge& nudge, v1::Nudge& contract);
  ~NudgeContract();
  NudgeContract(const NudgeContract&) = delete;
  NudgeContract& operator=(const NudgeContract&) = delete;

 private:
  v1::Nudge& contract_;
};

// The nudge again. nullopt: its ids are not the moment's, so it was not written by this service.
std::optional<Nudge> FromContract(v1::Nudge contract);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_H_
