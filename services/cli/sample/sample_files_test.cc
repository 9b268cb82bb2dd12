#include "services/cli/sample/sample_files.h"

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/io/gzip_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "google/protobuf/text_format.h"
#include "services/cli/sample/contact_list.h"
#include "tend/v1/person.pb.h"

namespace tend::sample {
namespace {

using ::testing::HasSubstr;

// How deploy/sample was made; its README.md has the same as a command.
SampleOptions Shipped() {
  SampleOptions options;
  options.seed = 12;
  options.owners = 6;
  options.people = 100;
  options.months = 8;
  options.start = absl::CivilDay(2025, 6, 13);
  options.broken_share = 0.002;
  return options;
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Folder(const std::string& name) { return ::testing::TempDir() + "tend_" + name; }

std::string Unpacked(const std::string& path) {
  google::protobuf::io::FileInputStream file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  file.SetCloseOnDelete(true);
  google::protobuf::io::GzipInputStream unpacked(&file);
  std::string contents;
  const void* data = nullptr;
  for (int size = 0; unpacked.Next(&data, &size);) {
    contents.append(static_cast<const char*>(data), static_cast<size_t>(size));
  }
  return contents;
}

constexpr char kWriteAnew[] =
    " differs: write the sample anew by the command in deploy/sample/README.md";

TEST(SampleFilesTest, TheShippedSampleIsWhatTheCommandWrites) {
  const std::string folder = Folder("shipped");
  ASSERT_TRUE(WriteSample(Shipped(), {folder, true, true}, nullptr).ok());
  for (const char* name : {"/five_people.jsonl", "/list.csv", "/roster.textproto", "/README.txt"}) {
    EXPECT_TRUE(Contents(folder + name) == Contents(absl::StrCat("deploy/sample", name)))
        << name << kWriteAnew;
  }
  // Unpacked: another zlib may pack differently.
  const std::string shipped = Unpacked("deploy/sample/interactions.jsonl.gz");
  EXPECT_GT(shipped.size(), 500'000U);
  EXPECT_TRUE(Unpacked(folder + "/interactions.jsonl.gz") == shipped) << kWriteAnew;
}

TEST(SampleFilesTest, TheShippedSampleIsSmallAndItsReadmeNamesTheCommand) {
  uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator("deploy/sample")) {
    bytes += file.file_size();
  }
  EXPECT_LE(bytes, 400'000U);
  const std::string generated = Contents("deploy/sample/README.txt");
  const size_t begin = generated.find("tend sample");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_THAT(Contents("deploy/sample/README.md"),
              HasSubstr(generated.substr(begin, generated.find('\n', begin) - begin)));
}

TEST(SampleFilesTest, GzipHoldsTheSameLines) {
  SampleOptions options = Shipped();
  options.months = 1;
  const auto plain = WriteSample(options, {Folder("plain"), false, false}, nullptr);
  const auto packed = WriteSample(options, {Folder("packed"), true, false}, nullptr);
  ASSERT_TRUE(plain.ok() && packed.ok());
  const std::string contents = Contents(plain->interactions);
  ASSERT_FALSE(contents.empty());
  EXPECT_EQ(Unpacked(packed->interactions), contents);
}

TEST(SampleFilesTest, TheRosterReadsAsOne) {
  v1::Roster roster;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      Contents("deploy/sample/roster.textproto"), &roster));
  EXPECT_EQ(roster.owners_size(), 6);
  EXPECT_EQ(roster.owners(0).owner_id(), "eve");
  EXPECT_EQ(roster.domains(0), "orchard.example");
}

TEST(SampleFilesTest, AFolderThatCannotBeMadeIsNamed) {
  const auto files = WriteSample(Shipped(), {"/dev/null/sample", false, false}, nullptr);
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("/dev/null/sample"));
}

TEST(ContactListTest, HasKnownAndUnknownPeopleAndUnsubscribedRows) {
  SampleOptions options;
  options.people = 400;
  const std::vector<std::string> lines = ContactList(options);
  EXPECT_EQ(lines.size(), 201U);
  EXPECT_EQ(lines[0], "email,name,company,title,phone,linkedin,unsubscribed");
  EXPECT_THAT(lines, ::testing::Contains(::testing::EndsWith(",true")));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("+1")));
}

}  // namespace
}  // namespace tend::sample
