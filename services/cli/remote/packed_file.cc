#include "services/cli/remote/packed_file.h"

#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/cli/remote/call_error.h"

namespace tend::cli {
namespace {

gzFile FileOf(void* gz) { return static_cast<gzFile>(gz); }

}  // namespace

absl::StatusOr<std::unique_ptr<PackedFile>> PackedFile::Open(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    return OfFile(absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno))));
  }
  if (S_ISDIR(info.st_mode)) return absl::InvalidArgumentError(absl::StrCat(path, " is a folder"));
  gzFile gz = gzopen(path.c_str(), "rb");
  if (gz == nullptr) {
    return OfFile(absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno))));
  }
  gzbuffer(gz, 256 << 10);
  return std::unique_ptr<PackedFile>(new PackedFile(path, gz, info.st_size));
}

PackedFile::PackedFile(std::string path, void* gz, int64_t bytes_total)
    : path_(std::move(path)), gz_(gz), bytes_total_(bytes_total) {}

PackedFile::~PackedFile() { gzclose(FileOf(gz_)); }

absl::Status PackedFile::Read(size_t most, std::string* chunk) {
  chunk->resize(most);
  const int read = gzread(FileOf(gz_), chunk->data(), static_cast<unsigned>(most));
  int error = Z_OK;
  const absl::string_view why = gzerror(FileOf(gz_), &error);
  if (read < 0 || (error != Z_OK && error != Z_STREAM_END)) {
    return absl::DataLossError(absl::StrCat(path_, " is damaged near its byte ", bytes_done(), " (",
                                            absl::StripPrefix(why, absl::StrCat(path_, ": ")),
                                            "): 'gzip -t' says the same"));
  }
  chunk->resize(static_cast<size_t>(read));
  return absl::OkStatus();
}

int64_t PackedFile::bytes_done() const { return gzoffset(FileOf(gz_)); }

}  // namespace tend::cli
