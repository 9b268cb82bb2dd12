#include "services/cli/json.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"

namespace tend::cli {
namespace {

std::string Print(const google::protobuf::Value& value) {
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(value, &text);
  return printed.ok() ? text : "null";
}

}  // namespace

void Json::Put(const std::string& name, const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  PutJson(name, Print(value));
}

void Json::Put(const std::string& name, double number) {
  google::protobuf::Value value;
  value.set_number_value(number);
  PutJson(name, Print(value));
}

void Json::Put(const std::string& name, int64_t count) { PutJson(name, absl::StrCat(count)); }

void Json::Put(const std::string& name, bool flag) { PutJson(name, flag ? "true" : "false"); }

void Json::Put(const std::string& name, const Json& object) { PutJson(name, object.Text()); }

void Json::Put(const std::string& name, const std::vector<Json>& list) {
  std::string text;
  for (const Json& item : list) absl::StrAppend(&text, text.empty() ? "" : ",\n  ", item.Text());
  PutJson(name,
          absl::StrCat("[", list.empty() ? "" : "\n  ", text, list.empty() ? "" : "\n ", "]"));
}

void Json::PutJson(const std::string& name, std::string value) {
  members_.emplace_back(absl::StrCat("\"", name, "\""), std::move(value));
}

std::string Json::Text(size_t indent) const {
  const std::string line = indent == 0 ? "" : "\n" + std::string(indent, ' ');
  std::string text;
  for (const auto& [name, value] : members_) {
    const bool first = text.empty();
    absl::StrAppend(&text, first ? "" : indent == 0 ? ", " : ",", line, name, ": ", value);
  }
  return absl::StrCat("{", text, indent == 0 ? "" : "\n", "}");
}

}  // namespace tend::cli
