#include "common/kafka/kafka_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"

namespace tend::kafka {
namespace {

constexpr absl::Duration kLongestWait = absl::Milliseconds(100);

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaReader>> KafkaReader::Make(
    const KafkaOptions& options, const stream::TopicPartition& partition, stream::Offset from,
    stream::Isolation isolation) {
  TEND_ASSIGN_OR_RETURN(ConfHandle conf, ReaderConf(options, isolation));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Client> client,
                        Client::Make(RD_KAFKA_CONSUMER, std::move(conf), options.call_timeout));
  TEND_ASSIGN_OR_RETURN(const Topic* topic, client->FindTopic(partition.topic));
  if (partition.partition < 0 || partition.partition >= topic->partitions) {
    return absl::NotFoundError(
        absl::StrCat("partition ", partition.topic, "/", partition.partition));
  }
  std::unique_ptr<KafkaReader> reader(
      new KafkaReader(std::move(client), *topic, partition.partition, from));
  if (rd_kafka_consume_start_queue(topic->handle.get(), partition.partition, from.value(),
                                   reader->queue_.get()) != 0) {
    return ToStatus(rd_kafka_last_error(), absl::StrCat("opening ", partition.topic, "/",
                                                        partition.partition, "@", from.value()));
  }
  return reader;
}

KafkaReader::KafkaReader(std::unique_ptr<Client> client, const Topic& topic, int partition,
                         stream::Offset from)
    : client_(std::move(client)),
      topic_(topic),
      partition_(partition),
      queue_(rd_kafka_queue_new(client_->rk())),
      fetched_(queue_.get()),
      position_(from) {
  wakeup_.Watch(queue_.get());
}

KafkaReader::~KafkaReader() {
  Wakeup::Unwatch(queue_.get());
  rd_kafka_consume_stop(topic_.handle.get(), partition_);
}

absl::Status KafkaReader::Poll(const stream::PollLimits& limits,
                               std::vector<stream::Record>& records) {
  records.clear();
  fetched_.Release();
  TEND_RETURN_IF_ERROR(client_->TakeErrors());
  const absl::Duration deadline = Elapsed() + limits.wait;
  while (true) {
    TEND_ASSIGN_OR_RETURN(const bool news, Take(limits, records));
    const absl::Duration left = deadline - Elapsed();
    if (news || left <= absl::ZeroDuration()) return absl::OkStatus();
    wakeup_.Wait(std::min(left, kLongestWait));
  }
}

absl::StatusOr<bool> KafkaReader::Take(const stream::PollLimits& limits,
                                       std::vector<stream::Record>& records) {
  bool news = false;
  int64_t bytes = 0;
  for (; const rd_kafka_message_t* message = fetched_.Peek(); fetched_.Pop()) {
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      position_ = std::max(position_, stream::Offset(message->offset));
      news = true;
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const absl::Status problem =
          ToStatus(message->err,
                   absl::StrCat("reading ", topic_.name, "/", partition_, "@", position_.value()));
      if (absl::IsUnavailable(problem)) continue;  // the client goes on by itself
      fetched_.Pop();
      return problem;
    }
    const auto size = static_cast<int64_t>(message->len + message->key_len);
    if (static_cast<int>(records.size()) >= limits.records ||
        (!records.empty() && bytes + size > limits.bytes)) {
      break;
    }
    bytes += size;
    position_ = Next(stream::Offset(message->offset));
    records.push_back(ToRecord(topic_.name, *message));
    news = true;
  }
  return news;
}

}  // namespace tend::kafka
