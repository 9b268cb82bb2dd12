#include "services/ingest/files/file_set.h"

#include <zlib.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingest/domain/acceptor.h"
#include "services/ingest/files/file_source.h"

namespace tend::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Writes a file into the test's folder and gives its path; gzip when its name ends so.
std::string Write(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  const gzFile file = gzopen(path.c_str(), path.substr(path.size() - 3) == ".gz" ? "wb" : "wbT");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return path;
}

// A mail log's row a line: "from@hh:mm".
std::string Log(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text = "from,to,time\n";
  for (const auto& [from, time] : rows) {
    absl::StrAppend(&text, from, ",eve@ours.example,2026-03-02T", time, ":00Z\n");
  }
  return text;
}

// All items: "from@receipt", "list@receipt", "!line reason".
std::vector<std::string> Play(FileSet& files) {
  std::vector<std::string> out;
  while (true) {
    absl::StatusOr<FileItem*> item = files.Next();
    if (!item.ok() || *item == nullptr) {
      if (!item.ok()) out.push_back(absl::StrCat("error ", item.status().message()));
      return out;
    }
    const std::string time = absl::FormatTime("%H:%M", (*item)->receive_time, absl::UTCTimeZone());
    const v1::Interaction& interaction = (*item)->read.interaction;
    if ((*item)->kind == FileItem::Kind::kReject) {
      out.push_back(absl::StrCat("!", (*item)->read.reject.file().line(), " ",
                                 v1::RejectReason_Name((*item)->read.reject.reason())));
    } else if (interaction.has_list_row_entered()) {
      out.push_back(absl::StrCat("list@", time));
    } else {
      out.push_back(absl::StrCat(interaction.parties(0).identifiers(0).raw(), "@", time));
    }
  }
}

std::vector<std::string> PlayFiles(const std::vector<FileSpec>& specs,
                                   const FileSetOptions& options = {}) {
  absl::StatusOr<std::unique_ptr<FileSet>> files = FileSet::Open(specs, options);
  if (!files.ok()) return {absl::StrCat("error ", files.status().message())};
  return Play(**files);
}

TEST(FileSetTest, MergesByTimeAndPutsListsFirst) {
  const std::string a = Write("a.csv", Log({{"a", "09:00"}, {"b", "11:00"}, {"c", "11:00"}}));
  const std::string b = Write("b.csv.gz", Log({{"d", "08:30"}, {"e", "11:00"}, {"f", "12:00"}}));
  EXPECT_THAT(PlayFiles({{a, ""}, {b, ""}, {"tests/data/ingest/contact_list.csv", ""}}),
              ElementsAre("list@08:30", "list@08:30", "d@08:30", "a@09:00", "b@11:00", "c@11:00",
                          "e@11:00", "f@12:00"));
}

TEST(FileSetTest, ARowOutOfOrderIsRejected) {
  const std::string path = Write(
      "o.csv",
      Log({{"a", "09:00"}, {"b", "10:00"}, {"slack", "09:59"}, {"late", "09:58"}, {"c", "10:01"}}));
  EXPECT_THAT(PlayFiles({{path, ""}}), ElementsAre("a@09:00", "b@10:00", "slack@10:00",
                                                   "!5 REJECT_REASON_OUT_OF_ORDER", "c@10:01"));
}

TEST(FileSetTest, OurOwnFormatIsInOrderOfReceipt) {
  EXPECT_THAT(PlayFiles({{"tests/data/ingest/mail.jsonl", ""}}),
              ElementsAre("ann@example.com@09:00", "eve@ours.example@10:00",
                          "ann@example.com@10:00", "!4 REJECT_REASON_OUT_OF_ORDER"));
}

TEST(FileSetTest, RejectsBeforeTheFirstEventKeepTheirPlace) {
  const std::string path = Write("r.csv", "from,to,time\n,,\nx,,soon\na,b,2026-03-02T09:00:00Z\n");
  EXPECT_THAT(PlayFiles({{"tests/data/ingest/contact_list.csv", ""}, {path, ""}}),
              ElementsAre("list@09:00", "list@09:00", "!3 REJECT_REASON_TIME_INVALID", "a@09:00"));
}

TEST(FileSetTest, WithoutEventsListsComeInNow) {
  FileSetOptions options;
  options.now = absl::FromUnixSeconds(1772445600);
  EXPECT_THAT(PlayFiles({{"tests/data/ingest/contact_list.csv", ""}}, options),
              ElementsAre("list@10:00", "list@10:00"));
}

TEST(FileSetTest, ShiftMovesEventsAndNotLists) {
  const std::string path = Write("s.csv", Log({{"a", "09:00"}, {"b", "10:30"}}));
  FileSetOptions options;
  options.shift_to = absl::FromUnixSeconds(1772485200);  // 21:00
  EXPECT_THAT(PlayFiles({{path, ""}}, options), ElementsAre("a@21:00", "b@22:30"));
}

