#include "common/kafka/settings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"

namespace tend::kafka {
namespace {

struct Setting {
  const char* key;
  const char* value;
};

constexpr Setting kEveryClient[] = {
    // Requests are small and waited for; Nagle's algorithm would hold each for up to 40 ms.
    {"socket.nagle.disable", "true"},
    // A mistyped topic is an error and not a new topic.
    {"allow.auto.create.topics", "false"},
    // A broker that was away is found again within a second (10 s by default).
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
};

constexpr Setting kEveryReader[] = {
    // Offsets go into transactions, never by themselves.
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    // A position outside the partition is a loss to be looked at, never a silent skip.
    {"auto.offset.reset", "error"},
    // The end of a partition is an event: CaughtUp and Reader::position are made of it.
    {"enable.partition.eof", "true"},
    // A fetcher that found its queue full looks again only up to a second later (2.0.2 cannot be
    // told
    // otherwise), so the queue must hold more than is used in a second. Bytes bound it: 64 MiB.
    {"queued.min.messages", "1000000"},
    {"queued.max.messages.kbytes", "65536"},
};

constexpr Setting kGroupConsumer[] = {
    // Same-numbered partitions of all input topics go to the same member, as a task needs them.
    // Eager:
    // nothing is processed while it is decided who owns what.
    {"partition.assignment.strategy", "range"},
    {"isolation.level", "read_committed"},
    // An idle fetch waits so long at the broker for a record, and the news that there is none (the
    // end) comes no sooner. 10 requests/s where nothing happens.
    {"fetch.wait.max.ms", "100"},
};

constexpr Setting kReader[] = {
    // A reader restores and goes away: the last thing it waits for is the news of the end.
    {"fetch.wait.max.ms", "20"},
};

constexpr Setting kEveryProducer[] = {
    // In order, once, and acknowledged by all in-sync replicas (it implies acks=all).
    {"enable.idempotence", "true"},
    // As Java's default for records with a key, so that all clients agree (common/base/murmur2.h).
    {"partitioner", "murmur2_random"},
    // 500,000 sample interactions in transactions of 10,000: 2.3 us of CPU a record (none 2.2, zstd
    // 2.6) for a fifth of the bytes (zstd a tenth; the sample repeats itself).
    {"compression.codec", "lz4"},
    // Several full transactions of the harness fit: a full queue means the broker is away.
    {"queue.buffering.max.messages", "1000000"},
    {"queue.buffering.max.kbytes", "262144"},
};

class ConfBuilder {
 public:
  explicit ConfBuilder(const KafkaOptions& options) : conf_(rd_kafka_conf_new()) {
    Set("bootstrap.servers", options.bootstrap_servers);
    Set("client.id", options.client_id);
    Set(kEveryClient);
  }

  void Set(const char* key, const std::string& value) {
    char reason[512];
    if (!status_.ok()) return;
    if (rd_kafka_conf_set(conf_.get(), key, value.c_str(), reason, sizeof(reason)) !=
        RD_KAFKA_CONF_OK) {
      status_ =
          absl::InvalidArgumentError(absl::StrCat("kafka setting ", key, "=", value, ": ", reason));
    }
  }
  void Set(const char* key, absl::Duration value) {
    Set(key, absl::StrCat(absl::ToInt64Milliseconds(value)));
  }
  void Set(absl::Span<const Setting> settings) {
    for (const Setting& setting : settings) Set(setting.key, setting.value);
  }

  void OnDelivery(void (*report)(rd_kafka_t*, const rd_kafka_message_t*, void*)) {
    rd_kafka_conf_set_dr_msg_cb(conf_.get(), report);
  }

  absl::StatusOr<ConfHandle> Finish(int events) {
    TEND_RETURN_IF_ERROR(status_);
    rd_kafka_conf_set_events(conf_.get(), events);
    // What matters comes as an error event and ends in a status; the library's own lines on stderr
    // would bypass our log.
    rd_kafka_conf_set_log_cb(conf_.get(), nullptr);
    return std::move(conf_);
  }

 private:
  ConfHandle conf_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<ConfHandle> GroupConsumerConf(const KafkaOptions& options,
                                             const stream::GroupMembership& membership) {
  ConfBuilder builder(options);
  builder.Set(kEveryReader);
  builder.Set(kGroupConsumer);
  builder.Set("group.id", membership.group);
  // Static: a restart within the session timeout keeps its partitions, without a rebalance.
  builder.Set("group.instance.id", membership.member);
  builder.Set("session.timeout.ms", options.session_timeout);
  builder.Set("heartbeat.interval.ms", options.heartbeat_interval);
  builder.Set("max.poll.interval.ms", options.max_poll_interval);
  return builder.Finish(RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR);
}

absl::StatusOr<ConfHandle> ReaderConf(const KafkaOptions& options, stream::Isolation isolation) {
  ConfBuilder builder(options);
  builder.Set(kEveryReader);
  builder.Set(kReader);
  // A question for offsets keeps no other time limit once it is sent (60 s by default); it must be
  // a second longer than an idle fetch.
  builder.Set("socket.timeout.ms", std::max(options.call_timeout, absl::Seconds(2)));
  // A read_committed handle is given the last stable offset where the high watermark is asked for.
  builder.Set("isolation.level", isolation == stream::Isolation::kReadCommitted
                                     ? "read_committed"
                                     : "read_uncommitted");
  return builder.Finish(RD_KAFKA_EVENT_ERROR);
}

absl::StatusOr<ConfHandle> GroupLookConf(const KafkaOptions& options, const std::string& group) {
  ConfBuilder builder(options);
  builder.Set(kEveryReader);
  builder.Set("group.id", group);
  builder.Set("socket.timeout.ms", std::max(options.call_timeout, absl::Seconds(2)));
  // A transaction under way holds no answer back.
  builder.Set("isolation.level", "read_uncommitted");
  return builder.Finish(RD_KAFKA_EVENT_ERROR);
}

absl::StatusOr<ConfHandle> ProducerConf(const KafkaOptions& options) {
  ConfBuilder builder(options);
  builder.Set(kEveryProducer);
  builder.Set("linger.ms", options.linger);
  builder.Set("message.timeout.ms", options.delivery_timeout);
  return builder.Finish(RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
}

absl::StatusOr<ConfHandle> TransactionalProducerConf(const KafkaOptions& options,
                                                     absl::string_view transactional_id) {
  const std::string id(transactional_id);
  ConfBuilder builder(options);
  builder.Set(kEveryProducer);
  builder.Set("linger.ms", options.linger);  // a commit does not wait for it
  builder.Set("transactional.id", id);
  builder.Set("transaction.timeout.ms", options.transaction_timeout);
  // Nobody needs delivery reports, as a record that cannot be written fails its transaction. But
  // the library's flush, which a commit begins with, wakes up for one, and else looks every 10 ms.
  builder.OnDelivery([](rd_kafka_t*, const rd_kafka_message_t*, void*) {});
  return builder.Finish(RD_KAFKA_EVENT_ERROR);
}

}  // namespace tend::kafka
