// For tests of readers: a whole text through a reader, in chunks of any size.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_READER_TEST_H_
#define TEND_SERVICES_INGEST_CONNECTORS_READER_TEST_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/ready_mappings.h"

namespace tend::ingest {

struct ReadResult {
  std::vector<v1::Interaction> interactions;
  std::vector<v1::Reject> rejects;
  std::vector<int64_t> lines;  // of the interactions
  int ignored = 0;
  int64_t rows = 0;
  int64_t short_rows = 0;
  int64_t first_short_line = 0;
};

inline ReadResult ReadAll(InteractionReader& reader, absl::string_view bytes,
                          size_t chunk = 64 * 1024) {
  ReadResult result;
  ReadItem item;
  // Chunks are copies in memory of their own, so that a sanitizer sees what is read beyond them.
  std::string piece;
  while (true) {
    switch (reader.Next(&item)) {
      case ReadStep::kNeedBytes:
        piece.assign(bytes.data(), std::min(chunk, bytes.size()));
        bytes.remove_prefix(piece.size());
        piece.empty() ? reader.Finish() : reader.Push(piece);
        break;
      case ReadStep::kInteraction:
        result.interactions.push_back(item.interaction);
        result.lines.push_back(item.line);
        break;
      case ReadStep::kReject:
        result.rejects.push_back(item.reject);
        break;
      case ReadStep::kIgnored:
        ++result.ignored;
        break;
      case ReadStep::kEnd:
        result.rows = reader.rows();
        result.short_rows = reader.short_rows();
        result.first_short_line = reader.first_short_line();
        return result;
    }
  }
}

// Through a mapping, as file "test.csv".
inline ReadResult ReadMapped(const v1::Mapping& mapping, absl::string_view bytes,
                             Parameters parameters = {}, size_t chunk = 64 * 1024) {
  auto reader = MakeReader(mapping, {"test.csv", std::move(parameters), std::nullopt});
  EXPECT_TRUE(reader.ok()) << reader.status();
  return reader.ok() ? ReadAll(**reader, bytes, chunk) : ReadResult();
}

// Through a mapping given as protobuf text.
inline ReadResult ReadByText(const std::string& mapping, absl::string_view bytes,
                             size_t chunk = 64 * 1024) {
  absl::StatusOr<v1::Mapping> parsed = ParseMapping(mapping, "test.textproto");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? ReadMapped(*parsed, bytes, {}, chunk) : ReadResult();
}

// Through a ready mapping.
inline ReadResult ReadReady(absl::string_view name, absl::string_view bytes,
                            Parameters parameters = {}, size_t chunk = 64 * 1024) {
  absl::StatusOr<v1::Mapping> mapping = FindReadyMapping(name);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  return mapping.ok() ? ReadMapped(*mapping, bytes, std::move(parameters), chunk) : ReadResult();
}

inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The folder of real data that lies beside the tree ("../shared/data/NAME"), or "" where it is
// absent: the test then ends well and says so in one line.
inline std::string SharedData(const std::string& name) {
  const std::string path = absl::StrCat("../shared/data/", name);
  if (std::ifstream(path).good()) return path;
  std::printf("not run: %s is absent here\n", path.c_str());
  return "";
}

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_READER_TEST_H_
