#include "services/ingest/files/file_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/domain/reject.h"
#include "services/ingest/domain/timestamp.h"
#include "services/ingest/files/file_source.h"

namespace tend::ingest {
namespace {

std::string FileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Rejects before a file's first interaction that are kept while looking for its time.
constexpr size_t kMaxEarly = 1000;

}  // namespace

struct FileSet::Input {
  std::unique_ptr<FileSource> source;
  std::unique_ptr<InteractionReader> reader;
  bool list = false;
  bool own_format = false;  // Tend's own JSON Lines: in order of receipt
  absl::Duration slack;
  absl::Time last_time = absl::InfinitePast();  // of the latest row so far

  FileItem item;  // the next one, when `full`
  bool full = false;
  bool ended = false;
  std::vector<FileItem> early;  // rejects before the first interaction, latest first
};

FileSet::~FileSet() = default;

absl::StatusOr<v1::Mapping> LoadMapping(const std::string& name_or_path) {
  if (!absl::EndsWith(name_or_path, ".textproto")) return FindReadyMapping(name_or_path);
  TEND_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(name_or_path));
  return ParseMapping(text, name_or_path);
}

absl::StatusOr<std::unique_ptr<FileSet>> FileSet::Open(const std::vector<FileSpec>& specs,
                                                       const FileSetOptions& options) {
  std::unique_ptr<FileSet> files(new FileSet);
  std::set<std::string> unknown;
  for (const auto& [name, value] : options.parameters) unknown.insert(name);
  for (const FileSpec& spec : specs) {
    if (absl::Status status = files->Add(spec, options); !status.ok()) {
      return Annotate(status, spec.path.c_str());
    }
    TEND_ASSIGN_OR_RETURN(const v1::Mapping mapping, LoadMapping(files->reports_.back().mapping));
    for (const v1::MappingParameter& parameter : mapping.parameters()) {
      unknown.erase(parameter.name());
    }
  }
  if (!unknown.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no mapping here has a parameter ", *unknown.begin()));
  }
  TEND_RETURN_IF_ERROR(files->Prime(options));
  return files;
}

absl::Status FileSet::Add(const FileSpec& spec, const FileSetOptions& options) {
  auto input = std::make_unique<Input>();
  TEND_ASSIGN_OR_RETURN(input->source, FileSource::Open(spec.path));
  TEND_ASSIGN_OR_RETURN(const absl::string_view head, input->source->Read());
  absl::StatusOr<v1::Mapping> mapping =
      spec.mapping.empty() ? RecognizeMapping(head) : LoadMapping(spec.mapping);
  if (!mapping.ok()) return mapping.status();

  MappingOptions mapping_options;
  mapping_options.file = FileName(spec.path);
  for (const v1::MappingParameter& parameter : mapping->parameters()) {
    const auto found = options.parameters.find(parameter.name());
    if (found != options.parameters.end()) mapping_options.parameters.insert(*found);
  }
  if (!mapping->list()) mapping_options.shift_to = options.shift_to;
  TEND_ASSIGN_OR_RETURN(input->reader, MakeReader(*mapping, mapping_options));
  input->list = mapping->list();
  input->own_format = mapping->has_tend();
  input->slack = absl::Seconds(mapping->order_slack().seconds()) +
                 absl::Nanoseconds(mapping->order_slack().nanos());
  input->item.file = reports_.size();
  input->reader->Push(head);
  reports_.push_back({spec.path, mapping_options.file,
                      spec.mapping.empty() ? mapping->name() : spec.mapping, mapping->list()});
  inputs_.push_back(std::move(input));
  return absl::OkStatus();
}

// Finds out when the first event happened, and so when lists came in.
absl::Status FileSet::Prime(const FileSetOptions& options) {
  std::stable_partition(inputs_.begin(), inputs_.end(),
                        [](const std::unique_ptr<Input>& input) { return input->list; });
  absl::Time first = absl::InfiniteFuture();
  for (const std::unique_ptr<Input>& input : inputs_) {
    if (input->list) continue;
    TEND_RETURN_IF_ERROR(Refill(*input));
    while (input->full && input->item.kind != FileItem::Kind::kInteraction &&
           input->early.size() < kMaxEarly) {
      input->early.push_back(input->item);
      input->early.back().read.raw = {};
      input->full = false;
      TEND_RETURN_IF_ERROR(Refill(*input));
    }
    std::reverse(input->early.begin(), input->early.end());
    if (input->full && input->item.kind == FileItem::Kind::kInteraction) {
      first = std::min(first, input->item.receive_time);
    }
  }
  list_time_ = first == absl::InfiniteFuture() ? options.now : first;
  last_time_ = list_time_;
  return absl::OkStatus();
}

