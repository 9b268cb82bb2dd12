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
#include "tend/v1/interaction.pb.h"

namespace tend::sample {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Most texts need no escape: they are copied piece by piece.
void AppendString(absl::string_view text, std::string* out) {
  out->push_back('"');
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out->append(text.data() + from, i - from);
    from = i + 1;
    if (c < 0x20) {
      absl::StrAppendFormat(out, "\\u%04x", c);
    } else {
      out->push_back('\\');
      out->push_back(text[i]);
    }
  }
  out->append(text.data() + from, text.size() - from);
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
      // Interaction has no other kind of field.
      TEND_CHECK(false);
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

// Writes the fields of one object in the order of the calls; what is empty is left out.
class Fields {
 public:
  explicit Fields(std::string* out) : out_(*out) {}
  // An object without fields is {} too.
  void End() { out_.append(before_ == '{' ? "{}" : "}"); }

  // `name` is the member's with its quotes and colon: "\"id\":".
  std::string* Begin(absl::string_view name) {
    out_.push_back(before_);
    before_ = ',';
    out_.append(name.data(), name.size());
    return &out_;
  }
  void Text(absl::string_view name, const std::string& value) {
    if (!value.empty()) AppendString(value, Begin(name));
  }
  void Name(absl::string_view name, const std::string& value) {
    Begin(name)->push_back('"');
    out_.append(value);
    out_.push_back('"');
  }

 private:
  std::string& out_;
  char before_ = '{';
};

void AppendSource(const v1::Source& source, std::string* out) {
  Fields fields(out);
  fields.Text(R"("system":)", source.system());
  fields.Text(R"("instance":)", source.instance());
  fields.Text(R"("recordId":)", source.record_id());
  fields.Text(R"("recordUrl":)", source.record_url());
  if (source.has_position()) {
    absl::StrAppend(fields.Begin(R"("position":)"), "\"", source.position(), "\"");
  }
  fields.End();
}

void AppendIdentifier(const v1::Identifier& identifier, std::string* out) {
  Fields fields(out);
  if (identifier.kind() != 0) {
    fields.Name(R"("kind":)", v1::IdentifierKind_Name(identifier.kind()));
  }
  fields.Text(R"("system":)", identifier.system());
  fields.Text(R"("raw":)", identifier.raw());
  fields.Text(R"("normalized":)", identifier.normalized());
  fields.End();
}

template <typename Items, typename Append>
void AppendList(const Items& items, const Append& append, std::string* out) {
  char before = '[';
  for (const auto& item : items) {
    out->push_back(before);
    before = ',';
    append(item, out);
  }
  out->push_back(']');
}

void AppendParty(const v1::Party& party, std::string* out) {
  Fields fields(out);
  if (party.role() != 0) fields.Name(R"("role":)", v1::PartyRole_Name(party.role()));
  if (party.side() != 0) fields.Name(R"("side":)", v1::Side_Name(party.side()));
  if (!party.identifiers().empty()) {
    AppendList(party.identifiers(), AppendIdentifier, fields.Begin(R"("identifiers":)"));
  }
  fields.Text(R"("displayName":)", party.display_name());
  fields.Text(R"("ownerId":)", party.owner_id());
  fields.Text(R"("personId":)", party.person_id());
  fields.End();
}

// Of an interaction: what stands before the channel.
void AppendHead(const v1::Interaction& row, Fields& fields) {
  fields.Text(R"("id":)", row.id());
  if (row.has_source()) AppendSource(row.source(), fields.Begin(R"("source":)"));
  if (row.has_occur_time()) AppendTimestamp(row.occur_time(), fields.Begin(R"("occurTime":)"));
  if (row.has_receive_time()) {
    AppendTimestamp(row.receive_time(), fields.Begin(R"("receiveTime":)"));
  }
  if (row.occur_time_clamped()) fields.Begin(R"("occurTimeClamped":true)");
  if (!row.parties().empty()) {
    AppendList(row.parties(), AppendParty, fields.Begin(R"("parties":)"));
  }
}

// What stands from the channel on, but for the fact.
void AppendTail(const v1::Interaction& row, Fields& fields) {
  if (row.channel() != 0) fields.Name(R"("channel":)", v1::Channel_Name(row.channel()));
  fields.Text(R"("threadKey":)", row.thread_key());
  fields.Text(R"("inReplyTo":)", row.in_reply_to());
  if (row.automated() != 0) {
    fields.Name(R"("automated":)", v1::AutomatedReason_Name(row.automated()));
  }
  if (row.purpose() != 0) fields.Name(R"("purpose":)", v1::TouchPurpose_Name(row.purpose()));
  if (row.has_unsolicited()) {
    fields.Begin(row.unsolicited() ? R"("unsolicited":true)" : R"("unsolicited":false)");
  }
  fields.Text(R"("permitId":)", row.permit_id());
  if (row.recipient_count() != 0) {
    absl::StrAppend(fields.Begin(R"("recipientCount":)"), row.recipient_count());
  }
  if (row.has_trace()) AppendMessage(row.trace(), fields.Begin(R"("trace":)"));
  if (row.ignorable()) fields.Begin(R"("ignorable":true)");
}

void AppendFact(const v1::Interaction& row, Fields& fields) {
  if (row.fact_case() == v1::Interaction::FACT_NOT_SET) return;
  const FieldDescriptor* field = v1::Interaction::descriptor()->FindFieldByNumber(row.fact_case());
  std::string* out = fields.Begin("\"");
  absl::StrAppend(out, field->json_name(), "\":");
  if (row.has_message_sent()) {
    Fields message(out);
    message.Text(R"("subject":)", row.message_sent().subject());
    message.End();
  } else {
    AppendMessage(row.GetReflection()->GetMessage(row, field), out);
  }
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

void AppendJson(const v1::Interaction& interaction, std::string* out) {
  Fields fields(out);
  AppendHead(interaction, fields);
  AppendTail(interaction, fields);
  AppendFact(interaction, fields);
  fields.End();
}

}  // namespace tend::sample
