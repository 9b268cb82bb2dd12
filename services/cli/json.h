// JSON that is no protobuf message.

#ifndef TEND_SERVICES_CLI_JSON_H_
#define TEND_SERVICES_CLI_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tend::cli {

// An object whose keys stand in the order in which they were put: protobuf's maps, and so its
// Struct, have no order. Single values are written by protobuf.
class Json {
 public:
  // names: without quotes or anything else that JSON escapes.
  void Put(const std::string& name, const std::string& text);
  void Put(const std::string& name, const char* text) { Put(name, std::string(text)); }
  void Put(const std::string& name, double number);
  void Put(const std::string& name, int64_t count);
  void Put(const std::string& name, bool flag);
  void Put(const std::string& name, const Json& object);
  // One object a line.
  void Put(const std::string& name, const std::vector<Json>& list);
  // value: JSON as it is.
  void PutJson(const std::string& name, std::string value);

  // indent: 0: on one line; else each key has a line, indented by so much.
  std::string Text(size_t indent = 0) const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_JSON_H_
