#include "services/ingest/connectors/interaction_json.h"

#include <dirent.h>

#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/ingest/connectors/line_reader.h"
#include "services/ingest/files/file_source.h"

namespace tend::ingest {
namespace {

std::set<std::string> FileNames(const std::string& folder) {
  std::set<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(folder.c_str()), &closedir);
  if (open == nullptr) return names;
  while (const dirent* entry = readdir(open.get())) names.insert(entry->d_name);
  return names;
}

v1::RejectReason ReasonOf(std::string json) {
  json.reserve(json.size() + LineReader::kPadding);
  InteractionJson reader;
  v1::Interaction interaction;
  Fault fault;
  return reader.Read(json, &interaction, &fault) == InteractionJson::Result::kFault
             ? fault.reason
             : v1::REJECT_REASON_UNSPECIFIED;
}

// What is JSON is refused for its content only; what is not is refused as such.
TEST(InteractionJsonTest, TellsJsonFromWhatIsNot) {
  const std::string folder = "../shared/data/jsontestsuite/test_parsing";
  const std::set<std::string> names = FileNames(folder);
  if (names.empty()) {
    std::cout << "not run: " << folder << " is absent here\n";
    return;
  }
  int good = 0;
  int bad = 0;
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".json")) continue;
    const v1::RejectReason reason =
        ReasonOf(ReadWholeFile(absl::StrCat(folder, "/", name)).value());
    if (absl::StartsWith(name, "y_")) {
      EXPECT_NE(reason, v1::REJECT_REASON_MALFORMED) << name;
      ++good;
    } else if (absl::StartsWith(name, "n_")) {
      EXPECT_EQ(reason, v1::REJECT_REASON_MALFORMED) << name;
      ++bad;
    }
  }
  EXPECT_GE(good, 90);
  EXPECT_GE(bad, 180);
}

TEST(InteractionJsonTest, EmptyTextIsNotJson) {
  EXPECT_EQ(ReasonOf(""), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(ReasonOf(std::string(1, '\0')), v1::REJECT_REASON_MALFORMED);
}

}  // namespace
}  // namespace tend::ingest
