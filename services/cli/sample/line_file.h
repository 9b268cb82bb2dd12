// LineFile: lines into a file, plain or gzip.

#ifndef TEND_SERVICES_CLI_SAMPLE_LINE_FILE_H_
#define TEND_SERVICES_CLI_SAMPLE_LINE_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tend::sample {

// A new file, or an old one written over. Write errors (a full disk) are told once, by Close. One
// thread.
class LineFile {
 public:
  // Errors: NOT_FOUND, PERMISSION_DENIED and others of the system, naming the path.
  static absl::StatusOr<LineFile> Create(const std::string& path, bool gzip);

  LineFile(LineFile&&) noexcept;
  LineFile& operator=(LineFile&&) noexcept;
  ~LineFile();

  // Adds the line and a line end.
  void Write(absl::string_view line);
  // Brings everything to the file. Nothing may be written after it.
  absl::Status Close();

  int64_t lines() const { return lines_; }

 private:
  struct Streams;
  LineFile(std::string path, std::unique_ptr<Streams> streams);

  std::string path_;
  std::unique_ptr<Streams> streams_;
  int64_t lines_ = 0;
};

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_LINE_FILE_H_
