#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"
#include "common/kafka/kafka_consumer.h"
#include "common/kafka/kafka_producer.h"
#include "common/kafka/produce.h"

namespace tend::kafka {
namespace {

// How long destruction lets what was produced reach the broker. Some milliseconds, where there is
// one.
constexpr int kSettleMs = 1'000;

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaTransactionalProducer>> KafkaTransactionalProducer::Make(
    const KafkaOptions& options, absl::string_view transactional_id) {
  TEND_ASSIGN_OR_RETURN(ConfHandle conf, TransactionalProducerConf(options, transactional_id));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Client> client,
                        Client::Make(RD_KAFKA_PRODUCER, std::move(conf), options.call_timeout));
  return std::unique_ptr<KafkaTransactionalProducer>(
      new KafkaTransactionalProducer(std::move(client), transactional_id));
}

KafkaTransactionalProducer::KafkaTransactionalProducer(std::unique_ptr<Client> client,
                                                       absl::string_view transactional_id)
    : client_(std::move(client)), id_(transactional_id) {}

KafkaTransactionalProducer::~KafkaTransactionalProducer() {
  // librdkafka 2.0.2 aborts the process (an assertion on txn_req_cnt) when a partition's
  // registration in the transaction is sent while the client goes away. A record reaches the broker
  // only after that, so once all have, nothing is left to register. What has no broker to go to
  // registers nothing either, and is dropped.
  rd_kafka_flush(client_->rk(), kSettleMs);
  rd_kafka_purge(client_->rk(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                    RD_KAFKA_PURGE_F_NON_BLOCKING);
}

std::string KafkaTransactionalProducer::Doing(absl::string_view what) const {
  return absl::StrCat(what, " of ", id_);
}

absl::Status KafkaTransactionalProducer::Finish(const absl::Status& status) {
  absl::Status fatal = Annotate(client_->TakeErrors(), id_.c_str());
  // A connection broke meanwhile: the library may have sent a request twice.
  if (client_->error_count() != errors_at_begin_) may_be_late_ = true;
  if (!status.ok() && !fatal.ok()) return fatal;
  return client_->Explain(status);
}

absl::Status KafkaTransactionalProducer::Init() {
  const ErrorHandle error(rd_kafka_init_transactions(client_->rk(), client_->call_timeout_ms()));
  TEND_RETURN_IF_ERROR(Annotate(client_->TakeErrors(), id_.c_str()));
  return client_->Explain(
      ToStatus(error, Doing("starting the transactions"), absl::StatusCode::kUnavailable));
}

absl::Status KafkaTransactionalProducer::Begin() {
  TEND_RETURN_IF_ERROR(Annotate(client_->TakeErrors(), id_.c_str()));
  if (may_be_late_) {
    return absl::UnknownError(
        Doing("a connection broke: an end may come late that must not meet the next transaction"));
  }
  errors_at_begin_ = client_->error_count();
  const ErrorHandle error(rd_kafka_begin_transaction(client_->rk()));
  return Finish(ToStatus(error, Doing("beginning a transaction"), absl::StatusCode::kUnavailable));
}

absl::Status KafkaTransactionalProducer::Produce(const stream::NewRecord& record) {
  absl::Status produced = ProduceRecord(*client_, record, nullptr);
  if (ABSL_PREDICT_TRUE(produced.ok())) return produced;
  if (absl::IsUnavailable(produced)) {
    // Full, or the topic cannot be looked up: the log is not keeping up, or away.
    rd_kafka_flush(client_->rk(), client_->call_timeout_ms());
    produced = ProduceRecord(*client_, record, nullptr);
    if (produced.ok()) return produced;
  }
  if (absl::IsNotFound(produced) || absl::IsInvalidArgument(produced)) return produced;
  const absl::Status fatal = client_->Fatal();
  if (!fatal.ok()) return Annotate(fatal, id_.c_str());
  // The transaction has failed already, and the library takes no more of it.
  return Finish(absl::AbortedError(produced.message()));
}

absl::Status KafkaTransactionalProducer::SendOffsets(absl::Span<const stream::NextOffset> offsets,
                                                     const stream::Consumer& member) {
  if (offsets.empty()) return absl::OkStatus();
  const auto& consumer = static_cast<const KafkaConsumer&>(member);
  if (consumer.membership() == nullptr) {
    return absl::AbortedError(absl::StrCat(consumer.name(), " holds no partitions"));
  }
  const PlacesHandle places(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const stream::NextOffset& next : offsets) {
    const std::string topic(next.topic);
    rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), next.partition)->offset =
        next.offset.value();
  }
  const ErrorHandle error(rd_kafka_send_offsets_to_transaction(
      client_->rk(), places.get(), consumer.membership(), client_->call_timeout_ms()));
  // UNKNOWN where it may be tried again: offsets that come late would go back behind later ones.
  return Finish(ToStatus(error, Doing(absl::StrCat("adding the offsets of ", consumer.name())),
                         absl::StatusCode::kUnknown));
}

absl::Status KafkaTransactionalProducer::Commit() {
  const ErrorHandle error(rd_kafka_commit_transaction(client_->rk(), client_->call_timeout_ms()));
  return Finish(ToStatus(error, Doing("committing the transaction"), absl::StatusCode::kUnknown));
}

absl::Status KafkaTransactionalProducer::Abort() {
  // Purges what is queued and in flight first.
  const ErrorHandle error(rd_kafka_abort_transaction(client_->rk(), client_->call_timeout_ms()));
  return Finish(ToStatus(error, Doing("aborting the transaction"), absl::StatusCode::kUnknown));
}

}  // namespace tend::kafka
