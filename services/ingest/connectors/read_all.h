// A whole text through a reader, in memory: for what is small and came in one piece.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_READ_ALL_H_
#define TEND_SERVICES_INGEST_CONNECTORS_READ_ALL_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/row_mapper.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

struct ReadResult {
  std::vector<v1::Interaction> interactions;
  std::vector<int64_t> lines;  // the interactions'
  std::vector<v1::Reject> rejects;
  int64_t ignored = 0;
  int64_t rows = 0;
  int64_t short_rows = 0;
  int64_t first_short_line = 0;
};

inline constexpr size_t kReadAllChunk = 64 * 1024;

// chunk: the bytes are pushed in pieces of this size; the result does not depend on it.
ReadResult ReadAll(InteractionReader& reader, absl::string_view bytes,
                   size_t chunk = kReadAllChunk);

// Errors: as MakeReader.
absl::StatusOr<ReadResult> ReadAll(const v1::Mapping& mapping, const MappingOptions& options,
                                   absl::string_view bytes, size_t chunk = kReadAllChunk);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_READ_ALL_H_
