// What a log's topic holds, as messages.

#ifndef TEND_COMMON_TESTING_MESSAGES_OF_H_
#define TEND_COMMON_TESTING_MESSAGES_OF_H_

#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/stream/log.h"

namespace tend::stream {

// Of partition 0, in order.
std::vector<std::string> ValuesOf(Log& log, const std::string& topic);

// The same. REQUIRES: each is a Message.
template <typename Message>
std::vector<Message> MessagesOf(Log& log, const std::string& topic) {
  std::vector<Message> messages;
  for (const std::string& value : ValuesOf(log, topic)) {
    TEND_CHECK(messages.emplace_back().ParseFromString(value));
  }
  return messages;
}

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_MESSAGES_OF_H_
