// Rows of a CSV file through a RowMapper. Made by MakeReader (mapped_reader.h), which says what it
// does.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_MAPPED_CSV_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_MAPPED_CSV_READER_H_

#include <memory>
#include <string>

#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/row_mapper.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

std::unique_ptr<InteractionReader> MakeMappedCsvReader(v1::CsvFormat format, std::string file,
                                                       std::unique_ptr<RowMapper> mapper);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_MAPPED_CSV_READER_H_
