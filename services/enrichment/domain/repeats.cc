#include "services/enrichment/domain/repeats.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "common/base/hash.h"

namespace tend::enrichment {
namespace {

constexpr char kChunkTag = 'i';
constexpr char kMarkTag = 'm';
constexpr char kVersion = 1;

template <typename T>
void Append(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);  // little-endian machines only, as all of ours are
  out.append(bytes, sizeof value);
}

template <typename T>
T Take(absl::string_view& in) {
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return value;
}

std::string ChunkKey(std::pair<uint32_t, uint32_t> place) {
  std::string key(1, kChunkTag);
  Append(key, __builtin_bswap32(place.first));
  Append(key, __builtin_bswap32(place.second));
  return key;
}

std::string MarkKey(uint64_t record) {
  std::string key(1, kMarkTag);
  Append(key, record);
  return key;
}

std::string EncodeMark(int64_t position) {
  std::string value(1, kVersion);
  Append(value, position);
  return value;
}

void AppendSized(std::string& out, const std::string& part) {
  Append(out, static_cast<uint32_t>(part.size()));
  out.append(part);
}

uint32_t HourOf(absl::Time time) {
  return static_cast<uint32_t>(std::max<int64_t>(0, absl::ToUnixSeconds(time) / 3600));
}

}  // namespace

Repeats::Key Repeats::KeyOf(const v1::Interaction& interaction, absl::Time now) {
  Key key;
  const v1::Source& source = interaction.source();
  text_.clear();
  AppendSized(text_, source.system());
  AppendSized(text_, source.instance());
  AppendSized(text_, source.record_id());
  if (source.has_position()) {
    key.position = source.position();
    key.record = StableHash(text_);
  }
  text_.append(interaction.id());
  key.id = StableHash(text_);
  const int64_t now_seconds = absl::ToUnixSeconds(now);
  const int64_t stated = interaction.receive_time().seconds();
  const int64_t received = stated == 0 ? now_seconds : stated;
  key.hour = static_cast<uint32_t>(
      std::clamp<int64_t>(received, 0, std::max<int64_t>(now_seconds, 0)) / 3600);
  return key;
}

bool Repeats::Add(const Key& key) {
  if (key.position.has_value() && !marks_.empty()) {
    const auto mark = marks_.find(key.record);
    if (mark != marks_.end() && *key.position <= mark->second) return false;
  }
  if (!ids_.insert(key.id).second) return false;
  added_.push_back(key);
  batch_hour_ = std::max(batch_hour_, key.hour);
  return true;
}

void Repeats::TakeBack() {
  ids_.erase(added_.back().id);
  added_.pop_back();  // the time stays: it was received
}

void Repeats::AdvanceTo(absl::Time now) { batch_hour_ = std::max(batch_hour_, HourOf(now)); }

absl::Time Repeats::NextExpiry() const {
  for (const auto& [place, chunk] : chunks_) {
    if (IsExpired(place.first)) continue;  // goes with this batch
    return absl::UnixEpoch() + absl::Hours(place.first + 1) + options_.window;
  }
  return absl::InfiniteFuture();
}

bool Repeats::IsExpired(uint32_t hour) const {
  return absl::Hours(hour + 1) + options_.window <= absl::Hours(std::max(hour_, batch_hour_));
}

absl::Duration Repeats::real_window() const {
  if (chunks_.empty()) return options_.window;
  return absl::Hours(hour_ - std::min(hour_, chunks_.begin()->first.first));
}

void Repeats::Flush(Sink sink) {
  if (!added_.empty()) FlushAdded(sink);
  FlushExpired(sink);
}

// Cuts the batch into chunks by hour, filling up each hour's last chunk while that is small.
void Repeats::FlushAdded(Sink sink) {
  const auto earlier = [](const Key& a, const Key& b) { return a.hour < b.hour; };
  if (!std::is_sorted(added_.begin(), added_.end(), earlier)) {
    std::stable_sort(added_.begin(), added_.end(), earlier);
  }
  for (size_t i = 0; i < added_.size();) {
    const uint32_t hour = added_[i].hour;
    Chunk chunk;
    Place place = PlaceFor(hour, chunk);
    if (!written_.empty() && written_.back().first.first == hour)
      place.second = written_.back().first.second + 1;
    for (; i < added_.size() && added_[i].hour == hour && chunk.ids.size() < kFullChunk; ++i) {
      chunk.ids.push_back(added_[i].id);
      if (added_[i].position.has_value())
        chunk.marks.push_back({added_[i].record, *added_[i].position});
    }
    std::sort(chunk.marks.begin(), chunk.marks.end(), [](const Mark& a, const Mark& b) {
      return a.record != b.record ? a.record < b.record : a.position > b.position;
    });
    const auto same = [](const Mark& a, const Mark& b) { return a.record == b.record; };
    chunk.marks.erase(std::unique(chunk.marks.begin(), chunk.marks.end(), same), chunk.marks.end());
    sink(ChunkKey(place), Encode(chunk));
    written_.emplace_back(place, std::move(chunk));
  }
}