TEST(FileSetTest, ErrorsNameTheFileAndWhatToDo) {
  EXPECT_THAT(PlayFiles({{"nowhere.csv", ""}}), ElementsAre(HasSubstr("nowhere.csv")));
  EXPECT_THAT(PlayFiles({{"tests", ""}}), ElementsAre(HasSubstr("is a folder")));
  EXPECT_THAT(PlayFiles({{Write("x.csv", "shoe,size\n1,2\n"), ""}}),
              ElementsAre(HasSubstr("--map")));
  EXPECT_THAT(PlayFiles({{"tests/data/ingest/mail.jsonl", "mail_lok"}}),
              ElementsAre(HasSubstr("mail_log")));
  EXPECT_THAT(PlayFiles({{"tests/data/ingest/linkedin_connections.csv", ""}}),
              ElementsAre(HasSubstr("--set owner=")));
  FileSetOptions options;
  options.parameters = {{"ovner", "eve"}};
  EXPECT_THAT(PlayFiles({{"tests/data/ingest/mail.jsonl", ""}}, options),
              ElementsAre(HasSubstr("ovner")));
}

TEST(FileSetTest, ADamagedGzipFileIsDataLoss) {
  std::string text = Log({{"a", "09:00"}});
  for (int i = 0; i < 20000; ++i)
    absl::StrAppend(&text, "a", i * 7919, ",b,2026-03-02T09:00:00Z\n");
  const std::string path = Write("cut.csv.gz", text);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) * 3 / 4);
  EXPECT_THAT(PlayFiles({{path, ""}}).back(), HasSubstr("error"));
}

TEST(FileSetTest, ReportsProgressAndCounts) {
  absl::StatusOr<std::unique_ptr<FileSet>> files =
      FileSet::Open({{"tests/data/ingest/mail.jsonl", "tend_jsonl"}}, {});
  ASSERT_TRUE(files.ok());
  Play(**files);
  const FileProgress progress = (*files)->progress();
  EXPECT_EQ(progress.bytes_done, progress.bytes_total);
  EXPECT_GT(progress.bytes_total, 1000);
  EXPECT_EQ(progress.rows, 4);
  const FileReport& report = (*files)->reports()[0];
  EXPECT_EQ(report.file, "mail.jsonl");
  EXPECT_EQ(report.mapping, "tend_jsonl");
  EXPECT_EQ(report.interactions, 3);
  EXPECT_EQ(report.rejects, 1);
}

TEST(FileSetTest, ALaterRejectGetsItsPlaceAndBytes) {
  const std::string path = Write("p.csv", Log({{"a", "09:00"}}));
  absl::StatusOr<std::unique_ptr<FileSet>> files = FileSet::Open({{path, ""}}, {});
  ASSERT_TRUE(files.ok());
  absl::StatusOr<FileItem*> item = (*files)->Next();
  ASSERT_TRUE(item.ok());
  v1::Reject reject;
  (*files)->SetPlace(**item, &reject);
  EXPECT_EQ(reject.file().file(), "p.csv");
  EXPECT_EQ(reject.file().line(), 2);
  EXPECT_EQ(reject.value(), "a,eve@ours.example,2026-03-02T09:00:00Z");
}

// The whole real log, accepted: its size and last day are known.
TEST(FileSetTest, PlaysTheRealLog) {
  absl::StatusOr<std::unique_ptr<FileSet>> files =
      FileSet::Open({{"../shared/data/email_eu/events.csv.gz", "email_eu_everyone"}}, {});
  if (absl::IsNotFound(files.status())) {
    std::cout << "not run: " << files.status().message() << "\n";
    return;
  }
  ASSERT_TRUE(files.ok()) << files.status();
  Acceptor acceptor;
  int64_t recipients = 0;
  absl::Time last;
  while (true) {
    absl::StatusOr<FileItem*> item = (*files)->Next();
    ASSERT_TRUE(item.ok()) << item.status();
    if (*item == nullptr) break;
    ASSERT_EQ((*item)->kind, FileItem::Kind::kInteraction);
    last = (*item)->receive_time;
    v1::Interaction& interaction = (*item)->read.interaction;
    ASSERT_TRUE(std::holds_alternative<Accepted>(acceptor.Accept(interaction, last)));
    recipients += interaction.recipient_count();
  }
  EXPECT_EQ((*files)->progress().rows, 259948);
  EXPECT_EQ(recipients, 2 * 259948);
  EXPECT_EQ(last, absl::FromUnixSeconds(1772442000 + 38928932));
}

}  // namespace
}  // namespace tend::ingest
