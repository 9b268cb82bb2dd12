// A Mapping, compiled: rows of cells in, interactions out. Knows nothing of how the rows were read.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_ROW_MAPPER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_ROW_MAPPER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/ingest/connectors/field_setter.h"
#include "services/ingest/connectors/party_mapper.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/time_text.h"
#include "services/ingest/connectors/value.h"
#include "services/ingest/domain/reject.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

// More rows of one group begin a new message (Mapping.group_rows).
inline constexpr int kMaxGroupParties = 1000;

struct MappingOptions {
  std::string file;       // its name without its folder: {$file}, and where rejects say they stood
  Parameters parameters;  // what was set for Mapping.parameters
  std::optional<absl::Time> shift_to;  // in place of Mapping.shift_to
};

struct Row {
  absl::Span<const absl::string_view> cells;  // one for each of RowMapper::slots(), in that order
  absl::string_view raw;
  int64_t line = 0;  // from 1
};

class RowMapper {
 public:
  // Errors: INVALID_ARGUMENT, naming the mapping and everything wrong with it; a parameter that is
  // not set, or is set and not known.
  static absl::StatusOr<std::unique_ptr<RowMapper>> Make(const v1::Mapping& mapping,
                                                         const MappingOptions& options);

  // The cells that Map wants.
  const std::vector<std::string>& slots() const { return slots_.names(); }

  // Uses one row; nothing of it is kept by reference. A fault: the row gives nothing.
  // REQUIRES: Take returned false since the last call.
  std::optional<Fault> Map(const Row& row);

  // Ends the last group of rows.
  void Finish() { CloseGroup(); }

  // The next interaction that is complete, with the line and bytes of its (first) row.
  bool Take(ReadItem* item);

 private:
  struct Rule {
    v1::Interaction constants;
    std::optional<Value> only_if;
    Value id;
    Value record_id;
    std::vector<PartyMapper> parties;
    std::vector<std::pair<FieldSetter, Value>> fields;
  };

  explicit RowMapper(TimeParser times) : times_(std::move(times)) {}
  absl::Status Compile(const v1::Mapping& mapping, const Parameters& parameters);
  absl::StatusOr<Rule> CompileRule(const v1::InteractionRule& rule, const Parameters& parameters);

  std::optional<Fault> OpenGroup(const Row& row, const std::optional<absl::Time>& time);
  std::optional<Fault> JoinGroup(const Row& row);
  void CloseGroup();
  std::optional<Fault> Build(const Rule& rule, size_t index, const Row& row,
                             const std::optional<absl::Time>& time, v1::Interaction* interaction);

  Slots slots_;
  TimeParser times_;
  Value source_system_;
  Value source_instance_;
  Value time_;
  Value group_;
  std::vector<Rule> rules_;

  // The group being built: interaction i is rule i's. Without group_rows each row is a group.
  std::vector<v1::Interaction> open_;
  std::vector<bool> open_used_;
  bool is_open_ = false;
  int group_rows_ = 0;
  std::string group_key_;
  std::optional<absl::Time> group_time_;
  std::string open_raw_;
  int64_t open_line_ = 0;

  std::vector<v1::Interaction> ready_;
  size_t ready_count_ = 0;
  size_t taken_ = 0;
  std::string ready_raw_;
  int64_t ready_line_ = 0;
  std::string scratch_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_ROW_MAPPER_H_