absl::StatusOr<FileItem*> FileSet::Next() {
  if (taken_ != nullptr) {
    if (absl::Status status = Refill(*taken_); !status.ok()) return status;
    taken_ = nullptr;
  }
  Input* best = nullptr;
  for (const std::unique_ptr<Input>& input : inputs_) {
    if (!input->early.empty()) {
      std::swap(early_item_, input->early.back());
      input->early.pop_back();
      return Given(early_item_);
    }
    if (input->list && !input->full && !input->ended) {
      if (absl::Status status = Refill(*input); !status.ok()) return status;
    }
    if (!input->full) continue;
    if (best == nullptr || input->item.receive_time < best->item.receive_time) best = input.get();
    if (input->list) break;
  }
  if (best == nullptr) return nullptr;
  best->full = false;
  taken_ = best;
  return Given(best->item);
}

// Counts an item that is given away, and fills what only the order of all files tells.
FileItem* FileSet::Given(FileItem& item) {
  last_time_ = std::max(last_time_, item.receive_time);
  item.receive_time = last_time_;
  FileReport& report = reports_[item.file];
  switch (item.kind) {
    case FileItem::Kind::kInteraction:
      ++report.interactions;
      if (report.list && !item.read.interaction.has_occur_time()) {
        SetTimestamp(list_time_, *item.read.interaction.mutable_occur_time());
      }
      break;
    case FileItem::Kind::kReject:
      ++report.rejects;
      SetTimestamp(last_time_, *item.read.reject.mutable_reject_time());
      break;
    case FileItem::Kind::kIgnored:
      ++report.ignored;
      break;
  }
  return &item;
}

// Reads the input's next item, if there is one.
absl::Status FileSet::Refill(Input& input) {
  while (!input.full && !input.ended) {
    const ReadStep step = input.reader->Next(&input.item.read);
    if (step == ReadStep::kNeedBytes) {
      TEND_ASSIGN_OR_RETURN(const absl::string_view chunk, input.source->Read());
      chunk.empty() ? input.reader->Finish() : input.reader->Push(chunk);
      continue;
    }
    input.ended = step == ReadStep::kEnd;
    input.full = !input.ended;
    if (step == ReadStep::kInteraction) {
      input.item.kind = FileItem::Kind::kInteraction;
      Place(input);
    } else if (input.full) {
      input.item.kind =
          step == ReadStep::kReject ? FileItem::Kind::kReject : FileItem::Kind::kIgnored;
      input.item.receive_time = input.last_time;
    }
  }
  FileReport& report = reports_[input.item.file];
  report.rows = input.reader->rows();
  report.short_rows = input.reader->short_rows();
  report.first_short_line = input.reader->first_short_line();
  return absl::OkStatus();
}

// Finds the interaction's time of receipt, or rejects it for its place in the file.
void FileSet::Place(Input& input) {
  const v1::Interaction& interaction = input.item.read.interaction;
  absl::Time time = input.last_time;
  if (input.own_format && interaction.has_receive_time()) {
    time = TimeOf(interaction.receive_time());
  } else if (interaction.has_occur_time() && !input.list) {
    time = TimeOf(interaction.occur_time());
  }
  if (time < input.last_time - input.slack) {
    input.item.kind = FileItem::Kind::kReject;
    input.item.read.reject = RejectOf(
        {v1::REJECT_REASON_OUT_OF_ORDER, "",
         absl::StrCat(absl::FormatDuration(input.last_time - time),
                      " before the latest row above; at most ", absl::FormatDuration(input.slack))},
        input.item.read.raw, reports_[input.item.file].file, input.item.read.line);
  }
  input.last_time = std::max(input.last_time, time);
  input.item.receive_time = input.last_time;
}

void FileSet::SetPlace(const FileItem& item, v1::Reject* reject) const {
  SetRow({reports_[item.file].file, absl::string_view(), item.read.line, item.read.raw}, *reject);
}

FileProgress FileSet::progress() const {
  FileProgress progress;
  for (const std::unique_ptr<Input>& input : inputs_) {
    progress.bytes_done += input->source->bytes_done();
    progress.bytes_total += input->source->bytes_total();
    progress.rows += input->reader->rows();
  }
  return progress;
}

}  // namespace tend::ingest
