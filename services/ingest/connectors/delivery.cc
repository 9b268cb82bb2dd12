#include "services/ingest/connectors/delivery.h"

#include <iterator>
#include <optional>

#include "common/base/status_macros.h"
#include "services/ingest/connectors/delivered_rows.h"
#include "services/ingest/connectors/tend_json_reader.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {
namespace {

using Kind = DeliveredRow::Kind;

// The rows of one kind on their lines, all others blank: so a line's number is its row's place.
std::string LinesOf(const std::vector<DeliveredRow>& rows, Kind kind) {
  std::string text;
  for (const DeliveredRow& row : rows) {
    if (row.kind == kind) text += row.bytes;
    text += '\n';
  }
  return text;
}

bool HasKind(const std::vector<DeliveredRow>& rows, Kind kind) {
  for (const DeliveredRow& row : rows) {
    if (row.kind == kind) return true;
  }
  return false;
}

void Append(ReadResult&& part, ReadResult* whole) {
  whole->interactions.insert(whole->interactions.end(),
                             std::make_move_iterator(part.interactions.begin()),
                             std::make_move_iterator(part.interactions.end()));
  whole->lines.insert(whole->lines.end(), part.lines.begin(), part.lines.end());
  whole->rejects.insert(whole->rejects.end(), std::make_move_iterator(part.rejects.begin()),
                        std::make_move_iterator(part.rejects.end()));
  whole->ignored += part.ignored;
}

// What a row is worth without a reader.
void AppendRow(const DeliveredRow& row, int64_t line, bool mapped, const std::string& file,
               ReadResult* result) {
  std::optional<Fault> fault = row.fault;
  if (row.kind == Kind::kOwnBytes) {
    v1::Interaction interaction;
    if (interaction.ParseFromString(row.bytes)) {
      result->interactions.push_back(std::move(interaction));
      result->lines.push_back(line);
      return;
    }
    fault = Fault{v1::REJECT_REASON_MALFORMED, "/data", "no protobuf message Interaction"};
  } else if (row.kind == Kind::kMapped && !mapped) {
    fault = Fault{v1::REJECT_REASON_FACT_UNKNOWN, "/type",
                  "this source has no mapping: only events of Tend's own type are known"};
  }
  if (fault.has_value()) result->rejects.push_back(RejectOf(*fault, row.bytes, file, line));
}

}  // namespace

absl::StatusOr<ReadResult> ReadDelivery(const Delivery& delivery, const v1::Mapping* mapping,
                                        const MappingOptions& options) {
  TEND_ASSIGN_OR_RETURN(const std::vector<DeliveredRow> rows, CutDelivery(delivery));
  ReadResult result;
  if (mapping != nullptr && HasKind(rows, Kind::kMapped)) {
    TEND_ASSIGN_OR_RETURN(result, ReadAll(*mapping, options, LinesOf(rows, Kind::kMapped)));
  }
  if (HasKind(rows, Kind::kOwnJson)) {
    const std::unique_ptr<InteractionReader> reader = MakeTendJsonReader(options.file);
    Append(ReadAll(*reader, LinesOf(rows, Kind::kOwnJson)), &result);
  }
  int64_t line = 0;
  for (const DeliveredRow& row : rows) {
    AppendRow(row, ++line, mapping != nullptr, options.file, &result);
  }
  result.rows = line;
  return result;
}

}  // namespace tend::ingest
