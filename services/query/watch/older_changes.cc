#include "services/query/watch/older_changes.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/query/watch/nudge_tail.h"

namespace tend::query {
namespace {

// A page ends with the change that makes it kPageBytes long, or after this many of others: so one
// who has missed a month lets the next one in.
constexpr int64_t kLookedAt = 20'000;
constexpr absl::Duration kWait = absl::Milliseconds(100);
constexpr int kPolls = 20;  // in vain: a record that is there comes at once, unless Kafka is away

// Takes what concerns the owner until the page is full; returns the next place.
int64_t TakeRecords(const std::vector<stream::Record>& records, absl::string_view owner_id,
                    int64_t until, int64_t& bytes, OlderPage& page) {
  for (const stream::Record& record : records) {
    if (record.offset.value() >= until || bytes <= 0) return record.offset.value();
    auto change = std::make_shared<v1::NudgeChanged>();
    if (!change->ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
      continue;
    }
    NudgeChange older{record.partition, record.offset.value(), std::move(change)};
    if (!Concerns(older, owner_id)) continue;
    bytes -= BytesOf(older);
    page.changes.push_back(std::move(older));
  }
  return until;
}

// bytes, look_at: left of the page's.
absl::Status ReadPartition(stream::Log& log, int partition, absl::string_view owner_id,
                           int64_t until, int64_t& bytes, int64_t& look_at, OlderPage& page) {
  int64_t& place = page.next[static_cast<size_t>(partition)];
  const stream::TopicPartition from{kWatchedTopic, partition};
  TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                        log.Offsets(from, stream::Isolation::kReadCommitted));
  if (place < range.start.value()) {
    return absl::OutOfRangeError(
        absl::StrCat("resume_token: is older than what ", kWatchedTopic,
                     " still holds: list the nudges and watch from now on (no token)"));
  }
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<stream::Reader> reader,
                        log.Open(from, stream::Offset(place), stream::Isolation::kReadCommitted));
  const stream::PollLimits limits{1000, OlderChanges::kPageBytes, kWait};
  std::vector<stream::Record> records;
  int polls = kPolls;
  while (place < until && bytes > 0 && look_at > 0) {
    if (--polls < 0) {
      return absl::UnavailableError(absl::StrCat(
          kWatchedTopic, " does not give what it has; watch again from the last resume_token"));
    }
    TEND_RETURN_IF_ERROR(reader->Poll(limits, records));
    look_at -= static_cast<int64_t>(records.size());
    const int64_t reached =
        std::min(TakeRecords(records, owner_id, until, bytes, page), reader->position().value());
    if (reached > place) polls = kPolls;
    place = reached;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OlderPage> ReadOlder(stream::Log& log, absl::string_view owner_id,
                                    const WatchPlace& from, const WatchPlace& until) {
  OlderPage page{{}, from, nullptr};
  int64_t bytes = OlderChanges::kPageBytes, look_at = kLookedAt;
  for (size_t i = 0; i < from.size() && i < until.size(); ++i) {
    if (from[i] >= until[i]) continue;
    if (bytes <= 0 || look_at <= 0) break;
    const absl::Status status =
        ReadPartition(log, static_cast<int>(i), owner_id, until[i], bytes, look_at, page);
    if (absl::IsDataLoss(status)) return absl::OutOfRangeError(status.message());
    if (!status.ok()) return status;
  }
  return page;
}

void GiveRoomBack::operator()(OlderChanges* older) const {
  {
    const MutexLock lock(older->mu_);
    ++older->room_;
  }
  older->more_.notify_one();
}

void OlderChanges::Read(std::string owner_id, WatchPlace from, Done done) {
  {
    const MutexLock lock(mu_);
    wanted_.push_back({std::move(owner_id), std::move(from), std::move(done)});
  }
  more_.notify_one();
}

void OlderChanges::AwaitWork(const std::stop_token& stop) {
  const MutexLock lock(mu_);
  more_.wait(mu_, stop, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return HasWork(); });
}

absl::Status OlderChanges::ForgetErased(OlderPage& page) {
  std::set<std::string> persons;  // most nudges have no subject: then nobody is asked about
  for (const NudgeChange& older : page.changes) {
    const v1::MomentOpened& moment = older.change->nudge().moment();
    if (!moment.subject().empty()) persons.insert(moment.person_id());
  }
  if (persons.empty()) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(const std::set<std::string> erased, erased_among_(persons));
  for (NudgeChange& older : page.changes) {
    if (erased.count(older.change->nudge().moment().person_id()) == 0) continue;
    auto change = std::make_shared<v1::NudgeChanged>(*older.change);
    change->mutable_nudge()->mutable_moment()->clear_subject();
    older.change = std::move(change);
  }
  return absl::OkStatus();
}

bool OlderChanges::ReadNext() {
  Wanted next;
  {
    const MutexLock lock(mu_);
    if (!HasWork()) return false;
    next = std::move(wanted_.front());
    wanted_.pop_front();
    --room_;
  }
  PageRoom room(this);
  // While the feed has ended nothing is read: all who wait are to hear so at once.
  const absl::StatusOr<WatchPlace> until = feed_.KeptFrom();
  const std::string& owner = next.owner_id;
  absl::StatusOr<OlderPage> page =
      until.ok() ? ReadOlder(log_, {owner.data(), owner.size()}, next.from, *until)
                 : until.status();
  if (page.ok()) {
    page->room = std::move(room);
    const absl::Status status = ForgetErased(*page);
    if (!status.ok()) page = status;
  }
  next.done(std::move(page));
  return true;
}

void RunOlderChanges(OlderChanges& older, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    older.AwaitWork(stop);
    if (!stop.stop_requested()) older.ReadNext();
  }
}

}  // namespace tend::query