// The hour's last chunk, copied to `chunk`, while it is small; else the next number of the hour.
Repeats::Place Repeats::PlaceFor(uint32_t hour, Chunk& chunk) const {
  auto after = chunks_.upper_bound(Place(hour, ~uint32_t{0}));
  if (after == chunks_.begin()) return {hour, 0};
  const auto& [place, last] = *std::prev(after);
  if (place.first != hour) return {hour, 0};
  const bool taken = !written_.empty() && written_.back().first.first == hour;
  if (taken || last.ids.size() >= kSmallChunk) return {hour, place.second + 1};
  chunk = last;
  return place;
}

// Gives up what is older than the window or beyond the budget. What this batch wrote stays.
void Repeats::FlushExpired(Sink sink) {
  size_t left = bytes();
  for (const auto& [place, chunk] : chunks_) {
    if (!IsExpired(place.first) && left <= options_.budget_bytes) break;
    const bool rewritten =
        std::any_of(written_.begin(), written_.end(),
                    [&place = place](const auto& w) { return w.first == place; });
    if (rewritten) continue;
    left -= std::min(left, chunk.ids.size() * kBytesPerId + kBytesPerChunk);
    expired_.push_back(place);
    sink(ChunkKey(place), std::nullopt);
    for (const Mark& mark : chunk.marks) {
      const auto known = marks_.find(mark.record);
      const bool room =
          (marks_.size() + raised_.size()) * kBytesPerMark < options_.mark_budget_bytes;
      if (known == marks_.end() ? !room : known->second >= mark.position) continue;
      int64_t& position = raised_.try_emplace(mark.record, mark.position).first->second;
      position = std::max(position, mark.position);
    }
  }
  for (const auto& [record, position] : raised_) sink(MarkKey(record), EncodeMark(position));
}

void Repeats::WriteAll(Sink sink) const {
  for (const auto& [place, chunk] : chunks_) sink(ChunkKey(place), Encode(chunk));
  for (const auto& [record, position] : marks_) sink(MarkKey(record), EncodeMark(position));
}

void Repeats::Commit() {
  for (const Place& place : expired_) {
    const auto chunk = chunks_.find(place);
    for (uint64_t id : chunk->second.ids) ids_.erase(id);
    chunks_.erase(chunk);
  }
  for (auto& [place, chunk] : written_) chunks_[place] = std::move(chunk);
  for (const auto& [record, position] : raised_) marks_[record] = position;
  hour_ = std::max(hour_, batch_hour_);
  added_.clear(), written_.clear(), expired_.clear(), raised_.clear();
}

void Repeats::Rollback() {
  for (const Key& key : added_) ids_.erase(key.id);
  batch_hour_ = hour_;
  added_.clear(), written_.clear(), expired_.clear(), raised_.clear();
}

std::string Repeats::Encode(const Chunk& chunk) {
  std::string value(1, kVersion);
  value.reserve(5 + chunk.ids.size() * 8 + chunk.marks.size() * 16);
  Append(value, static_cast<uint32_t>(chunk.ids.size()));
  for (uint64_t id : chunk.ids) Append(value, id);
  for (const Mark& mark : chunk.marks) Append(value, mark.record), Append(value, mark.position);
  return value;
}

bool Repeats::Decode(absl::string_view value, Chunk& chunk) {
  if (value.size() < 5 || value.front() != kVersion) return false;
  value.remove_prefix(1);
  const size_t count = Take<uint32_t>(value);
  if (value.size() < count * 8 || (value.size() - count * 8) % 16 != 0) return false;
  for (size_t i = 0; i < count; ++i) chunk.ids.push_back(Take<uint64_t>(value));
  while (!value.empty()) {
    const auto record = Take<uint64_t>(value);
    chunk.marks.push_back({record, Take<int64_t>(value)});
  }
  return true;
}

absl::Status Repeats::Restore(absl::string_view key, std::optional<absl::string_view> value) {
  absl::Status unreadable = absl::DataLossError("enrichment state: a record is of no known format");
  if (key.size() != 9) return unreadable;
  const char tag = key.front();
  key.remove_prefix(1);
  if (tag == kMarkTag) {
    const auto record = Take<uint64_t>(key);
    if (!value.has_value()) return marks_.erase(record), absl::OkStatus();
    if (value->size() != 9 || value->front() != kVersion) return unreadable;
    value->remove_prefix(1);
    marks_[record] = Take<int64_t>(*value);
    return absl::OkStatus();
  }
  if (tag != kChunkTag) return unreadable;
  const uint32_t hour = __builtin_bswap32(Take<uint32_t>(key));
  const Place place(hour, __builtin_bswap32(Take<uint32_t>(key)));
  if (!value.has_value()) return chunks_.erase(place), absl::OkStatus();
  Chunk chunk;
  if (!Decode(*value, chunk)) return unreadable;
  chunks_[place] = std::move(chunk);
  hour_ = std::max(hour_, hour);
  return absl::OkStatus();
}

void Repeats::Restored() {
  for (const auto& [place, chunk] : chunks_) ids_.insert(chunk.ids.begin(), chunk.ids.end());
  batch_hour_ = hour_;
}

}  // namespace tend::enrichment
