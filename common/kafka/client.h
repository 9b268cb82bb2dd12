// One librdkafka client: the handle, what its error events said, and the topics it has looked up.

#ifndef TEND_COMMON_KAFKA_CLIENT_H_
#define TEND_COMMON_KAFKA_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/kafka/handle.h"

namespace tend::kafka {

// A topic as the client knows it. The handle keeps it known: the library refreshes its metadata.
struct Topic {
  std::string name;
  TopicHandle handle;
  int partitions = 0;
};

// For one thread. Whatever is made from rk() (queues, messages, lists) must be destroyed before.
class Client {
 public:
  // Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED (threads, descriptors).
  static absl::StatusOr<std::unique_ptr<Client>> Make(rd_kafka_type_t type, ConfHandle conf,
                                                      absl::Duration call_timeout);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  rd_kafka_t* rk() { return rk_.get(); }
  absl::Duration call_timeout() const { return call_timeout_; }
  int call_timeout_ms() const { return static_cast<int>(call_timeout_ / absl::Milliseconds(1)); }

  // A topic by name; the first call for a name asks the broker, so that its leaders are known
  // before anything is read or written. The pointer stays. Errors: NOT_FOUND, UNAVAILABLE.
  absl::StatusOr<Topic*> FindTopic(absl::string_view name);
  // As of now. Errors: NOT_FOUND, UNAVAILABLE.
  absl::StatusOr<int> PartitionCount(const Topic& topic);

  // Events are kept in the main queue, for TakeErrors; after this they come with those of the
  // group.
  void JoinEventsToGroup();
  // Takes in all error events of the main queue.
  // Errors: FAILED_PRECONDITION when the client is broken for good.
  absl::Status TakeErrors();
  // Takes in one that came otherwise. Errors: as above.
  absl::Status TakeError(rd_kafka_event_t* event);
  // The client's fatal error, or OK.
  absl::Status Fatal();
  // UNAVAILABLE when an error event, of those taken in, said that no broker was left since the last
  // call.
  absl::Status Heard();
  // How many error events came so far: of connections that broke, above all.
  int64_t error_count() const { return errors_->count; }
  // The status with what the last error event said, where it is UNAVAILABLE: "timed out" alone does
  // not tell that nobody listens at the address.
  absl::Status Explain(const absl::Status& status);

 private:
  // Its address is the library's: calls that flush take error events out of the queue themselves,
  // and only a callback hears of them. On our thread, as all of this.
  struct Errors {
    int64_t count = 0;
    bool all_down = false;  // and not told yet
    std::string last;

    void Add(rd_kafka_resp_err_t error, const char* text);
    static void OnError(rd_kafka_t* rk, int error, const char* text, void* errors) noexcept;
  };

  Client(std::unique_ptr<Errors> errors, ClientHandle rk, absl::Duration call_timeout);

  const std::unique_ptr<Errors> errors_;  // outlives rk_, whatever it still says
  ClientHandle rk_;                       // of the library's objects the last to go
  QueueHandle events_;
  const absl::Duration call_timeout_;
  std::vector<std::unique_ptr<Topic>> topics_;
};

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_CLIENT_H_
