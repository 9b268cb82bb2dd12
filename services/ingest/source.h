// A source as configured, with its files read: the mapping and the keys of its signatures.

#ifndef TEND_SERVICES_INGEST_SOURCE_H_
#define TEND_SERVICES_INGEST_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
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

// Errors: NOT_FOUND, INVALID_ARGUMENT, naming the source, the file or the parameter.
absl::StatusOr<Source> LoadSource(const v1::SourceConfig& config);
absl::StatusOr<Source> LoadInbox(const v1::InboxConfig& config);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_SOURCE_H_
