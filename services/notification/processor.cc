#include "services/notification/processor.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "services/notification/domain/validate.h"

namespace tend::notification {
namespace {

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

template <typename Message>
bool Parse(absl::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

NotificationProcessor::NotificationProcessor(const v1::Policy& policy)
    : attention_(policy.attention()) {
  TEND_CHECK(AttentionFaults(attention_).empty());
}

stream::Outcome NotificationProcessor::Process(const stream::Record& record,
                                               stream::Context& context) {
  if (record.topic == kMomentsTopic) return ProcessMoment(record, context);
  TEND_CHECK(record.topic == kOwnerEventsTopic);
  return ProcessOwnerEvent(record, context);
}

stream::Outcome NotificationProcessor::ProcessMoment(const stream::Record& record,
                                                     stream::Context& context) {
  v1::MomentEvent event;
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
  if (!Counts(EffectOf(event, inboxes_.Find(record.key), context.now()))) {
    return stream::Outcome::Used();
  }
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
    TEND_CHECK(DueOf(inbox.record) > context.now());
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
  due_.Set(owner_id, DueOf(inbox.record));
}

absl::Status NotificationProcessor::Restore(absl::string_view key,
                                            std::optional<absl::string_view> value) {
  if (!value.has_value()) {
    inboxes_.Unload(key);
    return absl::OkStatus();
  }
  OwnerInbox& inbox = inboxes_.Load(key);
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

void NotificationProcessor::Restored() {
  inboxes_.ForEach([this](const std::string& owner_id, const OwnerInbox& inbox) {
    due_.Set(owner_id, DueOf(inbox.record));
  });
}

void NotificationProcessor::FlushChanges(stream::ChangelogSink sink) {
  inboxes_.ForEachChanged([&](const std::string& owner_id, const OwnerInbox* inbox) {
    bytes_.clear();
    if (inbox != nullptr) inbox->record.AppendToString(&bytes_);
    sink(owner_id, inbox == nullptr ? std::nullopt : std::optional<absl::string_view>(bytes_));
  });
}

void NotificationProcessor::Rollback() {
  inboxes_.Rollback([this](const std::string& owner_id, const OwnerInbox* inbox) {
    due_.Set(owner_id, inbox == nullptr ? absl::InfiniteFuture() : DueOf(inbox->record));
  });
}

stream::ProcessorSpec MakeNotificationProcessor(const v1::Policy& policy) {
  return {"tend.notification", {kMomentsTopic, kOwnerEventsTopic}, kInboxesTopic, [policy](int) {
            return std::make_unique<NotificationProcessor>(policy);
          }};
}

}  // namespace tend::notification
