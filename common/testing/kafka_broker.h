// A real broker for the tests of one binary: started by the first test that asks, stopped with the
// process, however that ends.

#ifndef TEND_COMMON_TESTING_KAFKA_BROKER_H_
#define TEND_COMMON_TESTING_KAFKA_BROKER_H_

#include <sys/types.h>

#include <string>

#include "absl/strings/string_view.h"
#include "common/kafka/settings.h"

namespace tend {

// deploy/local/kafka/kafka runs it, with small heap and short time limits, on free ports of the
// loopback. That script ends it when our end of its stdin closes: with us, also when we are killed.
class KafkaBroker {
 public:
  // The process's. Ends the process with the script's own words when it does not start.
  static KafkaBroker& Get();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;
  ~KafkaBroker();

  const std::string& bootstrap() const { return bootstrap_; }  // "127.0.0.1:port"

  // Of a client, with time limits as short as this broker allows.
  kafka::KafkaOptions Options() const;

  // Where the broker keeps a partition's segments: to see what is really written.
  std::string PartitionFolder(absl::string_view topic, int partition) const;

  // Stops the broker where it stands, and lets it go on: connections stay, nothing is answered.
  void Pause() const;
  void Resume() const;

  // Breaks every connection that this process has to the broker.
  void Disconnect() const;

  // Takes a static member out of its group, as an administrator would. Returns whether it was
  // there.
  bool RemoveMember(absl::string_view group, absl::string_view member) const;

 private:
  KafkaBroker();
  void Signal(int signal) const;
  int port() const;

  pid_t script_ = -1;
  int stdin_ = -1;
  std::string folder_;  // ours, in the one for temporary files
  std::string bootstrap_;
};

}  // namespace tend

#endif  // TEND_COMMON_TESTING_KAFKA_BROKER_H_
