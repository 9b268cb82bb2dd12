// A file's bytes, plain or gzip, as a client sends them.

#ifndef TEND_SERVICES_CLI_REMOTE_PACKED_FILE_H_
#define TEND_SERVICES_CLI_REMOTE_PACKED_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tend::cli {

class PackedFile {
 public:
  // Errors: NOT_FOUND, INVALID_ARGUMENT (a folder), naming the path.
  static absl::StatusOr<std::unique_ptr<PackedFile>> Open(const std::string& path);
  ~PackedFile();
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;

  // Fills *chunk with the next bytes, unpacked; empty at the end. Errors: DATA_LOSS (damaged).
  absl::Status Read(size_t most, std::string* chunk);

  // Of the file as it is stored.
  int64_t bytes_done() const;
  int64_t bytes_total() const { return bytes_total_; }

 private:
  PackedFile(std::string path, void* gz, int64_t bytes_total);

  const std::string path_;
  void* const gz_;  // gzFile, kept out of this header
  const int64_t bytes_total_;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_PACKED_FILE_H_
