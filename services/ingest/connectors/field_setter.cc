#include "services/ingest/connectors/field_setter.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/ingest/connectors/value.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Duration;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

bool IsLeaf(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return field->message_type() == Timestamp::descriptor() ||
             field->message_type() == Duration::descriptor();
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_BOOL:
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return true;
    default:
      return false;
  }
}

// "TOUCH_PURPOSE_" of the enum whose zero is TOUCH_PURPOSE_UNSPECIFIED (buf STANDARD sees to it).
absl::string_view EnumPrefix(const google::protobuf::EnumDescriptor* type) {
  absl::string_view zero = type->value(0)->name();
  return absl::EndsWith(zero, "UNSPECIFIED") ? zero.substr(0, zero.size() - 11) : "";
}

}  // namespace

absl::StatusOr<FieldSetter> FieldSetter::Make(const std::string& path) {
  const auto error = [&path](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("path \"", path, "\": ", what));
  };
  FieldSetter setter;
  setter.path_ = path;
  const Descriptor* type = v1::Interaction::descriptor();
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field =
        type == nullptr ? nullptr : type->FindFieldByName(std::string(name));
    if (field == nullptr) return error(absl::StrCat("no field \"", name, "\""));
    if (field->is_repeated()) return error("a repeated field");
    setter.steps_.push_back(field);
    type = IsLeaf(field) ? nullptr : field->message_type();
  }
  if (!IsLeaf(setter.steps_.back())) return error("not a field that a text can give");
  return setter;
}

std::optional<Fault> FieldSetter::Set(absl::string_view text, TimeParser& times,
                                      v1::Interaction* interaction) const {
  Message* message = interaction;
  for (size_t i = 0; i + 1 < steps_.size(); ++i) {
    message = message->GetReflection()->MutableMessage(message, steps_[i]);
  }
  const FieldDescriptor* leaf = steps_.back();
  if (leaf->message_type() != Timestamp::descriptor()) return SetLeaf(text, message);
  const std::optional<absl::Time> time = times.Parse(text);
  if (!time.has_value()) {
    return Fault{v1::REJECT_REASON_TIME_INVALID, path_, "not a time of the mapping's formats"};
  }
  SetTimestamp(*time,
               *static_cast<Timestamp*>(message->GetReflection()->MutableMessage(message, leaf)));
  return std::nullopt;
}

std::optional<Fault> FieldSetter::SetLeaf(absl::string_view text, Message* message) const {
  const FieldDescriptor* leaf = steps_.back();
  const Reflection* reflection = message->GetReflection();
  int32_t small = 0;
  int64_t number = 0;
  double seconds = 0;
  switch (leaf->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(message, leaf, std::string(text));
      return std::nullopt;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(message, leaf, MeansYes(text));
      return std::nullopt;
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(text, message);
    case FieldDescriptor::CPPTYPE_INT32:
      if (!absl::SimpleAtoi(text, &small)) return Invalid("a whole number");
      reflection->SetInt32(message, leaf, small);
      return std::nullopt;
    case FieldDescriptor::CPPTYPE_INT64:
      if (!absl::SimpleAtoi(text, &number)) return Invalid("a whole number");
      reflection->SetInt64(message, leaf, number);
      return std::nullopt;
    default:
      break;
  }
  constexpr double kMaxSeconds = 1e9;  // 31 years
  if (!absl::SimpleAtod(text, &seconds) || !(std::abs(seconds) <= kMaxSeconds)) {
    return Invalid("a number of seconds");
  }
  auto* span = static_cast<Duration*>(reflection->MutableMessage(message, leaf));
  span->set_seconds(static_cast<int64_t>(seconds));
  span->set_nanos(static_cast<int32_t>((seconds - std::trunc(seconds)) * 1e9));
  return std::nullopt;
}

std::optional<Fault> FieldSetter::SetEnum(absl::string_view text, Message* message) const {
  const google::protobuf::EnumDescriptor* type = steps_.back()->enum_type();
  std::string name = absl::AsciiStrToUpper(text);
  for (char& c : name) c = c == ' ' || c == '-' ? '_' : c;
  const EnumValueDescriptor* value = type->FindValueByName(absl::StrCat(EnumPrefix(type), name));
  if (value == nullptr) value = type->FindValueByName(name);
  if (value == nullptr) return Invalid(absl::StrCat("a name of ", type->name()));
  message->GetReflection()->SetEnum(message, steps_.back(), value);
  return std::nullopt;
}

Fault FieldSetter::Invalid(absl::string_view expected) const {
  return {v1::REJECT_REASON_FIELD_INVALID, path_, absl::StrCat("not ", expected)};
}

}  // namespace tend::ingest
