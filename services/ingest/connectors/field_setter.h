// Sets one field of an Interaction, named by its path, from a text.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_FIELD_SETTER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_FIELD_SETTER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "services/ingest/connectors/time_text.h"
#include "services/ingest/domain/reject.h"
#include "tend/v1/interaction.pb.h"

namespace tend::ingest {

class FieldSetter {
 public:
  // path: as FieldRule.path, "list_row_entered.name". Errors: INVALID_ARGUMENT (no such field, a
  // repeated one, a type that no text can give).
  static absl::StatusOr<FieldSetter> Make(const std::string& path);

  // text: not empty. Faults: FIELD_INVALID, TIME_INVALID, with the path as their field.
  std::optional<Fault> Set(absl::string_view text, TimeParser& times,
                           v1::Interaction* interaction) const;

 private:
  std::optional<Fault> SetLeaf(absl::string_view text, google::protobuf::Message* message) const;
  std::optional<Fault> SetEnum(absl::string_view text, google::protobuf::Message* message) const;
  Fault Invalid(absl::string_view expected) const;

  std::string path_;
  std::vector<const google::protobuf::FieldDescriptor*> steps_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_FIELD_SETTER_H_
