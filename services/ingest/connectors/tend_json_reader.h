// Tend's own JSON Lines: one Interaction a line (interaction_json.h), in order of receipt. Blank
// lines are skipped; a byte order mark is allowed; UTF-16 is read too.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_TEND_JSON_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_TEND_JSON_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "services/ingest/connectors/reader.h"

namespace tend::ingest {

// file: the name that rejects carry.
std::unique_ptr<InteractionReader> MakeTendJsonReader(std::string file);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_TEND_JSON_READER_H_
