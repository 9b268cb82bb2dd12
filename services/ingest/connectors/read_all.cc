#include "services/ingest/connectors/read_all.h"

#include <algorithm>
#include <memory>
#include <string>

#include "common/base/status_macros.h"
#include "services/ingest/connectors/mapped_reader.h"

namespace tend::ingest {

ReadResult ReadAll(InteractionReader& reader, absl::string_view bytes, size_t chunk) {
  ReadResult result;
  ReadItem item;
  std::string piece;  // memory of its own, so that a sanitizer sees what is read beyond it
  while (true) {
    switch (reader.Next(&item)) {
      case ReadStep::kNeedBytes:
        piece.assign(bytes.data(), std::min(chunk, bytes.size()));
        bytes.remove_prefix(piece.size());
        piece.empty() ? reader.Finish() : reader.Push(piece);
        break;
      case ReadStep::kInteraction:
        result.interactions.push_back(item.interaction);
        result.lines.push_back(item.line);
        break;
      case ReadStep::kReject:
        result.rejects.push_back(item.reject);
        break;
      case ReadStep::kIgnored:
        ++result.ignored;
        break;
      case ReadStep::kEnd:
        result.rows = reader.rows();
        result.short_rows = reader.short_rows();
        result.first_short_line = reader.first_short_line();
        return result;
    }
  }
}

absl::StatusOr<ReadResult> ReadAll(const v1::Mapping& mapping, const MappingOptions& options,
                                   absl::string_view bytes, size_t chunk) {
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<InteractionReader> reader,
                        MakeReader(mapping, options));
  return ReadAll(*reader, bytes, chunk);
}

}  // namespace tend::ingest
