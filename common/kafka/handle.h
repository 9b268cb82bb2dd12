// librdkafka's objects as owners: each type frees its object as the library wants it freed. What
// must be freed before what is said by the order of members in the classes that hold them.

#ifndef TEND_COMMON_KAFKA_HANDLE_H_
#define TEND_COMMON_KAFKA_HANDLE_H_

#include <librdkafka/rdkafka.h>

#include "common/base/owned.h"

namespace tend::kafka {

using ConfHandle = Owned<rd_kafka_conf_t, rd_kafka_conf_destroy>;
// Must go last: its destruction waits for ever while a queue, topic or message of it lives.
using ClientHandle = Owned<rd_kafka_t, rd_kafka_destroy>;
using QueueHandle = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using TopicHandle = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using EventHandle = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using ErrorHandle = Owned<rd_kafka_error_t, rd_kafka_error_destroy>;
using PlacesHandle = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using MetadataHandle = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using GroupMetadataHandle =
    Owned<rd_kafka_consumer_group_metadata_t, rd_kafka_consumer_group_metadata_destroy>;
using NewTopicHandle = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using AdminOptionsHandle = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using ConfigResourceHandle = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_HANDLE_H_
