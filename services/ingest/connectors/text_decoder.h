// Turns the bytes of a text file into UTF-8: by its byte order mark (UTF-8, UTF-16 LE and BE), else
// by a given name.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_TEXT_DECODER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_TEXT_DECODER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tend::ingest {

class TextDecoder {
 public:
  // encoding: ICU's name of the character set of files without a mark; empty: UTF-8.
  explicit TextDecoder(std::string encoding = "");
  ~TextDecoder();

  // INVALID_ARGUMENT when ICU does not know the name.
  static absl::Status CheckEncoding(const std::string& encoding);

  // The next bytes as UTF-8, cut anywhere. UTF-8 passes through uncopied and unchecked; in other
  // sets, bytes without a meaning become U+FFFD. The view lives as long as `bytes` and until the
  // next call.
  absl::string_view Decode(absl::string_view bytes);

  // What is left at the end: half a character becomes U+FFFD.
  absl::string_view Finish();

 private:
  struct Converter;

  bool Begin(absl::string_view& bytes);
  absl::string_view Convert(absl::string_view bytes, bool last);

  const std::string encoding_;
  bool begun_ = false;
  std::string head_;                      // the first bytes, while there are too few to know a mark
  std::unique_ptr<Converter> converter_;  // null: UTF-8
  std::string out_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_TEXT_DECODER_H_
