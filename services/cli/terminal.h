// What the output goes to.

#ifndef TEND_SERVICES_CLI_TERMINAL_H_
#define TEND_SERVICES_CLI_TERMINAL_H_

#include "absl/strings/string_view.h"

namespace tend::cli {

// How texts are laid out. The default is that of a file: as wide as they are, without colour.
struct TerminalStyle {
  // 0: no limit.
  int columns = 0;
  bool colour = false;
  // Somebody looks at it as it comes.
  bool live = false;
};

// Of a file descriptor (1: stdout, 2: stderr). A terminal's width is asked of the system; COLUMNS,
// where set, is asked first, also for files. Colour: on a terminal that is not "dumb", unless
// NO_COLOR is set (no-color.org).
TerminalStyle StyleOf(int fd);

// The meaning of a text, shown as colour where there is any.
enum class Tone { kPlain, kGood, kWarning, kBad, kFaint, kStrong };

// The escape sequence that begins a tone; empty without colour or for kPlain.
absl::string_view BeginTone(Tone tone, const TerminalStyle& style);
// The one that ends it.
absl::string_view EndTone(Tone tone, const TerminalStyle& style);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TERMINAL_H_
