// A source as configured, with its files read: the mapping and the keys of its signatures.

#ifndef TEND_SERVICES_INGEST_SOURCE_H_
#define TEND_SERVICES_INGEST_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/runtime/text_config.h"
#include "services/ingest/connectors/row_mapper.h"
#include "tend/v1/mapping.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend::ingest {

struct Source {
  std::string name;
  std::optional<v1::Mapping> mapping;
  MappingOptions options;
  std::vector<std::string> keys;  // empty: not signed

  // As the readers want it; null: only Tend's own events are understood.
  const v1::Mapping* mapping_or_null() const { return mapping ? &*mapping : nullptr; }
};

// Reads the files and the environment; what is wrong is a fault of its key. No fault has a part of
// a secret. prefix: of the keys, as "sources[0].".
Source ReadSource(const v1::SourceConfig& config, absl::string_view prefix, ConfigFaults& faults);
// Its keys are those of "inbox.".
Source ReadInbox(const v1::InboxConfig& config, ConfigFaults& faults);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_SOURCE_H_
