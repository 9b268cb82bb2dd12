#include "services/cli/trial/trial_run.h"

#include <sys/resource.h>

#include <memory>
#include <utility>
#include <variant>

#include "common/base/status_macros.h"
#include "services/cli/topics/record_json.h"
#include "services/cli/trial/trial_observer.h"
#include "services/ingest/domain/acceptor.h"

namespace tend::cli {
namespace {

using ingest::FileItem;
using ingest::FileSet;

// Rows that go through the hops together, each at its own time: one hop's code and data stay in the
// CPU's cache for so long. What one of them merges is told to scoring when all are through.
constexpr int kBatchItems = 1024;
constexpr absl::Duration kBatchSpan = absl::Hours(1);
// The model's time has whole seconds: what fires after this one had been due before.
constexpr absl::Duration kRunOn = absl::Seconds(2);
constexpr int64_t kProgressEvery = 4096;

struct Span {
  absl::Time first = absl::InfiniteFuture();
  absl::Time last = absl::InfinitePast();
};

// When the first and the last item of the files were received. Reads them once.
absl::StatusOr<Span> SpanOf(const TrialOptions& options) {
  TEND_ASSIGN_OR_RETURN(const auto files, FileSet::Open(options.files, options.file_options));
  Span span;
  while (true) {
    TEND_ASSIGN_OR_RETURN(const FileItem* item, files->Next());
    if (item == nullptr) break;
    span.first = std::min(span.first, item->receive_time);
    span.last = std::max(span.last, item->receive_time);
    if (!options.as_import) break;  // only the first is asked for
  }
  if (span.first == absl::InfiniteFuture()) span.first = span.last = options.file_options.now;
  return span;
}

absl::Status WriteRecord(absl::string_view topic, absl::string_view key, absl::string_view value,
                         std::ostream& out) {
  stream::Record record;
  record.topic = topic;
  record.key = key;
  record.value = value;
  if (IsHarnessRecord(record)) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(const std::string line, RecordJson(record));
  out << line << "\n";
  return absl::OkStatus();
}

class Run {
 public:
  Run(const TrialOptions& options, TrialPipeline& pipeline, FileSet& files, TrialObserver& observer,
      TrialResult& result, absl::Time import_time)
      : options_(options),
        pipeline_(pipeline),
        files_(files),
        observer_(observer),
        result_(result),
        import_time_(import_time) {}

  absl::Status Play(Progress& progress) {
    while (true) {
      TEND_ASSIGN_OR_RETURN(FileItem * item, files_.Next());
      if (item == nullptr) break;
      TEND_RETURN_IF_ERROR(Take(*item));
      if (++items_ % kProgressEvery == 0) {
        const ingest::FileProgress at = files_.progress();
        progress.Update(at.bytes_done, at.bytes_total, at.rows);
      }
    }
    TEND_RETURN_IF_ERROR(EndBatch());
    if (options_.as_import) TEND_RETURN_IF_ERROR(RunOn());
    progress.Finish(files_.progress().rows);
    return absl::OkStatus();
  }

  absl::Time now() const { return now_; }

 private:
  absl::Status Take(FileItem& item) {
    const absl::Time received = options_.as_import ? import_time_ : item.receive_time;
    const bool list = files_.reports()[item.file].list;
    if (batched_ >= kBatchItems || received - began_ >= kBatchSpan || list != list_) {
      TEND_RETURN_IF_ERROR(EndBatch());
    }
    now_ = std::max(now_, received);
    if (batched_++ == 0) began_ = now_;
    list_ = list;
    pipeline_.AdvanceTo(now_);
    switch (item.kind) {
      case FileItem::Kind::kReject:
        Note(item.read.reject);
        return absl::OkStatus();
      case FileItem::Kind::kIgnored:
        ++result_.ignored;
        return absl::OkStatus();
      case FileItem::Kind::kInteraction:
        return Accept(item, received);
    }
    return absl::OkStatus();
  }

  absl::Status Accept(FileItem& item, absl::Time received) {
    ++result_.interactions;
    result_.first = std::min(result_.first, item.receive_time);
    result_.last = std::max(result_.last, item.receive_time);
    ingest::AcceptResult accepted = acceptor_.Accept(item.read.interaction, received);
    if (const auto* good = std::get_if<ingest::Accepted>(&accepted)) {
      return pipeline_.Append(good->topic, good->key, good->value);
    }
    if (auto* reject = std::get_if<v1::Reject>(&accepted)) {
      files_.SetPlace(item, reject);
      Note(*reject);
    } else {
      ++result_.ignored;
    }
    return absl::OkStatus();
  }

  void Note(const v1::Reject& reject) {
    ++result_.rejects[reject.reason()];
    if (result_.reject_examples.size() < 5) result_.reject_examples.push_back(reject);
  }

  // The servers' clock goes on after an import: what was due by its rows fires now.
  absl::Status RunOn() {
    now_ += kRunOn;
    pipeline_.AdvanceTo(now_);
    return Settle();
  }

  absl::Status EndBatch() {
    if (batched_ == 0) return absl::OkStatus();
    batched_ = 0;
    return Settle();
  }

  absl::Status Settle() {
    TEND_RETURN_IF_ERROR(pipeline_.Settle());
    observer_.set_in_list(list_);
    absl::Status written;
    TEND_RETURN_IF_ERROR(pipeline_.Drain(
        [&](absl::string_view topic, absl::string_view key, absl::string_view value) {
          observer_.Watch(topic, key, value);
          if (options_.records == nullptr) return;
          written.Update(WriteRecord(topic, key, value, *options_.records));
        }));
    return written;
  }

  const TrialOptions& options_;
  TrialPipeline& pipeline_;
  FileSet& files_;
  TrialObserver& observer_;
  TrialResult& result_;
  const absl::Time import_time_;
  ingest::Acceptor acceptor_;
  absl::Time now_ = absl::InfinitePast();
  int batched_ = 0;
  absl::Time began_ = absl::InfiniteFuture();  // the batch's first
  bool list_ = false;
  int64_t items_ = 0;
};

}  // namespace

absl::StatusOr<TrialResult> RunTrial(const TrialOptions& options, TrialSetup setup,
                                     Progress& progress) {
  const absl::Time began = absl::Now();
  TEND_ASSIGN_OR_RETURN(const Span span, SpanOf(options));
  setup.start = options.as_import ? span.last : span.first;
  TEND_ASSIGN_OR_RETURN(const auto pipeline, TrialPipeline::Create(setup));
  TEND_ASSIGN_OR_RETURN(const auto files, FileSet::Open(options.files, options.file_options));
  TrialResult result;
  TrialObserver observer({options.explain.data(), options.explain.size()}, setup.model,
                         setup.policy, &result);
  Run run(options, *pipeline, *files, observer, result, span.last);
  TEND_RETURN_IF_ERROR(run.Play(progress));
  absl::Status written;
  TEND_RETURN_IF_ERROR(pipeline->ReadRelationships(
      [&](absl::string_view topic, absl::string_view key, absl::string_view value) {
        observer.WatchRelationship(key, value);
        if (options.records == nullptr) return;
        written.Update(WriteRecord(topic, key, value, *options.records));
      }));
  TEND_RETURN_IF_ERROR(written);
  observer.Finish(run.now());
  result.enrichment = pipeline->enrichment_counts();
  result.wall = absl::Now() - began;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    result.peak_memory_bytes = int64_t{usage.ru_maxrss} * 1024;
  return result;
}

}  // namespace tend::cli
