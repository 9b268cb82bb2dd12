#include "services/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/numbers.h"

namespace tend::cli {
namespace {

// Narrower than this no table can be read; such a width is taken for a mistake.
constexpr int kLeastColumns = 20;

absl::string_view Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? absl::string_view() : value;
}

int ColumnsOf(int fd) {
  int columns = 0;
  if (absl::SimpleAtoi(Environment("COLUMNS"), &columns) && columns >= kLeastColumns) {
    return columns;
  }
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeastColumns) return size.ws_col;
  return 0;
}

}  // namespace

TerminalStyle StyleOf(int fd) {
  TerminalStyle style;
  style.live = isatty(fd) == 1;
  style.columns = ColumnsOf(fd);
  style.colour = style.live && Environment("NO_COLOR").empty() && Environment("TERM") != "dumb";
  return style;
}

absl::string_view BeginTone(Tone tone, const TerminalStyle& style) {
  if (!style.colour) return "";
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kWarning:
      return "\x1b[33m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kFaint:
      return "\x1b[2m";
    case Tone::kStrong:
      return "\x1b[1m";
  }
  return "";
}

absl::string_view EndTone(Tone tone, const TerminalStyle& style) {
  return style.colour && tone != Tone::kPlain ? "\x1b[0m" : "";
}

}  // namespace tend::cli
