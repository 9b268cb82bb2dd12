#include "services/cli/sample/line_file.h"

#include <fcntl.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/gzip_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"

namespace tend::sample {
namespace {

constexpr int kBufferBytes = 256 * 1024;

}  // namespace

// In the order in which they wrap each other; destroyed from the last to the first.
struct LineFile::Streams {
  Streams(int fd, bool gzip) : file(fd, kBufferBytes) {
    if (gzip) packed.emplace(&file);
    out.emplace(gzip ? static_cast<google::protobuf::io::ZeroCopyOutputStream*>(&*packed) : &file);
  }

  google::protobuf::io::FileOutputStream file;
  std::optional<google::protobuf::io::GzipOutputStream> packed;
  std::optional<google::protobuf::io::CodedOutputStream> out;
};

LineFile::LineFile(std::string path, std::unique_ptr<Streams> streams)
    : path_(std::move(path)), streams_(std::move(streams)) {}
LineFile::LineFile(LineFile&&) noexcept = default;
LineFile& LineFile::operator=(LineFile&&) noexcept = default;
LineFile::~LineFile() = default;

absl::StatusOr<LineFile> LineFile::Create(const std::string& path, bool gzip) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  auto streams = std::make_unique<Streams>(fd, gzip);
  streams->file.SetCloseOnDelete(true);
  return LineFile(path, std::move(streams));
}

void LineFile::Write(absl::string_view line) {
  streams_->out->WriteRaw(line.data(), static_cast<int>(line.size()));
  streams_->out->WriteRaw("\n", 1);
  ++lines_;
}

absl::Status LineFile::Close() {
  streams_->out->Trim();
  bool good = !streams_->out->HadError();
  streams_->out.reset();
  if (streams_->packed.has_value()) good = streams_->packed->Close() && good;
  streams_->file.SetCloseOnDelete(false);
  good = streams_->file.Close() && good;
  if (good) return absl::OkStatus();
  const int error = streams_->file.GetErrno();
  return absl::ErrnoToStatus(error == 0 ? EIO : error, absl::StrCat("cannot write ", path_));
}

}  // namespace tend::sample
