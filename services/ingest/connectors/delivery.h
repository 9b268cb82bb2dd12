// One delivery of a sender - a webhook's body, a CloudEvent from HTTP or from Kafka - as
// interactions and rejects. Pure; the doors bring headers and bytes.
//
// What is understood, by content type:
//   application/json (or any +json)         one JSON object, or an array of them
//   application/cloudevents+json            one CloudEvent 1.0 (structured mode)
//   application/cloudevents-batch+json      an array of them
//   any, with the attribute specversion     one CloudEvent 1.0 (binary mode): the bytes are its
//   data
//
// An event of type "tend.v1.Interaction" has an Interaction as its data, in protobuf's JSON form or
// as application/protobuf. Every other row, and every CloudEvent as a whole in its JSON form, is
// read by the source's mapping: {/type}, {/data/email}. Source: cloudevents/spec at c2845a4.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_DELIVERY_H_
#define TEND_SERVICES_INGEST_CONNECTORS_DELIVERY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/ingest/connectors/read_all.h"
#include "services/ingest/connectors/row_mapper.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

inline constexpr char kInteractionEventType[] = "tend.v1.Interaction";

struct Delivery {
  absl::string_view content_type;  // empty: application/json
  // CloudEvents' attributes in binary mode, without their prefix, decoded: ("specversion", "1.0").
  std::vector<std::pair<std::string, std::string>> attributes;
  absl::string_view body;
};

// mapping: null where only events of Tend's own type are understood; what else comes is a reject.
// options.file: the source's name, which rejects carry; their line is the row's place, from 1.
// A body that is not what its type says is one reject with its bytes.
// Errors: UNIMPLEMENTED for a content type that is not understood; INVALID_ARGUMENT for an empty
// body, and as MakeReader.
absl::StatusOr<ReadResult> ReadDelivery(const Delivery& delivery, const v1::Mapping* mapping,
                                        const MappingOptions& options);

// The value of a ce- header in HTTP: unquoted and percent-decoded. Errors: INVALID_ARGUMENT when
// the result is no UTF-8.
absl::StatusOr<std::string> DecodeEventHeader(absl::string_view value);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_DELIVERY_H_
