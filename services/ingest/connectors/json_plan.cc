#include "services/ingest/connectors/json_plan.h"

#include "common/base/check.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "tend/v1/interaction.pb.h"

namespace tend::ingest {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Field = MessagePlan::Field;

#define TEND_TEXT(Type, field)                                                                  \
  {                                                                                             \
    v1::Type::descriptor()->FindFieldByName(#field), [](Field& f) {                             \
      f.mutable_text = [](Message* m) { return static_cast<v1::Type*>(m)->mutable_##field(); }; \
    }                                                                                           \
  }
#define TEND_ENUM(Type, field, Enum)                                           \
  {                                                                            \
    v1::Type::descriptor()->FindFieldByName(#field), [](Field& f) {            \
      f.set_enum = [](Message* m, int number) {                                \
        static_cast<v1::Type*>(m)->set_##field(static_cast<v1::Enum>(number)); \
      };                                                                       \
    }                                                                          \
  }
#define TEND_CHILD(Type, field, accessor)                           \
  {                                                                 \
    v1::Type::descriptor()->FindFieldByName(#field), [](Field& f) { \
      f.add_child = [](Message* m) -> Message* {                    \
        return static_cast<v1::Type*>(m)->accessor##_##field();     \
      };                                                            \
    }                                                               \
  }

// Gives the field its generated accessor, if it is one of those that matter.
void UseGenerated(Field& field) {
  static const auto& setters = *new absl::flat_hash_map<const FieldDescriptor*, void (*)(Field&)>{
      TEND_TEXT(Interaction, id),
      TEND_TEXT(Interaction, thread_key),
      TEND_TEXT(Interaction, in_reply_to),
      TEND_TEXT(Interaction, permit_id),
      TEND_ENUM(Interaction, channel, Channel),
      TEND_ENUM(Interaction, automated, AutomatedReason),
      TEND_ENUM(Interaction, purpose, TouchPurpose),
      TEND_CHILD(Interaction, source, mutable),
      TEND_CHILD(Interaction, occur_time, mutable),
      TEND_CHILD(Interaction, receive_time, mutable),
      TEND_CHILD(Interaction, parties, add),
      TEND_CHILD(Interaction, message_sent, mutable),
      TEND_CHILD(Interaction, message_opened, mutable),
      TEND_CHILD(Interaction, page_visited, mutable),
      TEND_TEXT(Source, system),
      TEND_TEXT(Source, instance),
      TEND_TEXT(Source, record_id),
      TEND_TEXT(Source, record_url),
      TEND_ENUM(Party, role, PartyRole),
      TEND_ENUM(Party, side, Side),
      TEND_CHILD(Party, identifiers, add),
      TEND_TEXT(Party, display_name),
      TEND_ENUM(Identifier, kind, IdentifierKind),
      TEND_TEXT(Identifier, system),
      TEND_TEXT(Identifier, raw),
      TEND_TEXT(MessageSent, subject),
      TEND_ENUM(PageVisited, kind, PageKind),
      TEND_TEXT(PageVisited, url),
  };
  const auto found = setters.find(field.descriptor);
  if (found != setters.end()) found->second(field);
}

#undef TEND_TEXT
#undef TEND_ENUM
#undef TEND_CHILD

}  // namespace

MessagePlan::Field* MessagePlan::Find(absl::string_view key, Field* previous) {
  Field*& guess = previous == nullptr ? first : previous->follower;
  if (guess != nullptr && guess->name == key) return guess;
  const auto found = by_name.find(key);
  if (found == by_name.end()) return nullptr;
  guess = found->second;
  return guess;
}

JsonPlans::JsonPlans() : interaction_(Plan(v1::Interaction::descriptor())) {}

MessagePlan* JsonPlans::Plan(const Descriptor* type) {
  std::unique_ptr<MessagePlan>& slot = plans_[type];
  if (slot != nullptr) return slot.get();
  slot = std::make_unique<MessagePlan>();
  MessagePlan* plan = slot.get();  // `slot` moves when the recursion inserts
  if (type == google::protobuf::Timestamp::descriptor()) {
    plan->form = MessagePlan::Form::kTimestamp;
  } else if (type == google::protobuf::Duration::descriptor()) {
    plan->form = MessagePlan::Form::kDuration;
  } else {
    for (int i = 0; i < type->field_count(); ++i) AddField(type->field(i), plan);
  }
  return plan;
}

void JsonPlans::AddField(const FieldDescriptor* descriptor, MessagePlan* plan) {
  TEND_CHECK(descriptor->index() < 64 && !descriptor->is_map());
  TEND_CHECK(descriptor->type() != FieldDescriptor::TYPE_BYTES);
  Field field;
  field.descriptor = descriptor;
  field.type = descriptor->cpp_type();
  field.repeated = descriptor->is_repeated();
  field.bit = uint64_t{1} << descriptor->index();
  if (const auto* oneof = descriptor->real_containing_oneof(); oneof != nullptr) {
    field.oneof_bit = uint64_t{1} << oneof->index();
  }
  if (field.type == FieldDescriptor::CPPTYPE_MESSAGE)
    field.message = Plan(descriptor->message_type());
  if (field.type == FieldDescriptor::CPPTYPE_ENUM)
    field.enum_numbers = Numbers(descriptor->enum_type());
  UseGenerated(field);
  for (const std::string* name : {&descriptor->name(), &descriptor->json_name()}) {
    if (plan->by_name.contains(*name)) continue;
    field.name = *name;
    plan->fields.push_back(std::make_unique<Field>(field));
    plan->by_name[field.name] = plan->fields.back().get();
  }
}

const absl::flat_hash_map<std::string, int>* JsonPlans::Numbers(
    const google::protobuf::EnumDescriptor* type) {
  std::unique_ptr<absl::flat_hash_map<std::string, int>>& numbers = enums_[type];
  if (numbers == nullptr) {
    numbers = std::make_unique<absl::flat_hash_map<std::string, int>>();
    for (int i = 0; i < type->value_count(); ++i) {
      (*numbers)[type->value(i)->name()] = type->value(i)->number();
    }
  }
  return numbers.get();
}

}  // namespace tend::ingest
