#include "services/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/cli/table.h"
#include "services/cli/text_width.h"

namespace tend::cli {
namespace {

// Work that took no longer needs no final line.
constexpr absl::Duration kShort = absl::Seconds(1);
constexpr absl::Duration kApart = absl::Milliseconds(200);
// Before this share is done, what is left cannot be told.
constexpr double kLeastShare = 0.02;

std::string Rate(absl::string_view unit, const ProgressState& state) {
  const double seconds = std::max(absl::ToDoubleSeconds(state.elapsed), 1e-3);
  const auto rate = static_cast<int64_t>(static_cast<double>(state.items) / seconds);
  return absl::StrCat(WithCommas(rate), " ", unit, "/s");
}

}  // namespace

std::string FormatSpan(absl::Duration span) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(span));
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrCat(whole / 60, " min ", whole % 60, " s");
  return absl::StrCat(whole / 3600, " h ", whole % 3600 / 60, " min");
}

std::string FormatProgress(absl::string_view label, absl::string_view unit,
                           const ProgressState& state, int columns) {
  std::string line = absl::StrCat(label, ":");
  absl::string_view separator = " ";
  const auto add = [&line, &separator](absl::string_view part) {
    absl::StrAppend(&line, separator, part);
    separator = ", ";
  };
  const double share =
      state.total > 0
          ? std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0.0, 1.0)
          : 0;
  if (state.total > 0) add(absl::StrFormat("%d %%", static_cast<int>(share * 100)));
  if (state.items > 0) {
    add(absl::StrCat(WithCommas(state.items), " ", unit));
    add(Rate(unit, state));
  }
  if (share >= kLeastShare) {
    add(absl::StrCat(FormatSpan(state.elapsed * ((1 - share) / share)), " left"));
  }
  return columns > 0 ? CutToWidth(line, columns) : line;
}

std::string FormatDone(absl::string_view label, absl::string_view unit,
                       const ProgressState& state) {
  return absl::StrCat(label, ": ", WithCommas(state.items), " ", unit, " in ",
                      FormatSpan(state.elapsed), ", ", Rate(unit, state));
}

Progress::Output Progress::Stderr() {
  return {StyleOf(STDERR_FILENO),
          [](absl::string_view text) {
            std::fwrite(text.data(), 1, text.size(), stderr);
            std::fflush(stderr);
          },
          [] { return absl::Now(); }};
}

Progress::Progress(std::string label, std::string unit, Output output)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      output_(std::move(output)),
      start_(output_.now()),
      next_(start_) {}

Progress::~Progress() { Show(""); }

void Progress::Show(absl::string_view line) {
  // To the line's beginning, and clear it to its end (ECMA-48 EL).
  if (shown_ || !line.empty()) output_.write(absl::StrCat("\r\x1b[K", line));
  shown_ = !line.empty();
}

void Progress::Update(int64_t done, int64_t total, int64_t items) {
  if (!output_.style.live) return;
  const absl::Time now = output_.now();
  if (now < next_) return;
  next_ = now + kApart;
  // One column stays free: a full line would wrap in some terminals.
  Show(FormatProgress(label_, unit_, {done, total, items, now - start_},
                      std::max(0, output_.style.columns - 1)));
}

void Progress::Say(absl::string_view what) {
  if (!output_.style.live) return;
  const std::string line = absl::StrCat(label_, ": ", what);
  const int columns = output_.style.columns;
  Show(columns > 1 ? CutToWidth(line, columns - 1) : line);
}

void Progress::Finish(int64_t items) {
  const absl::Duration elapsed = output_.now() - start_;
  Show("");
  next_ = absl::InfiniteFuture();
  if (elapsed <= kShort) return;
  output_.write(absl::StrCat(FormatDone(label_, unit_, {0, 0, items, elapsed}), "\n"));
}

}  // namespace tend::cli
