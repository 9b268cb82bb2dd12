// Progress: how far a long command is, on stderr.

#ifndef TEND_SERVICES_CLI_PROGRESS_H_
#define TEND_SERVICES_CLI_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/cli/terminal.h"

namespace tend::cli {

// How far it is.
struct ProgressState {
  // Of the work, in any unit: bytes read, seconds of the simulated time. total 0: unknown.
  int64_t done = 0;
  int64_t total = 0;
  // What is counted for the reader: rows.
  int64_t items = 0;
  absl::Duration elapsed;
};

// "reading: 41 %, 412,345 rows, 98,211 rows/s, 12 s left", cut to the columns (0: no limit).
// Without a total, or before 2 % are done, it says no time left; without items, neither rows nor
// rate.
std::string FormatProgress(absl::string_view label, absl::string_view unit,
                           const ProgressState& state, int columns);
// "reading: 1,000,000 rows in 9.8 s, 102,040 rows/s".
std::string FormatDone(absl::string_view label, absl::string_view unit, const ProgressState& state);
// "0.8 s", "12 s", "3 min 20 s", "2 h 5 min".
std::string FormatSpan(absl::Duration span);

// Shows one line that is written over, on a terminal only: at once, then at most five times a
// second. The final line is also written to a file, when the work took over a second. One thread.
class Progress {
 public:
  struct Output {
    TerminalStyle style;
    std::function<void(absl::string_view)> write;
    std::function<absl::Time()> now;
  };
  // On stderr, by the wall clock.
  static Output Stderr();

  // label: "reading"; unit: "rows".
  Progress(std::string label, std::string unit, Output output);
  // Clears a line that is still shown.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap: asks the clock, and mostly does nothing. Call it every few thousand rows.
  void Update(int64_t done, int64_t total, int64_t items);
  // In place of how far it is: "sending: all is sent", at once.
  void Say(absl::string_view what);
  // The final line. Nothing is shown after it.
  void Finish(int64_t items);

 private:
  void Show(absl::string_view line);

  std::string label_;
  std::string unit_;
  Output output_;
  absl::Time start_;
  absl::Time next_;
  bool shown_ = false;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_PROGRESS_H_
