// How wide a text stands in a terminal, and how to fit it.

#ifndef TEND_SERVICES_CLI_TEXT_WIDTH_H_
#define TEND_SERVICES_CLI_TEXT_WIDTH_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tend::cli {

// Columns that the UTF-8 text takes. A small rule, after Unicode's East Asian Width: combining
// marks and joiners take none, CJK, Hangul, full-width forms and emoji two, all else one; so does a
// byte that is not UTF-8.
int DisplayWidth(absl::string_view text);

// The text made safe for a terminal: control characters (escape sequences, line ends, C1) become
// spaces; bytes that are not UTF-8, and characters that have no look but change that of others
// (turn the direction, break lines, hide), become U+FFFD. Joiners stay: scripts and emoji need
// them. Whatever came from outside is printed by this.
std::string Printable(absl::string_view text);
// The same, line by line.
std::string PrintableLines(absl::string_view text);

// The text in at most `width` columns; what is cut ends in an ellipsis. REQUIRES: width >= 1.
std::string CutToWidth(absl::string_view text, int width);

// The text's words in lines of at most `width` columns; a longer word gets a line of its own. Never
// empty.
std::vector<std::string> WrapToWidth(absl::string_view text, int width);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TEXT_WIDTH_H_
