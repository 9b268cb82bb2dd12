// The bytes of one file, plain or gzip, chunk by chunk. The only place of ingest's files that reads
// a disk.

#ifndef TEND_SERVICES_INGEST_FILES_FILE_SOURCE_H_
#define TEND_SERVICES_INGEST_FILES_FILE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tend::ingest {

class FileSource {
 public:
  // Errors: NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (a folder); they name the path.
  static absl::StatusOr<std::unique_ptr<FileSource>> Open(const std::string& path);
  ~FileSource();
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  // The next chunk, unpacked; empty at the end. Lives until the next call.
  // Errors: DATA_LOSS for a gzip file that is damaged or ends too early.
  absl::StatusOr<absl::string_view> Read();

  // Of the file as it is stored. total is 0 for a pipe.
  int64_t bytes_done() const { return bytes_done_; }
  int64_t bytes_total() const { return bytes_total_; }

 private:
  FileSource() = default;

  std::string path_;
  void* gz_ = nullptr;  // gzFile, kept out of this header
  int64_t bytes_done_ = 0;
  int64_t bytes_total_ = 0;
  std::vector<char> buffer_;
};

// A small file, whole and unpacked. Errors: as Open and Read.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_FILES_FILE_SOURCE_H_
