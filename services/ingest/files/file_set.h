// Several files as one stream of interactions in order of time: what `tend trial` and `tend import`
// play.
//
//   TEND_ASSIGN_OR_RETURN(auto files, FileSet::Open({{"mail.csv.gz", ""}}, options));
//   while (true) {
//     TEND_ASSIGN_OR_RETURN(FileItem * item, files->Next());
//     if (item == nullptr) break;
//     if (item->kind == FileItem::Kind::kInteraction) {
//       AcceptResult result = acceptor.Accept(item->read.interaction, item->receive_time);
//       ...  // of a Reject: files->SetPlace(*item, &reject)
//     }
//   }
//
// Lists come first, in the order they are named: all their rows are received at list_time(). Then
// the events of all other files, merged by the time of receipt: receive_time where a line of Tend's
// own format has one, else occur_time. A file must be in that order by itself; a row that lies
// further back than Mapping.order_slack is OUT_OF_ORDER. Between equal times the file named first
// comes first. Memory: one chunk and one row a file.

#ifndef TEND_SERVICES_INGEST_FILES_FILE_SET_H_
#define TEND_SERVICES_INGEST_FILES_FILE_SET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/row_mapper.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

struct FileSpec {
  std::string path;
  // A ready mapping's name, or the path of a .textproto. Empty: recognised by the file's first
  // bytes.
  std::string mapping;
};

struct FileSetOptions {
  Parameters parameters;               // --set name=value, for all mappings that know the name
  std::optional<absl::Time> shift_to;  // --shift-to, for all files of events
  absl::Time now;                      // list_time() when there are only lists
};

struct FileItem {
  enum class Kind { kInteraction, kReject, kIgnored };
  Kind kind = Kind::kInteraction;
  ReadItem read;            // the interaction or the reject; line and bytes of the row
  absl::Time receive_time;  // never goes back from one item to the next
  size_t file = 0;          // index in reports()
};

// What came out of one file so far.
struct FileReport {
  std::string path;
  std::string file;     // without its folder
  std::string mapping;  // its name
  bool list = false;
  int64_t rows = 0;
  int64_t interactions = 0;
  int64_t rejects = 0;
  int64_t ignored = 0;
  int64_t short_rows = 0;  // rows with fewer cells than the header, and the first one's line
  int64_t first_short_line = 0;
};

struct FileProgress {
  int64_t bytes_done = 0;  // as stored: of the packed bytes of .gz
  int64_t bytes_total = 0;
  int64_t rows = 0;
};

class FileSet {
 public:
  // Errors: as FileSource::Open and MakeReader; NOT_FOUND (a mapping), INVALID_ARGUMENT (no mapping
  // fits; a parameter that no mapping knows). They name the file.
  static absl::StatusOr<std::unique_ptr<FileSet>> Open(const std::vector<FileSpec>& specs,
                                                       const FileSetOptions& options);
  ~FileSet();

  // The next item; null at the end. It may be changed, and lives until the next call. Rejects carry
  // their place and reject_time. Errors: DATA_LOSS.
  absl::StatusOr<FileItem*> Next();

  // Puts file, line and bytes of the item's row into a reject of a later stage.
  void SetPlace(const FileItem& item, v1::Reject* reject) const;

  // When the rows of lists came in: at the first event's time, or options.now without events.
  absl::Time list_time() const { return list_time_; }
  FileProgress progress() const;
  const std::vector<FileReport>& reports() const { return reports_; }

 private:
  struct Input;

  FileSet() = default;
  absl::Status Add(const FileSpec& spec, const FileSetOptions& options);
  absl::Status Prime(const FileSetOptions& options);
  absl::Status Refill(Input& input);
  void Place(Input& input);
  FileItem* Given(FileItem& item);

  std::vector<std::unique_ptr<Input>> inputs_;  // lists first
  std::vector<FileReport> reports_;
  absl::Time list_time_ = absl::InfinitePast();
  absl::Time last_time_ = absl::InfinitePast();
  Input* taken_ = nullptr;  // its item was given to the caller
  FileItem early_item_;
};

// A ready mapping by name, or the one in a .textproto file. Errors: NOT_FOUND, INVALID_ARGUMENT.
absl::StatusOr<v1::Mapping> LoadMapping(const std::string& name_or_path);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_FILES_FILE_SET_H_
