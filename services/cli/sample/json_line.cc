#include "services/cli/sample/json_line.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace tend::sample {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void AppendString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// `value` with leading zeros, after `before`.
void AppendPadded(char before, int64_t value, int digits, std::string* out) {
  if (before != 0) out->push_back(before);
  for (int64_t power = digits == 4 ? 1000 : 10; power > 0; power /= 10) {
    out->push_back(static_cast<char>('0' + value / power % 10));
  }
}

void AppendFraction(int32_t nanos, std::string* out) {
  if (nanos != 0) absl::StrAppendFormat(out, ".%09d", nanos);
}

void AppendTimestamp(const google::protobuf::Timestamp& time, std::string* out) {
  const absl::CivilSecond civil = absl::CivilSecond(1970, 1, 1) + time.seconds();
  AppendPadded('"', civil.year(), 4, out);
  AppendPadded('-', civil.month(), 2, out);
  AppendPadded('-', civil.day(), 2, out);
  AppendPadded('T', civil.hour(), 2, out);
  AppendPadded(':', civil.minute(), 2, out);
  AppendPadded(':', civil.second(), 2, out);
  AppendFraction(time.nanos(), out);
  out->append("Z\"");
}

// REQUIRES: not negative.
void AppendDuration(const google::protobuf::Duration& duration, std::string* out) {
  absl::StrAppend(out, "\"", duration.seconds());
  AppendFraction(duration.nanos(), out);
  out->append("s\"");
}

void AppendMessage(const Message& message, std::string* out) {
  const Descriptor* type = message.GetDescriptor();
  if (type == google::protobuf::Timestamp::descriptor()) {
    AppendTimestamp(static_cast<const google::protobuf::Timestamp&>(message), out);
  } else if (type == google::protobuf::Duration::descriptor()) {
    AppendDuration(static_cast<const google::protobuf::Duration&>(message), out);
  } else {
    AppendJson(message, out);
  }
}

// The value of a field that is no message; index -1: a field that is not repeated.
void AppendScalar(const Message& message, const Reflection& reflection,
                  const FieldDescriptor* field, int index, std::string* out) {
  const bool one = index < 0;
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendString(
          one ? reflection.GetStringReference(message, field, &scratch)
              : reflection.GetRepeatedStringReference(message, field, index, &scratch),
          out);
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrAppend(out, "\"",
                             (one ? reflection.GetEnum(message, field)
                                  : reflection.GetRepeatedEnum(message, field, index))
                                 ->name(),
                             "\"");
    case FieldDescriptor::CPPTYPE_BOOL:
      out->append(reflection.GetBool(message, field) ? "true" : "false");
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrAppend(out, reflection.GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrAppend(out, "\"", reflection.GetInt64(message, field), "\"");
    default:
      TEND_CHECK(!"a kind of field that Interaction does not have");
  }
}

void AppendField(const Message& message, const Reflection& reflection, const FieldDescriptor* field,
                 std::string* out) {
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!field->is_repeated()) {
    if (is_message) return AppendMessage(reflection.GetMessage(message, field), out);
    return AppendScalar(message, reflection, field, -1, out);
  }
  out->push_back('[');
  const int size = reflection.FieldSize(message, field);
  for (int i = 0; i < size; ++i) {
    if (i > 0) out->push_back(',');
    if (is_message) {
      AppendMessage(reflection.GetRepeatedMessage(message, field, i), out);
    } else {
      AppendScalar(message, reflection, field, i, out);
    }
  }
  out->push_back(']');
}

}  // namespace

void AppendJson(const Message& message, std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  char before = '{';
  for (const FieldDescriptor* field : fields) {
    out->push_back(before);
    before = ',';
    absl::StrAppend(out, "\"", field->json_name(), "\":");
    AppendField(message, reflection, field, out);
  }
  if (before == '{') out->push_back('{');
  out->push_back('}');
}

}  // namespace tend::sample
