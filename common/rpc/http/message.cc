#include "common/rpc/http/message.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"

namespace tend::rpc {
namespace {

// In quotes, escaped.
std::string JsonText(absl::string_view text) {
  google::protobuf::StringValue value;
  value.set_value(text.data(), text.size());
  std::string json;
  // No text of ours fails, and what is no UTF-8 gives no text.
  return google::protobuf::util::MessageToJsonString(value, &json).ok() ? json : "\"\"";
}

}  // namespace

absl::string_view HttpRequest::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && name == absl::string_view(key.data(), key.size())) {
      return {value.data(), value.size()};
    }
  }
  return {};
}

HttpResponse HttpError(int status, absl::string_view code, absl::string_view message) {
  HttpResponse response;
  response.status = status;
  response.body =
      absl::StrCat("{\"code\":", JsonText(code), ",\"message\":", JsonText(message), "}");
  return response;
}

}  // namespace tend::rpc
