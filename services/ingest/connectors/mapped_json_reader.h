// Rows of a JSON Lines file of any shape through a RowMapper. Made by MakeReader (mapped_reader.h),
// which says what it does.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_MAPPED_JSON_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_MAPPED_JSON_READER_H_

#include <memory>
#include <string>

#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/row_mapper.h"

namespace tend::ingest {

std::unique_ptr<InteractionReader> MakeMappedJsonReader(std::string file,
                                                        std::unique_ptr<RowMapper> mapper);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_MAPPED_JSON_READER_H_
