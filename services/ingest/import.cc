#include "services/ingest/import.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "common/base/status_macros.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

// Of one import that are accepted and not yet written: what an import takes in memory.
constexpr size_t kBatchItems = 1000;
constexpr int64_t kBatchBytes = 4 << 20;
// Rejects that the answer names.
constexpr int kToldRejects = 10;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

}  // namespace

Import::Import(absl::Time now, Publisher& publisher, ImportLedger& ledger,
               v1::ImportListResponse* response)
    : now_(now), publisher_(publisher), ledger_(ledger), response_(*response), intake_(now) {}

absl::Status Import::Begin(const v1::ImportListHeader& header) {
  if (header.file_name().empty()) return absl::InvalidArgumentError("header.file_name is empty");
  header_ = header;
  options_.file = header.file_name();
  for (const auto& [name, value] : header.parameters()) options_.parameters[name] = value;
  if (header.has_mapping()) return ReadBy(header.mapping());
  if (header.mapping_name().empty()) return absl::OkStatus();  // the first bytes will tell
  TEND_ASSIGN_OR_RETURN(const v1::Mapping mapping, FindReadyMapping(View(header.mapping_name())));
  return ReadBy(mapping);
}

absl::Status Import::Feed(absl::string_view bytes) {
  if (reader_ == nullptr) {
    TEND_ASSIGN_OR_RETURN(const v1::Mapping mapping, RecognizeMapping(bytes));
    TEND_RETURN_IF_ERROR(ReadBy(mapping));
  }
  hash_.Update(bytes);
  reader_->Push(bytes);
  return ReadAll();
}

absl::Status Import::End() {
  if (reader_ == nullptr) return absl::InvalidArgumentError("the file is empty");
  reader_->Finish();
  TEND_RETURN_IF_ERROR(ReadAll());
  TEND_RETURN_IF_ERROR(Publish());
  const std::string sha256 = hash_.HexDigest();
  if (header_.sha256().empty()) {
    TEND_RETURN_IF_ERROR(RefuseRepeat(sha256));
  } else if (header_.sha256() != sha256) {
    return absl::InvalidArgumentError("header.sha256 is not that of the bytes");
  }
  response_.set_import_id(IdOf(sha256));
  response_.set_rows(reader_->rows());
  for (const auto& [place, position] : last_) *response_.add_positions() = position;
  v1::ImportRecord record;
  record.set_import_id(response_.import_id());
  SetTimestamp(now_, *record.mutable_import_time());
  record.set_rows(response_.rows());
  record.set_accepted_rows(response_.accepted_rows());
  record.set_rejected_rows(response_.rejected_rows());
  return ledger_.Add(std::move(record));
}

absl::Status Import::ReadBy(const v1::Mapping& mapping) {
  TEND_ASSIGN_OR_RETURN(reader_, MakeReader(mapping, options_));
  list_ = mapping.list();
  mapping_bytes_ = mapping.SerializeAsString();
  if (header_.sha256().empty()) return absl::OkStatus();
  import_id_ = IdOf(header_.sha256());
  return RefuseRepeat(header_.sha256());
}

absl::Status Import::RefuseRepeat(const std::string& sha256) {
  if (header_.again()) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(const std::optional<v1::ImportRecord> before, ledger_.Find(IdOf(sha256)));
  if (!before.has_value()) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(
      "this file came already by this mapping, ",
      absl::FormatTime("%Y-%m-%d %H:%M UTC", TimeOf(before->import_time()), absl::UTCTimeZone()),
      ", with ", before->rows(), " rows; to import it once more, say again"));
}

std::string Import::IdOf(const std::string& sha256) const {
  std::vector<absl::string_view> parts = {View(sha256), View(mapping_bytes_)};
  for (const auto& [name, value] : options_.parameters) {
    parts.push_back(View(name));
    parts.push_back(View(value));
  }
  return StableId(parts);
}

absl::Status Import::ReadAll() {
  while (true) {
    switch (reader_->Next(&item_)) {
      case ReadStep::kNeedBytes:
      case ReadStep::kEnd:
        return absl::OkStatus();
      case ReadStep::kIgnored:
        break;
      case ReadStep::kReject:
        SetRow({options_.file, import_id_, item_.line, /*bytes=*/{}, list_}, item_.reject);
        intake_.Take(item_.reject);
        break;
      case ReadStep::kInteraction:
        intake_.Take(item_.interaction, {options_.file, import_id_, item_.line, item_.raw, list_});
        break;
    }
    if (intake_.size() >= kBatchItems || intake_.bytes() >= kBatchBytes) {
      TEND_RETURN_IF_ERROR(Publish());
    }
  }
}

absl::Status Import::Publish() {
  TEND_RETURN_IF_ERROR(intake_.Publish(publisher_));
  for (const TakenItem& item : intake_.items()) {
    if (item.reject.has_value()) Tell(*item.reject);
    if (!item.position.has_value()) continue;
    response_.set_accepted_rows(response_.accepted_rows() + 1);
    last_[item.position->partition()] = *item.position;
    *response_.mutable_position() = *item.position;
  }
  intake_.Clear();
  return absl::OkStatus();
}

void Import::Tell(const v1::Reject& reject) {
  response_.set_rejected_rows(response_.rejected_rows() + 1);
  if (response_.rejects_size() == kToldRejects) return;
  v1::Reject& told = *response_.add_rejects();
  told = reject;
  told.clear_value();
}

}  // namespace tend::ingest
