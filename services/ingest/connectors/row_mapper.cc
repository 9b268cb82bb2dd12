#include "services/ingest/connectors/row_mapper.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/status_macros.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

// What was set, and the defaults of what was not. {$file} is always there.
absl::StatusOr<Parameters> FillParameters(const v1::Mapping& mapping,
                                          const MappingOptions& options) {
  Parameters filled = {{"file", options.file}};
  Parameters given = options.parameters;
  for (const v1::MappingParameter& parameter : mapping.parameters()) {
    const auto found = given.extract(parameter.name());
    if (!found.empty() && !found.mapped().empty()) {
      filled[parameter.name()] = found.mapped();
    } else if (parameter.has_default_value()) {
      filled[parameter.name()] = parameter.default_value();
    } else {
      return absl::InvalidArgumentError(absl::StrCat("needs ", parameter.name(), " (",
                                                     parameter.description(), "): --set ",
                                                     parameter.name(), "=..."));
    }
  }
  if (given.empty()) return filled;
  return absl::InvalidArgumentError(absl::StrCat("has no parameter ", given.begin()->first));
}

bool IsRecipient(v1::PartyRole role) {
  return role == v1::PARTY_ROLE_TO || role == v1::PARTY_ROLE_CC;
}

void SetText(absl::string_view text, std::string* field) {
  field->assign(text.data(), text.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowMapper>> RowMapper::Make(const v1::Mapping& mapping,
                                                           const MappingOptions& options) {
  const auto annotate = [&mapping](const absl::Status& status) {
    return Annotate(status, absl::StrCat("mapping ", mapping.name()).c_str());
  };
  absl::StatusOr<Parameters> parameters = FillParameters(mapping, options);
  if (!parameters.ok()) return annotate(parameters.status());
  absl::StatusOr<TimeParser> times = TimeParser::Make(mapping.time());
  if (!times.ok()) return annotate(times.status());
  if (options.shift_to.has_value()) {
    times->ShiftTo(*options.shift_to);
  } else if (mapping.has_shift_to()) {
    times->ShiftTo(TimeOf(mapping.shift_to()));
  }
  std::unique_ptr<RowMapper> mapper(new RowMapper(*std::move(times)));
  if (absl::Status status = mapper->Compile(mapping, *parameters); !status.ok()) {
    return annotate(status);
  }
  return mapper;
}

absl::Status RowMapper::Compile(const v1::Mapping& mapping, const Parameters& parameters) {
  if (mapping.source_system().empty()) return absl::InvalidArgumentError("source_system is empty");
  if (mapping.interactions().empty()) return absl::InvalidArgumentError("interactions is empty");
  if (mapping.time().value().empty() && !mapping.list()) {
    return absl::InvalidArgumentError("time.value is empty, and it is not a list");
  }
  TEND_ASSIGN_OR_RETURN(source_system_,
                        Value::Compile(mapping.source_system(), parameters, slots_));
  TEND_ASSIGN_OR_RETURN(source_instance_,
                        Value::Compile(mapping.source_instance(), parameters, slots_));
  TEND_ASSIGN_OR_RETURN(time_, Value::Compile(mapping.time().value(), parameters, slots_));
  TEND_ASSIGN_OR_RETURN(group_, Value::Compile(mapping.group_rows(), parameters, slots_));
  for (const v1::InteractionRule& rule : mapping.interactions()) {
    TEND_ASSIGN_OR_RETURN(Rule compiled, CompileRule(rule, parameters));
    rules_.push_back(std::move(compiled));
  }
  open_.resize(rules_.size());
  open_used_.resize(rules_.size());
  ready_.resize(rules_.size());
  return absl::OkStatus();
}

absl::StatusOr<RowMapper::Rule> RowMapper::CompileRule(const v1::InteractionRule& rule,
                                                       const Parameters& parameters) {
  Rule compiled;
  compiled.constants = rule.constants();
  if (rule.constants().fact_case() == v1::Interaction::FACT_NOT_SET) {
    return absl::InvalidArgumentError("an interaction's constants have no fact");
  }
  if (rule.record_id().empty()) {
    return absl::InvalidArgumentError("an interaction has no record_id");
  }
  if (rule.parties().empty()) return absl::InvalidArgumentError("an interaction has no parties");
  if (rule.has_only_if()) {
    TEND_ASSIGN_OR_RETURN(compiled.only_if, Value::Compile(rule.only_if(), parameters, slots_));
  }
  TEND_ASSIGN_OR_RETURN(compiled.id, Value::Compile(rule.id(), parameters, slots_));
  TEND_ASSIGN_OR_RETURN(compiled.record_id, Value::Compile(rule.record_id(), parameters, slots_));
  for (const v1::PartyRule& party : rule.parties()) {
    TEND_ASSIGN_OR_RETURN(PartyMapper mapper, PartyMapper::Make(party, parameters, slots_));
    compiled.parties.push_back(std::move(mapper));
  }
  for (const v1::FieldRule& field : rule.fields()) {
    TEND_ASSIGN_OR_RETURN(FieldSetter setter, FieldSetter::Make(field.path()));
    TEND_ASSIGN_OR_RETURN(Value value, Value::Compile(field.value(), parameters, slots_));
    compiled.fields.emplace_back(std::move(setter), std::move(value));
  }
  return compiled;
}

std::optional<Fault> RowMapper::Map(const Row& row) {
  TEND_CHECK(taken_ == ready_count_);
  std::optional<absl::Time> time;
  if (!time_.unset()) {
    const absl::string_view text = time_.Get(row.cells, scratch_);
    time = times_.Parse(text);
    if (!time.has_value()) {
      return Fault{v1::REJECT_REASON_TIME_INVALID, time_.PlaceNames(slots_, row.cells),
                   text.empty() ? "the time is empty" : "not a time of the mapping's formats"};
    }
  }
  if (group_.unset()) {
    if (std::optional<Fault> fault = OpenGroup(row, time)) return fault;
    CloseGroup();
    return std::nullopt;
  }
  const absl::string_view key = group_.Get(row.cells, scratch_);
  if (is_open_ && time == group_time_ && key == group_key_ && group_rows_ < kMaxGroupParties) {
    return JoinGroup(row);
  }
  CloseGroup();
  group_key_.assign(key.data(), key.size());
  return OpenGroup(row, time);
}

std::optional<Fault> RowMapper::OpenGroup(const Row& row, const std::optional<absl::Time>& time) {
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    open_used_[i] = !rule.only_if.has_value() || MeansYes(rule.only_if->Get(row.cells, scratch_));
    if (!open_used_[i]) continue;
    if (std::optional<Fault> fault = Build(rule, i, row, time, &open_[i])) return fault;
  }
  is_open_ = true;
  group_time_ = time;
  group_rows_ = 1;
  open_line_ = row.line;
  open_raw_.assign(row.raw.data(), row.raw.size());
  return std::nullopt;
}

// Adds the row's recipients to the open interactions: all of them or, after a fault, none.
std::optional<Fault> RowMapper::JoinGroup(const Row& row) {
  std::optional<Fault> fault;
  std::vector<int> before(rules_.size());
  for (size_t i = 0; i < rules_.size() && !fault.has_value(); ++i) {
    before[i] = open_[i].parties_size();
    if (!open_used_[i]) continue;
    for (const PartyMapper& party : rules_[i].parties) {
      if (IsRecipient(party.role()) && !fault.has_value()) fault = party.Add(row.cells, &open_[i]);
    }
  }
  if (!fault.has_value()) {
    ++group_rows_;
    return std::nullopt;
  }
  for (size_t i = 0; i < rules_.size(); ++i) {
    while (before[i] > 0 && open_[i].parties_size() > before[i]) {
      open_[i].mutable_parties()->RemoveLast();
    }
  }
  return fault;
}

void RowMapper::CloseGroup() {
  if (!is_open_) return;
  is_open_ = false;
  ready_count_ = 0;
  taken_ = 0;
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (!open_used_[i]) continue;
    if (!group_.unset()) {
      int recipients = 0;
      for (const v1::Party& party : open_[i].parties()) recipients += IsRecipient(party.role());
      open_[i].set_recipient_count(recipients);
    }
    ready_[ready_count_++].Swap(&open_[i]);
  }
  ready_line_ = open_line_;
  ready_raw_.swap(open_raw_);
}

