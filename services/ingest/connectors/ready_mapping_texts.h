// The texts of deploy/mappings/*.textproto. The .cc is made from them by this folder's
// CMakeLists.txt.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_READY_MAPPING_TEXTS_H_
#define TEND_SERVICES_INGEST_CONNECTORS_READY_MAPPING_TEXTS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tend::ingest {

struct ReadyMappingText {
  absl::string_view file;
  absl::string_view text;
};

absl::Span<const ReadyMappingText> ReadyMappingTexts();

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_READY_MAPPING_TEXTS_H_
