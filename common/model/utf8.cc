#include "common/model/utf8.h"

#include "google/protobuf/stubs/common.h"

namespace tend::model {

// By protobuf itself, whose parser has the last word. Not of its documented interface: utf8_test.cc
// says what we need of it.
absl::string_view Utf8Prefix(absl::string_view bytes) {
  const int length = google::protobuf::internal::UTF8SpnStructurallyValid(
      google::protobuf::StringPiece(bytes.data(), bytes.size()));
  return bytes.substr(0, static_cast<size_t>(length));
}

}  // namespace tend::model
