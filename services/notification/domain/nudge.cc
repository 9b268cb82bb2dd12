#include "services/notification/domain/nudge.h"

#include <utility>

#include "common/base/hash.h"
#include "common/model/proto_time.h"

namespace tend::notification {

Nudge::Nudge(std::shared_ptr<const v1::MomentOpened> opened_by, absl::Time now)
    : moment(std::move(opened_by)),
      id_hash(StableHash(moment->moment_id())),
      expire_time(model::ToTime(moment->expire_time())),
      create_time(now),
      deliver_not_before(now) {}

NudgeContract::NudgeContract(const Nudge& nudge, v1::Nudge& contract) : contract_(contract) {
  contract.set_nudge_id(nudge.id());
  contract.set_owner_id(nudge.owner_id());
  contract.set_state(nudge.state);
  *contract.mutable_create_time() = model::ToStamp(nudge.create_time);
  *contract.mutable_deliver_not_before_time() = model::ToStamp(nudge.deliver_not_before);
  contract.set_held_by(nudge.held_by);
  contract.set_feedback(nudge.feedback);
  if (nudge.snooze_until.has_value()) {
    *contract.mutable_snooze_until_time() = model::ToStamp(*nudge.snooze_until);
  } else {
    contract.clear_snooze_until_time();
  }
  // Protobuf takes no const here; it writes nothing into it but the sizes it encodes with, which is
  // why a moment is one thread's.
  contract.unsafe_arena_set_allocated_moment(const_cast<v1::MomentOpened*>(nudge.moment.get()));
}

NudgeContract::~NudgeContract() { static_cast<void>(contract_.unsafe_arena_release_moment()); }

std::optional<Nudge> FromContract(v1::Nudge contract) {
  if (!contract.has_moment() || contract.moment().moment_id() != contract.nudge_id() ||
      contract.moment().owner_id() != contract.owner_id()) {
    return std::nullopt;
  }
  Nudge nudge(std::shared_ptr<const v1::MomentOpened>(contract.release_moment()),
              model::ToTime(contract.create_time()));
  nudge.deliver_not_before = model::ToTime(contract.deliver_not_before_time());
  if (contract.has_snooze_until_time()) {
    nudge.snooze_until = model::ToTime(contract.snooze_until_time());
  }
  nudge.state = contract.state();
  nudge.held_by = contract.held_by();
  nudge.feedback = contract.feedback();
  return nudge;
}

}  // namespace tend::notification
