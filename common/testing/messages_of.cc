#include "common/testing/messages_of.h"

#include <memory>

namespace tend::stream {

std::vector<std::string> ValuesOf(Log& log, const std::string& topic) {
  const std::unique_ptr<Reader> reader =
      *log.Open({topic, 0}, Offset(0), Isolation::kReadCommitted);
  std::vector<Record> records;
  TEND_CHECK(reader->Poll({}, records).ok());
  std::vector<std::string> values;
  values.reserve(records.size());
  for (const Record& record : records)
    values.emplace_back(record.value.data(), record.value.size());
  return values;
}

}  // namespace tend::stream
