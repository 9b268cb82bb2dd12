// What needs no broker.

#include "common/kafka/settings.h"

#include <librdkafka/rdkafka.h>

#include <random>
#include <string>

#include "common/base/murmur2.h"
#include "common/kafka/client.h"
#include "common/kafka/errors.h"
#include "gtest/gtest.h"

namespace tend::kafka {
namespace {

std::string Get(const ConfHandle& conf, const char* key) {
  char value[512];
  size_t size = sizeof(value);
  EXPECT_EQ(rd_kafka_conf_get(conf.get(), key, value, &size), RD_KAFKA_CONF_OK) << key;
  return value;
}

KafkaOptions Options() {
  KafkaOptions options;
  options.bootstrap_servers = "127.0.0.1:9092";
  return options;
}

TEST(KafkaSettingsTest, AGroupConsumerReadsCommittedRecordsAndNeverSkips) {
  const ConfHandle conf = *GroupConsumerConf(Options(), {"g", "m", {"t"}});
  EXPECT_EQ(Get(conf, "isolation.level"), "read_committed");
  EXPECT_EQ(Get(conf, "auto.offset.reset"), "error");
  EXPECT_EQ(Get(conf, "enable.auto.commit"), "false");
  EXPECT_EQ(Get(conf, "partition.assignment.strategy"), "range");
  EXPECT_EQ(Get(conf, "group.instance.id"), "m");
}

TEST(KafkaSettingsTest, AProducerIsIdempotentAndPartitionsAsJavaDoes) {
  const ConfHandle conf = *ProducerConf(Options());
  EXPECT_EQ(Get(conf, "enable.idempotence"), "true");
  EXPECT_EQ(Get(conf, "compression.codec"), "lz4");
  EXPECT_EQ(Get(conf, "socket.nagle.disable"), "true");
}

TEST(KafkaSettingsTest, AValueThatTheLibraryRefusesIsNamed) {
  KafkaOptions options = Options();
  options.session_timeout = -absl::Seconds(1);
  const absl::Status status = GroupConsumerConf(options, {"g", "m", {"t"}}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(status.message().find("session.timeout.ms=-1000"), absl::string_view::npos) << status;
}

TEST(KafkaSettingsTest, PartitionOfKeyIsThatOfTheLibrary) {
  const auto client =
      *Client::Make(RD_KAFKA_PRODUCER, *ProducerConf(Options()), absl::Milliseconds(1));
  const TopicHandle topic(rd_kafka_topic_new(client->rk(), "t", nullptr));
  std::mt19937_64 random(1);
  for (int i = 0; i < 2'000; ++i) {
    std::string key(random() % 40, ' ');
    for (char& byte : key) byte = static_cast<char>(random());
    const int partitions = static_cast<int>(random() % 50) + 1;
    ASSERT_EQ(PartitionOfKey(key, partitions),
              rd_kafka_msg_partitioner_murmur2_random(topic.get(), key.data(), key.size(),
                                                      partitions, nullptr, nullptr));
  }
}

TEST(KafkaErrorsTest, EachErrorSaysWhatToDoNext) {
  EXPECT_TRUE(ToStatus(RD_KAFKA_RESP_ERR_NO_ERROR, "x").ok());
  EXPECT_TRUE(absl::IsUnavailable(ToStatus(RD_KAFKA_RESP_ERR__TRANSPORT, "x")));
  EXPECT_TRUE(absl::IsAborted(ToStatus(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, "x")));
  EXPECT_TRUE(absl::IsFailedPrecondition(ToStatus(RD_KAFKA_RESP_ERR__FENCED, "x")));
  EXPECT_TRUE(absl::IsDataLoss(ToStatus(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, "x")));
  EXPECT_EQ(ToStatus(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "looking").message(),
            "looking: Broker: Unknown topic or partition (UNKNOWN_TOPIC_OR_PART)");
}

TEST(KafkaErrorsTest, AnErrorWithoutAFlagReplacesTheProducer) {
  const ErrorHandle error(rd_kafka_error_new(RD_KAFKA_RESP_ERR__STATE, "odd"));
  EXPECT_TRUE(absl::IsUnknown(ToStatus(error, "x", absl::StatusCode::kUnavailable)));
  EXPECT_TRUE(ToStatus(ErrorHandle(), "x", absl::StatusCode::kUnknown).ok());
}

}  // namespace
}  // namespace tend::kafka
