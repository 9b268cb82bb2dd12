#include "services/ingest/connectors/mapped_reader.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/ingest/connectors/mapped_csv_reader.h"
#include "services/ingest/connectors/mapped_json_reader.h"
#include "services/ingest/connectors/tend_json_reader.h"
#include "services/ingest/connectors/text_decoder.h"

namespace tend::ingest {

absl::StatusOr<std::unique_ptr<InteractionReader>> MakeReader(const v1::Mapping& mapping,
                                                              const MappingOptions& options) {
  const auto error = [&mapping](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("mapping ", mapping.name(), ": ", what));
  };
  switch (mapping.format_case()) {
    case v1::Mapping::kTend:
      if (options.shift_to.has_value() || mapping.has_shift_to()) {
        return error("shift_to is not for Tend's own format, whose facts hold times too");
      }
      if (!options.parameters.empty()) return error("has no parameters");
      return MakeTendJsonReader(options.file);
    case v1::Mapping::kCsv: {
      const v1::CsvFormat& csv = mapping.csv();
      if (csv.columns().empty() && csv.header().empty()) return error("csv.header is empty");
      if (csv.separator().size() > 1) return error("csv.separator has more than one character");
      TEND_RETURN_IF_ERROR(TextDecoder::CheckEncoding(csv.encoding()));
      TEND_ASSIGN_OR_RETURN(std::unique_ptr<RowMapper> mapper, RowMapper::Make(mapping, options));
      return MakeMappedCsvReader(csv, options.file, std::move(mapper));
    }
    case v1::Mapping::kJsonLines: {
      TEND_ASSIGN_OR_RETURN(std::unique_ptr<RowMapper> mapper, RowMapper::Make(mapping, options));
      for (const std::string& slot : mapper->slots()) {
        if (slot[0] != '/' && slot[0] != '$') {
          return error(absl::StrCat("{", slot, "} is not a JSON pointer, as {/user/mail}"));
        }
      }
      return MakeMappedJsonReader(options.file, std::move(mapper));
    }
    case v1::Mapping::FORMAT_NOT_SET:
      break;
  }
  return error("has no format");
}

}  // namespace tend::ingest
