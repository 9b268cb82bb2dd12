#include "services/ingest/connectors/interaction_json.h"

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/ingest/connectors/json_plan.h"
#include "services/ingest/connectors/time_text.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

namespace dom = simdjson::dom;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// Reads one JSON text into one message. After `false`, fault says what and where.
class Walker {
 public:
  Walker(Fault* fault) : fault_(fault) {}

  // An unknown field of the outermost message was met; its name is in fault()->field.
  bool unknown_at_top() const { return unknown_at_top_; }

  // message: empty.
  bool ReadMessage(dom::object object, MessagePlan& plan, int depth, Message* message) {
    uint64_t seen = 0;
    uint64_t seen_oneofs = 0;
    MessagePlan::Field* field = nullptr;
    for (const dom::key_value_pair& pair : object) {
      field = plan.Find(View(pair.key), field);
      if (field == nullptr) {
        unknown_at_top_ = depth == 0;
        return FailAt(pair.key, v1::REJECT_REASON_FIELD_INVALID, "unknown field");
      }
      if (pair.value.is_null()) continue;
      if ((seen & field->bit) != 0) {
        return FailAt(pair.key, v1::REJECT_REASON_FIELD_INVALID, "the field stands twice");
      }
      if ((seen_oneofs & field->oneof_bit) != 0) {
        return FailAt(pair.key, v1::REJECT_REASON_FIELD_INVALID,
                      absl::StrCat("a second ", field->descriptor->containing_oneof()->name(),
                                   "; there can be one"));
      }
      seen |= field->bit;
      seen_oneofs |= field->oneof_bit;
      const bool good = field->repeated ? ReadList(pair.value, *field, depth, message)
                                        : ReadOne(pair.value, *field, depth, message);
      if (!good) return Under(pair.key);
    }
    return true;
  }

 private:
  bool Fail(v1::RejectReason reason, std::string detail) {
    fault_->reason = reason;
    fault_->detail = std::move(detail);
    fault_->field.clear();
    return false;
  }
  bool FailAt(std::string_view key, v1::RejectReason reason, std::string detail) {
    Fail(reason, std::move(detail));
    return Under(key);
  }
  bool Invalid(absl::string_view expected) {
    return Fail(v1::REJECT_REASON_FIELD_INVALID, absl::StrCat("not ", expected));
  }
  // Puts one step before the pointer, on the way out. A key of the sender's is cut: it may be
  // anything.
  bool Under(std::string_view key) {
    constexpr size_t kMaxKey = 64;
    fault_->field.insert(0, absl::StrCat("/", absl::StrReplaceAll(View(key).substr(0, kMaxKey),
                                                                  {{"~", "~0"}, {"/", "~1"}})));
    return false;
  }

  bool ReadList(dom::element value, MessagePlan::Field& field, int depth, Message* message) {
    dom::array array;
    if (value.get(array) != simdjson::SUCCESS) return Invalid("an array");
    int index = 0;
    for (dom::element element : array) {
      if (!ReadOne(element, field, depth, message)) return Under(std::to_string(index));
      ++index;
    }
    return true;
  }