std::optional<Fault> RowMapper::Build(const Rule& rule, size_t index, const Row& row,
                                      const std::optional<absl::Time>& time,
                                      v1::Interaction* interaction) {
  interaction->CopyFrom(rule.constants);
  v1::Source* source = interaction->mutable_source();
  SetText(source_system_.Get(row.cells, scratch_), source->mutable_system());
  SetText(source_instance_.Get(row.cells, scratch_), source->mutable_instance());
  SetText(rule.record_id.Get(row.cells, scratch_), source->mutable_record_id());
  if (source->record_id().empty()) {
    return Fault{v1::REJECT_REASON_FIELD_MISSING, rule.record_id.PlaceNames(slots_),
                 "nothing names the record"};
  }
  if (time.has_value()) SetTimestamp(*time, *interaction->mutable_occur_time());
  SetText(rule.id.Get(row.cells, scratch_), interaction->mutable_id());
  if (interaction->id().empty()) {
    interaction->set_id(StableId(
        {source->system(), source->instance(), source->record_id(), absl::StrCat(index), row.raw}));
  }
  for (const PartyMapper& party : rule.parties) {
    if (std::optional<Fault> fault = party.Add(row.cells, interaction)) return fault;
  }
  for (const auto& [setter, value] : rule.fields) {
    const absl::string_view text = value.Get(row.cells, scratch_);
    if (text.empty()) continue;
    std::optional<Fault> fault = setter.Set(text, times_, interaction);
    if (!fault.has_value()) continue;
    fault->detail = absl::StrCat(fault->field, ": ", fault->detail);
    fault->field = value.PlaceNames(slots_, row.cells);
    return fault;
  }
  return std::nullopt;
}

bool RowMapper::Take(ReadItem* item) {
  if (taken_ == ready_count_) return false;
  item->interaction.Swap(&ready_[taken_++]);
  item->line = ready_line_;
  item->raw = ready_raw_;
  return true;
}

}  // namespace tend::ingest
