// Reads files by a Mapping: CSV, and JSON Lines of any shape.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_MAPPED_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_MAPPED_READER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/row_mapper.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

// The reader of one file, whatever the mapping's format (Tend's own included).
// Errors: INVALID_ARGUMENT, naming the mapping and what is wrong with it or with the options.
//
// Of a CSV file: a row with too few cells is read as if the others were empty (short_rows() counts
// them); one with more filled cells than the header is MALFORMED, as its cells may stand in wrong
// columns. Rows of empty cells are skipped. Without the header that the mapping asks for, the file
// is one reject: COLUMN_MISSING.
absl::StatusOr<std::unique_ptr<InteractionReader>> MakeReader(const v1::Mapping& mapping,
                                                              const MappingOptions& options);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_MAPPED_READER_H_
