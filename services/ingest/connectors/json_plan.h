// How protobuf's JSON is read into messages: per message type its fields by name, with the fastest
// way to set each.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_JSON_PLAN_H_
#define TEND_SERVICES_INGEST_CONNECTORS_JSON_PLAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace tend::ingest {

struct MessagePlan {
  enum class Form { kMessage, kTimestamp, kDuration };

  // A field in one of its two spellings.
  struct Field {
    absl::string_view name;
    const google::protobuf::FieldDescriptor* descriptor = nullptr;
    google::protobuf::FieldDescriptor::CppType type = {};
    bool repeated = false;
    uint64_t bit = 0;                // its own; both spellings have the same
    uint64_t oneof_bit = 0;          // its oneof's; 0 outside of any
    MessagePlan* message = nullptr;  // of a message field
    const absl::flat_hash_map<std::string, int>* enum_numbers = nullptr;  // of an enum field

    // The generated accessors of what nearly every row has. Null: reflection, which takes five
    // times as long.
    std::string* (*mutable_text)(google::protobuf::Message*) = nullptr;
    void (*set_enum)(google::protobuf::Message*, int) = nullptr;
    google::protobuf::Message* (*add_child)(google::protobuf::Message*) = nullptr;

    // Rows of one file mostly are alike. What stood after the field in the last row, and the enum's
    // value in it.
    Field* follower = nullptr;
    std::string last_name;
    int last_number = 0;
  };

  // The field of this name; null: there is none. previous: the one that stood before it in this
  // object, or null.
  Field* Find(absl::string_view key, Field* previous);

  Form form = Form::kMessage;
  std::vector<std::unique_ptr<Field>> fields;
  absl::flat_hash_map<absl::string_view, Field*> by_name;
  Field* first = nullptr;  // what stood first in the last row
};

// The plans of Interaction and all messages in it. One reader's own: Find writes into them.
class JsonPlans {
 public:
  JsonPlans();
  MessagePlan& interaction() { return *interaction_; }

 private:
  MessagePlan* Plan(const google::protobuf::Descriptor* type);
  void AddField(const google::protobuf::FieldDescriptor* field, MessagePlan* plan);
  const absl::flat_hash_map<std::string, int>* Numbers(
      const google::protobuf::EnumDescriptor* type);

  absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> plans_;
  absl::flat_hash_map<const google::protobuf::EnumDescriptor*,
                      std::unique_ptr<absl::flat_hash_map<std::string, int>>>
      enums_;
  MessagePlan* interaction_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_JSON_PLAN_H_
