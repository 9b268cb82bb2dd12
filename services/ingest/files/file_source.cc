#include "services/ingest/files/file_source.h"

#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace tend::ingest {
namespace {

// Stays in the L2 cache beside what is made of it; larger chunks were not faster.
constexpr unsigned kChunkBytes = 64 * 1024;

gzFile Gz(void* gz) { return static_cast<gzFile>(gz); }

}  // namespace

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Open(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return absl::ErrnoToStatus(errno, path);
  if (S_ISDIR(info.st_mode)) return absl::InvalidArgumentError(absl::StrCat(path, " is a folder"));
  std::unique_ptr<FileSource> source(new FileSource);
  source->path_ = path;
  source->gz_ = gzopen(path.c_str(), "rb");
  if (source->gz_ == nullptr) return absl::ErrnoToStatus(errno, path);
  gzbuffer(Gz(source->gz_), kChunkBytes);
  source->buffer_.resize(kChunkBytes);
  if (S_ISREG(info.st_mode)) source->bytes_total_ = info.st_size;
  return source;
}

FileSource::~FileSource() {
  if (gz_ != nullptr) gzclose(Gz(gz_));
}

absl::StatusOr<absl::string_view> FileSource::Read() {
  const int size = gzread(Gz(gz_), buffer_.data(), kChunkBytes);
  int error = Z_OK;
  const char* message = gzerror(Gz(gz_), &error);
  // A file that ends within a gzip stream gives its last bytes, and Z_BUF_ERROR.
  if (size < 0 || (size == 0 && error != Z_OK)) {
    if (error == Z_ERRNO) return absl::ErrnoToStatus(errno, path_);
    return absl::DataLossError(absl::StrCat(path_, ": ", message));
  }
  bytes_done_ = gzoffset(Gz(gz_));
  return absl::string_view(buffer_.data(), static_cast<size_t>(size));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> source, FileSource::Open(path));
  std::string text;
  while (true) {
    TEND_ASSIGN_OR_RETURN(const absl::string_view chunk, source->Read());
    if (chunk.empty()) return text;
    text.append(chunk.data(), chunk.size());
  }
}

}  // namespace tend::ingest
