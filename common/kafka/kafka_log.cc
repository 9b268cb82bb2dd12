#include "common/kafka/kafka_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"
#include "common/kafka/handle.h"
#include "common/kafka/kafka_consumer.h"
#include "common/kafka/kafka_producer.h"
#include "common/kafka/kafka_reader.h"

namespace tend::kafka {
namespace {

// The ends of a partition as times, in Kafka's ListOffsets.
constexpr int64_t kEarliest = -2, kLatest = -1;

// The first offset at a time. (rd_kafka_query_watermark_offsets, which asks for both ends at once,
// has no limit of time once it has sent its request: it was seen waiting for ever for a broker that
// had gone.)
absl::StatusOr<int64_t> OffsetAt(Client& client, const stream::TopicPartition& partition,
                                 int64_t time) {
  const PlacesHandle places(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* const place =
      rd_kafka_topic_partition_list_add(places.get(), partition.topic.c_str(), partition.partition);
  place->offset = time;
  rd_kafka_resp_err_t error =
      rd_kafka_offsets_for_times(client.rk(), places.get(), client.call_timeout_ms());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = place->err;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && place->offset < 0) {
    error = RD_KAFKA_RESP_ERR__TIMED_OUT;  // nobody answered: what was asked is still there
  }
  const absl::Status asked =
      client.Explain(ToStatus(error, absl::StrCat("asking for the offsets of ", partition.topic,
                                                  "/", partition.partition)));
  // It is there: a broker that stood still knows no leader for a moment.
  if (absl::IsNotFound(asked)) return absl::UnavailableError(asked.message());
  TEND_RETURN_IF_ERROR(asked);
  return place->offset;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Make(const KafkaOptions& options) {
  TEND_ASSIGN_OR_RETURN(ConfHandle conf, ReaderConf(options, stream::Isolation::kReadCommitted));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Client> committed,
                        Client::Make(RD_KAFKA_CONSUMER, std::move(conf), options.call_timeout));
  TEND_ASSIGN_OR_RETURN(conf, ReaderConf(options, stream::Isolation::kReadUncommitted));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Client> uncommitted,
                        Client::Make(RD_KAFKA_CONSUMER, std::move(conf), options.call_timeout));
  return std::unique_ptr<KafkaLog>(
      new KafkaLog(options, std::move(committed), std::move(uncommitted)));
}

KafkaLog::KafkaLog(const KafkaOptions& options, std::unique_ptr<Client> committed,
                   std::unique_ptr<Client> uncommitted)
    : options_(options),
      committed_(std::move(committed)),
      uncommitted_(std::move(uncommitted)),
      admin_(*committed_) {}

absl::Status KafkaLog::CreateTopic(const stream::TopicConfig& config) {
  if (config.name.empty() || config.partitions <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("topic '", config.name, "' with ", config.partitions, " partitions"));
  }
  TopicSpec spec;
  spec.name = config.name;
  spec.partitions = config.partitions;
  spec.replication = options_.replication;
  spec.settings["cleanup.policy"] =
      config.cleanup == stream::Cleanup::kCompact ? "compact" : "delete";
  return admin_.CreateTopic(spec);
}

absl::Status KafkaLog::Heard() {
  TEND_RETURN_IF_ERROR(uncommitted_->TakeErrors());
  return uncommitted_->Heard();
}

absl::StatusOr<int> KafkaLog::PartitionCount(absl::string_view topic) {
  TEND_ASSIGN_OR_RETURN(const Topic* found, committed_->FindTopic(topic));
  return committed_->PartitionCount(*found);
}

absl::StatusOr<stream::OffsetRange> KafkaLog::Offsets(const stream::TopicPartition& partition,
                                                      stream::Isolation isolation) {
  Client& client = isolation == stream::Isolation::kReadCommitted ? *committed_ : *uncommitted_;
  TEND_ASSIGN_OR_RETURN(const Topic* topic, client.FindTopic(partition.topic));
  if (partition.partition < 0 || partition.partition >= topic->partitions) {
    return absl::NotFoundError(
        absl::StrCat("partition ", partition.topic, "/", partition.partition));
  }
  TEND_ASSIGN_OR_RETURN(const int64_t start, OffsetAt(client, partition, kEarliest));
  TEND_ASSIGN_OR_RETURN(const int64_t end, OffsetAt(client, partition, kLatest));
  return stream::OffsetRange{stream::Offset(start), stream::Offset(end)};
}

absl::StatusOr<std::map<stream::TopicPartition, stream::Offset>> KafkaLog::GroupOffsets(
    const std::string& group, const std::vector<std::string>& topics) {
  std::unique_ptr<Client>& client = groups_[group];
  if (client == nullptr) {
    TEND_ASSIGN_OR_RETURN(ConfHandle conf, GroupLookConf(options_, group));
    TEND_ASSIGN_OR_RETURN(client,
                          Client::Make(RD_KAFKA_CONSUMER, std::move(conf), options_.call_timeout));
  }
  const PlacesHandle places(rd_kafka_topic_partition_list_new(0));
  for (const std::string& topic : topics) {
    TEND_ASSIGN_OR_RETURN(const int partitions, PartitionCount({topic.data(), topic.size()}));
    for (int i = 0; i < partitions; ++i) {
      rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), i);
    }
  }
  const std::string doing = absl::StrCat("asking for the offsets of group ", group);
  TEND_RETURN_IF_ERROR(client->Explain(
      ToStatus(rd_kafka_committed(client->rk(), places.get(), client->call_timeout_ms()), doing)));
  std::map<stream::TopicPartition, stream::Offset> offsets;
  for (int i = 0; i < places->cnt; ++i) {
    const rd_kafka_topic_partition_t& place = places->elems[i];
    TEND_RETURN_IF_ERROR(ToStatus(place.err, doing));
    if (place.offset >= 0) {
      offsets[{place.topic, place.partition}] = stream::Offset(place.offset);
    }
  }
  return offsets;
}

absl::StatusOr<std::unique_ptr<stream::Consumer>> KafkaLog::Join(
    const stream::GroupMembership& membership) {
  return KafkaConsumer::Make(options_, membership);
}

absl::StatusOr<std::unique_ptr<stream::Reader>> KafkaLog::Open(
    const stream::TopicPartition& partition, stream::Offset from, stream::Isolation isolation) {
  return KafkaReader::Make(options_, partition, from, isolation);
}

absl::StatusOr<std::unique_ptr<stream::TransactionalProducer>> KafkaLog::NewTransactionalProducer(
    absl::string_view transactional_id) {
  return KafkaTransactionalProducer::Make(options_, transactional_id);
}

absl::StatusOr<std::unique_ptr<stream::Producer>> KafkaLog::NewProducer() {
  return KafkaProducer::Make(options_);
}

}  // namespace tend::kafka
