#include "services/notification/processor.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/model/attention_faults.h"
#include "common/model/proto_time.h"
#include "services/notification/domain/validate.h"

namespace tend::notification {
namespace {

// Of the changelog's keys: an owner's inbox stands at its id, each nudge at "<owner id>\n<nudge
// id>". Owner ids have no line break (validate.h).
constexpr char kNudgeKeySeparator[] = "\n";

// Absl keeps each zone it has loaded, and each name it could not load: the files are read once a
// name.
std::optional<absl::TimeZone> FindZone(absl::string_view name) {
  absl::TimeZone zone;
  if (name.empty()) return absl::UTCTimeZone();
  if (!absl::LoadTimeZone(name, &zone)) return std::nullopt;
  return zone;
}

stream::Outcome RejectFor(Fault fault) {
  return stream::Outcome::Reject(fault.reason, std::move(fault.detail));
}

stream::Outcome Malformed(absl::string_view message) {
  return stream::Outcome::Reject(v1::REJECT_REASON_MALFORMED,
                                 absl::StrCat("the bytes are not a ", message));
}

stream::Outcome Absent() {
  return stream::Outcome::Reject(
      v1::REJECT_REASON_NUDGE_ABSENT,
      "the nudge is not in the owner's inbox: it left before, or never was there");
}

void SetReason(const NudgeChange& change, absl::string_view owner_event_id,
               v1::NudgeChanged& contract) {
  switch (change.reason) {
    case v1::NudgeChanged::kOpenedByMomentId:
      return contract.set_opened_by_moment_id(change.nudge.id());
    case v1::NudgeChanged::kWithdrawn:
      return contract.set_withdrawn(change.withdrawn);
    case v1::NudgeChanged::kOwnerEventId:
      return contract.set_owner_event_id(owner_event_id.data(), owner_event_id.size());
    case v1::NudgeChanged::kReplanned:
      return contract.set_replanned(change.nudge.held_by);
    case v1::NudgeChanged::kSnoozeEnded:
      return contract.set_snooze_ended(true);
    case v1::NudgeChanged::REASON_NOT_SET:
      TEND_CHECK(false);
  }
}

template <typename Message>
bool Parse(absl::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

NotificationProcessor::NotificationProcessor(const v1::Policy& policy)
    : attention_(policy.attention()) {
  TEND_CHECK(model::AttentionFaults(attention_).empty());
}

stream::Outcome NotificationProcessor::Process(const stream::Record& record,
                                               stream::Context& context) {
  if (record.topic == kMomentsTopic) return ProcessMoment(record, context);
  TEND_CHECK(record.topic == kOwnerEventsTopic);
  return ProcessOwnerEvent(record, context);
}

stream::Outcome NotificationProcessor::ProcessMoment(const stream::Record& record,
                                                     stream::Context& context) {
  v1::MomentEvent& event = moment_event_;
  if (!Parse(record.value, event)) return Malformed("tend.v1.MomentEvent");
  if (std::optional<Fault> fault = FaultOf(event, record.key)) return RejectFor(*std::move(fault));
  if (!Counts(EffectOf(event, inboxes_.Find(record.key), context.now()))) {
    return stream::Outcome::Used();
  }
  OwnerInbox& inbox = inboxes_.Mutable(record.key);
  InboxEditor editor(attention_, context.now(), inbox, changes_);
  if (event.has_opened()) {
    const std::shared_ptr<const v1::MomentOpened> moment(event.release_opened());
    editor.Open(moment);
    Finish(record.key, inbox, {moment->source_position()}, context);
  } else {
    editor.Close(event.closed());
    Finish(record.key, inbox, {event.closed().source_position()}, context);
  }
  return stream::Outcome::Used();
}

stream::Outcome NotificationProcessor::ProcessOwnerEvent(const stream::Record& record,
                                                         stream::Context& context) {
  v1::OwnerEvent event;
  if (!Parse(record.value, event)) return Malformed("tend.v1.OwnerEvent");
  if (std::optional<Fault> fault = FaultOf(event, record.key, FindZone)) {
    return RejectFor(*std::move(fault));
  }
  const Effect effect = EffectOf(event, inboxes_.Find(record.key), context.now());
  if (!Counts(effect)) return effect == Effect::kNoNudge ? Absent() : stream::Outcome::Used();
  OwnerInbox& inbox = inboxes_.Mutable(record.key);
  InboxEditor(attention_, context.now(), inbox, changes_).Apply(event, FindZone);
  Finish(record.key, inbox, {event.source_position(), event.event_id()}, context);
  return stream::Outcome::Used();
}

void NotificationProcessor::OnTime(stream::Context& context) {
  while (due_.next() <= context.now()) {
    const std::string owner_id = due_.next_owner();
    OwnerInbox& inbox = inboxes_.Mutable(owner_id);
    InboxEditor(attention_, context.now(), inbox, changes_).Wake();
    TEND_CHECK(DueOf(inbox) > context.now());
    Finish(owner_id, inbox, {}, context);
  }
}

bool NotificationProcessor::Counts(Effect effect) {
  switch (effect) {
    case Effect::kChange:
      return true;
    case Effect::kRepeat:
      ++counts_.repeats;
      return false;
    case Effect::kNoNudge:
      ++counts_.without_nudge;
      return false;
    case Effect::kPast:
      ++counts_.past;
      return false;
  }
  return false;
}

void NotificationProcessor::Finish(absl::string_view owner_id, const OwnerInbox& inbox,
                                   const Cause& cause, stream::Context& context) {
  for (const NudgeChange& change : changes_) Emit(change, cause, context);
  changes_.clear();
  due_.Set(owner_id, DueOf(inbox));
}

void NotificationProcessor::Emit(const NudgeChange& change, const Cause& cause,
                                 stream::Context& context) {
  const NudgeContract nudge(change.nudge, *nudge_changed_.mutable_nudge());
  nudge_changed_.set_from_state(change.from);
  *nudge_changed_.mutable_change_time() = model::ToStamp(context.now());
  SetReason(change, cause.owner_event_id, nudge_changed_);
  if (cause.source.ByteSizeLong() > 0) {
    *nudge_changed_.mutable_source_position() = cause.source;
  } else {
    nudge_changed_.clear_source_position();
  }
  bytes_.clear();
  nudge_changed_.AppendToString(&bytes_);
  context.Emit(kNudgesTopic, change.nudge.owner_id(), bytes_);
}

absl::Status NotificationProcessor::Restore(absl::string_view key,
                                            std::optional<absl::string_view> value) {
  const std::pair<absl::string_view, absl::string_view> ids =
      absl::StrSplit(key, absl::MaxSplits(kNudgeKeySeparator, 1));
  const auto& [owner_id, nudge_id] = ids;
  if (!nudge_id.empty()) return RestoreNudge(owner_id, nudge_id, value);
  if (!value.has_value()) {
    inboxes_.Unload(owner_id);
    return absl::OkStatus();
  }
  OwnerInbox& inbox = inboxes_.Load(owner_id);
  if (!Parse(*value, inbox.record)) {
    return absl::DataLossError(absl::StrCat("the inbox of owner ", key, " cannot be read"));
  }
  if (inbox.record.schema_version() != kInboxSchemaVersion) {
    return absl::DataLossError(absl::StrCat("the inbox of owner ", key, " has schema_version ",
                                            inbox.record.schema_version(), ", not ",
                                            kInboxSchemaVersion));
  }
  // The name was checked when it came; a zone that has vanished since from the machine's data is
  // UTC.
  inbox.zone = FindZone(ZoneName(inbox.record)).value_or(absl::UTCTimeZone());
  return absl::OkStatus();
}

absl::Status NotificationProcessor::RestoreNudge(absl::string_view owner_id,
                                                 absl::string_view nudge_id,
                                                 std::optional<absl::string_view> value) {
  NudgeList& nudges = inboxes_.Load(owner_id).nudges;
  if (const int index = nudges.IndexOf(nudge_id); index >= 0) nudges.Remove(index);
  if (!value.has_value()) return absl::OkStatus();
  v1::Nudge contract;
  std::optional<Nudge> nudge;
  if (Parse(*value, contract)) nudge = FromContract(std::move(contract));
  if (!nudge.has_value() || nudge->id() != nudge_id) {
    return absl::DataLossError(
        absl::StrCat("nudge ", nudge_id, " of owner ", owner_id, " cannot be read"));
  }
  nudges.Add(*std::move(nudge));
  return absl::OkStatus();
}

void NotificationProcessor::Restored() {
  inboxes_.ForEach([this](const std::string& owner_id, const OwnerInbox& inbox) {
    due_.Set(owner_id, DueOf(inbox));
  });
}

void NotificationProcessor::FlushChanges(stream::ChangelogSink sink) {
  const auto put = [&](absl::string_view key, const google::protobuf::MessageLite& record) {
    bytes_.clear();
    record.AppendToString(&bytes_);
    sink(key, absl::string_view(bytes_));
  };
  const NudgeList none;
  inboxes_.ForEachChanged(
      [&](const std::string& owner_id, const OwnerInbox* before, const OwnerInbox* inbox) {
        put(owner_id, inbox->record);  // an inbox, once made, stays
        const auto put_nudge = [&](const std::string& nudge_id, const Nudge* nudge) {
          const std::string key = absl::StrCat(owner_id, kNudgeKeySeparator, nudge_id);
          if (nudge == nullptr) return sink(key, std::nullopt);
          const NudgeContract contract(*nudge, nudge_);
          put(key, nudge_);
        };
        inbox->nudges.ForEachChangeSince(before == nullptr ? none : before->nudges, put_nudge);
      });
}

void NotificationProcessor::Rollback() {
  inboxes_.Rollback([this](const std::string& owner_id, const OwnerInbox* inbox) {
    due_.Set(owner_id, inbox == nullptr ? absl::InfiniteFuture() : DueOf(*inbox));
  });
}

stream::ProcessorSpec MakeNotificationProcessor(const v1::Policy& policy) {
  return {"tend.notification", {kMomentsTopic, kOwnerEventsTopic}, kInboxesTopic, [policy](int) {
            return std::make_unique<NotificationProcessor>(policy);
          }};
}

}  // namespace tend::notification