  // Sets the field, or adds to it when it is repeated.
  bool ReadOne(dom::element value, MessagePlan::Field& field, int depth, Message* message) {
    switch (field.type) {
      case FieldDescriptor::CPPTYPE_STRING:
        return ReadString(value, field, message);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return ReadChild(value, field, depth, message);
      case FieldDescriptor::CPPTYPE_ENUM:
        return ReadEnum(value, field, message);
      case FieldDescriptor::CPPTYPE_BOOL: {
        bool flag = false;
        if (value.get(flag) != simdjson::SUCCESS) return Invalid("true or false");
        message->GetReflection()->SetBool(message, field.descriptor, flag);
        return true;
      }
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
        return ReadInteger(value, field.descriptor, message);
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        double number = 0;
        if (value.get(number) != simdjson::SUCCESS) return Invalid("a number");
        message->GetReflection()->SetDouble(message, field.descriptor, number);
        return true;
      }
      default:
        return Invalid("of a type that is read here");
    }
  }

  bool ReadString(dom::element value, const MessagePlan::Field& field, Message* message) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return Invalid("a string");
    if (field.mutable_text != nullptr) {
      field.mutable_text(message)->assign(text);
    } else if (field.repeated) {
      message->GetReflection()->AddString(message, field.descriptor, std::string(text));
    } else {
      message->GetReflection()->SetString(message, field.descriptor, std::string(text));
    }
    return true;
  }

  bool ReadChild(dom::element value, const MessagePlan::Field& field, int depth, Message* message) {
    Message* child = field.add_child != nullptr ? field.add_child(message)
                     : field.repeated
                         ? message->GetReflection()->AddMessage(message, field.descriptor)
                         : message->GetReflection()->MutableMessage(message, field.descriptor);
    if (field.message->form == MessagePlan::Form::kMessage) {
      dom::object object;
      if (value.get(object) != simdjson::SUCCESS) return Invalid("an object");
      return ReadMessage(object, *field.message, depth + 1, child);
    }
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return Invalid("a string");
    return field.message->form == MessagePlan::Form::kTimestamp
               ? ReadTimestamp(View(text), static_cast<google::protobuf::Timestamp*>(child))
               : ReadDuration(View(text), static_cast<google::protobuf::Duration*>(child));
  }

  bool ReadTimestamp(absl::string_view text, google::protobuf::Timestamp* timestamp) {
    const std::optional<absl::Time> time = ParseRfc3339(text);
    if (!time.has_value()) {
      return Fail(v1::REJECT_REASON_TIME_INVALID, "not a time like 2026-03-02T09:00:00Z");
    }
    SetTimestamp(*time, *timestamp);
    return true;
  }

  bool ReadDuration(absl::string_view text, google::protobuf::Duration* duration) {
    const std::optional<absl::Duration> span = ParseSeconds(text);
    if (!span.has_value()) return Invalid("a span like 90s");
    const int64_t seconds = absl::ToInt64Seconds(*span);
    duration->set_seconds(seconds);
    duration->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(*span - absl::Seconds(seconds))));
    return true;
  }

  bool ReadEnum(dom::element value, MessagePlan::Field& field, Message* message) {
    std::string_view name;
    int64_t number = 0;
    if (value.get(name) == simdjson::SUCCESS) {
      if (name != field.last_name) {
        const auto found = field.enum_numbers->find(View(name));
        if (found == field.enum_numbers->end()) {
          return Invalid(absl::StrCat("a name of ", field.descriptor->enum_type()->name()));
        }
        field.last_name = name;
        field.last_number = found->second;
      }
      number = field.last_number;
    } else if (!Integer(value, INT32_MIN, INT32_MAX, &number)) {
      return Invalid(absl::StrCat("a name or number of ", field.descriptor->enum_type()->name()));
    }
    if (field.set_enum != nullptr) {
      field.set_enum(message, static_cast<int>(number));
    } else {
      message->GetReflection()->SetEnumValue(message, field.descriptor, static_cast<int>(number));
    }
    return true;
  }

  bool ReadInteger(dom::element value, const FieldDescriptor* field, Message* message) {
    int64_t number = 0;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      if (!Integer(value, INT32_MIN, INT32_MAX, &number)) return Invalid("a 32-bit integer");
      message->GetReflection()->SetInt32(message, field, static_cast<int32_t>(number));
    } else {
      if (!Integer(value, INT64_MIN, INT64_MAX, &number)) return Invalid("a 64-bit integer");
      message->GetReflection()->SetInt64(message, field, number);
    }
    return true;
  }

  // An integer, a text of one, or a number without a fraction ("1.0", "1e3").
  static bool Integer(dom::element value, int64_t least, int64_t most, int64_t* number) {
    std::string_view text;
    double real = 0;
    if (value.get(*number) == simdjson::SUCCESS) return *number >= least && *number <= most;
    if (value.get(text) == simdjson::SUCCESS) {
      return absl::SimpleAtoi(View(text), number) && *number >= least && *number <= most;
    }
    if (value.get(real) != simdjson::SUCCESS) return false;
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (!(real >= -kExact && real <= kExact)) return false;
    *number = static_cast<int64_t>(real);
    return static_cast<double>(*number) == real && *number >= least && *number <= most;
  }

  Fault* fault_;
  bool unknown_at_top_ = false;
};

}  // namespace

struct InteractionJson::State {
  dom::parser parser;
  JsonPlans plans;
};

InteractionJson::InteractionJson() : state_(std::make_unique<State>()) {}
InteractionJson::~InteractionJson() = default;

InteractionJson::Result InteractionJson::Read(absl::string_view json, v1::Interaction* interaction,
                                              Fault* fault) {
  dom::element root;
  const simdjson::error_code error =
      state_->parser.parse(json.data(), json.size(), /*realloc_if_needed=*/false).get(root);
  if (error != simdjson::SUCCESS) {
    *fault = {v1::REJECT_REASON_MALFORMED, "",
              absl::StrCat("not JSON: ", simdjson::error_message(error))};
    return Result::kFault;
  }
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    *fault = {v1::REJECT_REASON_FIELD_INVALID, "", "not a JSON object"};
    return Result::kFault;
  }
  interaction->Clear();
  Walker walker(fault);
  if (walker.ReadMessage(object, state_->plans.interaction(), 0, interaction))
    return Result::kInteraction;
  if (!walker.unknown_at_top()) return Result::kFault;
  bool ignorable = false;
  if (object["ignorable"].get(ignorable) == simdjson::SUCCESS && ignorable) return Result::kIgnored;
  if (interaction->fact_case() == v1::Interaction::FACT_NOT_SET &&
      object.at_pointer(fault->field).is_object()) {
    fault->reason = v1::REJECT_REASON_FACT_UNKNOWN;
    fault->detail = "no fact of this name is known to this version";
  }
  return Result::kFault;
}

}  // namespace tend::ingest
