#include "services/notification/processor.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/model/attention_faults.h"
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
  InboxEditor(attention_, context.now(), inbox, changes_).Apply(event);
  Finish(record.key, inbox, context);
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
  Finish(record.key, inbox, context);
  return stream::Outcome::Used();
}

void NotificationProcessor::OnTime(stream::Context& context) {
  while (due_.next() <= context.now()) {
    const std::string owner_id = due_.next_owner();
    OwnerInbox& inbox = inboxes_.Mutable(owner_id);
    InboxEditor(attention_, context.now(), inbox, changes_).Wake();
    TEND_CHECK(DueOf(inbox) > context.now());
    Finish(owner_id, inbox, context);
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
                                   stream::Context& context) {
  for (const v1::NudgeChanged& change : changes_) {
    bytes_.clear();
    change.AppendToString(&bytes_);
    context.Emit(kNudgesTopic, owner_id, bytes_);
  }
  changes_.clear();
  due_.Set(owner_id, DueOf(inbox));
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
  v1::Nudge nudge;
  if (!Parse(*value, nudge) || nudge.nudge_id() != nudge_id) {
    return absl::DataLossError(
        absl::StrCat("nudge ", nudge_id, " of owner ", owner_id, " cannot be read"));
  }
  nudges.Add(std::move(nudge));
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
  inboxes_.ForEachChanged(
      [&](const std::string& owner_id, const OwnerInbox* before, const OwnerInbox* inbox) {
        put(owner_id, inbox->record);  // an inbox, once made, stays
        inbox->nudges.ForEachChangeSince(
            before == nullptr ? NudgeList() : before->nudges,
            [&](const std::string& nudge_id, const v1::Nudge* nudge) {
              const std::string key = absl::StrCat(owner_id, kNudgeKeySeparator, nudge_id);
              nudge == nullptr ? sink(key, std::nullopt) : put(key, *nudge);
            });
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
