// Mappings as text, and the ready ones: the files of deploy/mappings/, built into the program so
// that it runs anywhere.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_READY_MAPPINGS_H_
#define TEND_SERVICES_INGEST_CONNECTORS_READY_MAPPINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

// Reads protobuf text. Errors: INVALID_ARGUMENT, naming `file`, line, column and what is wrong
// (unknown fields are).
absl::StatusOr<v1::Mapping> ParseMapping(const std::string& text, absl::string_view file);

// All ready mappings, by name. Parsed at the first call, from any thread.
const std::vector<v1::Mapping>& ReadyMappings();

// The mapping of this name. Errors: NOT_FOUND, listing the ready ones.
absl::StatusOr<v1::Mapping> FindReadyMapping(absl::string_view name);

// The ready mapping for a file that begins with these bytes (of any encoding; kHeadBytes of them or
// all): Tend's own JSON Lines when it begins with an object, else the CSV mapping with the longest
// header that the file has. Errors: INVALID_ARGUMENT, naming the columns that were found and the
// ready mappings.
absl::StatusOr<v1::Mapping> RecognizeMapping(absl::string_view head);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_READY_MAPPINGS_H_
