// The notification hop: moments and owners' events in, nudges out, one inbox an owner as state.

#ifndef TEND_SERVICES_NOTIFICATION_PROCESSOR_H_
#define TEND_SERVICES_NOTIFICATION_PROCESSOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/stream/journaled_map.h"
#include "common/stream/processor.h"
#include "services/notification/domain/due_index.h"
#include "services/notification/domain/inbox.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/position.pb.h"

namespace tend::notification {

inline constexpr char kMomentsTopic[] = "tend.moments.v1";
inline constexpr char kOwnerEventsTopic[] = "tend.owner-events.v1";
inline constexpr char kInboxesTopic[] = "tend.inboxes.v1";
inline constexpr char kNudgesTopic[] = "tend.nudges.v1";

// What came in and had no effect, since the start. Not part of the state; an aborted batch counts
// twice.
struct NotificationCounts {
  int64_t repeats = 0;
  // About a nudge that is not in the inbox (any more). Of an owner's it is a reject, too: what they
  // said would be lost.
  int64_t without_nudge = 0;
  // Over before they came.
  int64_t past = 0;
};

// One partition of owners. Both input topics are keyed by owner id; the changelog holds a record an
// owner (Inbox) and a record a nudge, so that a change writes what changed.
class NotificationProcessor final : public stream::Processor {
 public:
  // REQUIRES: model::AttentionFaults(policy.attention()) is empty.
  explicit NotificationProcessor(const v1::Policy& policy);

  stream::Outcome Process(const stream::Record& record, stream::Context& context) override;
  void OnTime(stream::Context& context) override;
  absl::Time NextDue() const override { return due_.next(); }

  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override;
  void Restored() override;
  void FlushChanges(stream::ChangelogSink sink) override;
  void Commit() override { inboxes_.Commit(); }
  void Rollback() override;

  const NotificationCounts& counts() const { return counts_; }
  // To read only: for reports and tests.
  const stream::JournaledMap<std::string, OwnerInbox>& inboxes() const { return inboxes_; }

 private:
  // What an inbox is changed by; empty where time does it.
  struct Cause {
    const v1::Position& source = v1::Position::default_instance();
    absl::string_view owner_event_id = {};
  };

  stream::Outcome ProcessMoment(const stream::Record& record, stream::Context& context);
  stream::Outcome ProcessOwnerEvent(const stream::Record& record, stream::Context& context);
  // Whether the event is to be applied; counts it otherwise.
  bool Counts(Effect effect);
  absl::Status RestoreNudge(absl::string_view owner_id, absl::string_view nudge_id,
                            std::optional<absl::string_view> value);
  // Emits what an editor did to an owner's nudges, and sees to when the inbox is due.
  void Finish(absl::string_view owner_id, const OwnerInbox& inbox, const Cause& cause,
              stream::Context& context);
  void Emit(const NudgeChange& change, const Cause& cause, stream::Context& context);

  const v1::AttentionPolicy attention_;
  stream::JournaledMap<std::string, OwnerInbox> inboxes_;
  DueIndex due_;
  NotificationCounts counts_;
  // Of the event being processed, or the record being written; members for their memory.
  v1::MomentEvent moment_event_;
  NudgeChanges changes_;
  v1::NudgeChanged nudge_changed_;
  v1::Nudge nudge_;
  std::string bytes_;
};

// The service as the harness runs it: group "tend.notification".
stream::ProcessorSpec MakeNotificationProcessor(const v1::Policy& policy);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_PROCESSOR_H_
