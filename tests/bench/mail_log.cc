#include "tests/bench/mail_log.h"

#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "services/ingest/files/file_source.h"

namespace tend::bench {
namespace {

constexpr absl::string_view kEventsHeader = "seq,ts,from,to";
constexpr absl::string_view kTruthHeader = "seq,ts,from,to,split,episode_start,cold,y";

absl::Status BadLine(absl::string_view file, size_t line) {
  return absl::DataLossError(absl::StrCat(file, ":", line, ": not a row of this log"));
}

// Calls row(fields), which says whether it could read them, for each line after the header.
template <size_t kFields, typename Row>
absl::Status ForEachRow(absl::string_view file, absl::string_view text, absl::string_view header,
                        Row row) {
  size_t line = 0;
  for (const absl::string_view content : absl::StrSplit(text, '\n')) {
    ++line;
    if (line == 1) {
      if (content != header) return BadLine(file, line);
      continue;
    }
    if (content.empty()) continue;  // after the last one
    std::array<absl::string_view, kFields> fields;
    size_t count = 0;
    for (const absl::string_view field : absl::StrSplit(content, ',')) {
      if (count < kFields) fields[count] = field;
      ++count;
    }
    if (count != kFields || !row(fields)) return BadLine(file, line);
  }
  return absl::OkStatus();
}

// Reads "0" or "1".
bool ReadFlag(absl::string_view text, bool* flag) {
  *flag = text == "1";
  return *flag || text == "0";
}

template <size_t kFields>
bool ReadMail(const std::array<absl::string_view, kFields>& fields, size_t* seq, Mail* mail) {
  return absl::SimpleAtoi(fields[0], seq) && absl::SimpleAtoi(fields[1], &mail->second) &&
         absl::SimpleAtoi(fields[2], &mail->from) && absl::SimpleAtoi(fields[3], &mail->to);
}

}  // namespace

absl::StatusOr<std::vector<Mail>> ParseMailLog(absl::string_view events, absl::string_view truth) {
  std::vector<Mail> mails;
  TEND_RETURN_IF_ERROR(ForEachRow<4>("events", events, kEventsHeader, [&](const auto& fields) {
    size_t seq = 0;
    Mail mail;
    if (!ReadMail(fields, &seq, &mail) || seq != mails.size()) return false;
    if (!mails.empty() && mail.second < mails.back().second) return false;
    mails.push_back(mail);
    return true;
  }));
  TEND_RETURN_IF_ERROR(ForEachRow<8>("truth", truth, kTruthHeader, [&](const auto& fields) {
    size_t seq = 0;
    Mail told;
    if (!ReadMail(fields, &seq, &told) || seq >= mails.size()) return false;
    Mail& mail = mails[seq];
    if (told.second != mail.second || told.from != mail.from || told.to != mail.to) return false;
    mail.labelled = true;
    mail.valid = fields[4] == "valid";
    return (mail.valid || fields[4] == "train") && ReadFlag(fields[5], &mail.episode_start) &&
           ReadFlag(fields[6], &mail.cold) && ReadFlag(fields[7], &mail.answered);
  }));
  return mails;
}

absl::StatusOr<std::vector<Mail>> ReadMailLog(const std::string& folder) {
  TEND_ASSIGN_OR_RETURN(const std::string events,
                        ingest::ReadWholeFile(absl::StrCat(folder, "/events.csv.gz")));
  TEND_ASSIGN_OR_RETURN(const std::string truth,
                        ingest::ReadWholeFile(absl::StrCat(folder, "/truth_train_valid.csv.gz")));
  return ParseMailLog(events, truth);
}

}  // namespace tend::bench
