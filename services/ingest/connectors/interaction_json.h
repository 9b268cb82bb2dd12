// Reads one interaction in protobuf's JSON form (protobuf.dev/programming-guides/json, proto3),
// fast: field names in camelCase or snake_case, enums by name or number, 64-bit integers as numbers
// or text, times as RFC 3339, spans as "1.5s", null as absent. Stricter in two things: a field may
// stand once, and an unknown field is a fault that names its JSON pointer.
//
// 2.3 us for a row of 500 bytes; protobuf's own JsonStringToMessage takes 111
// (ingest_benchmark.cc).

#ifndef TEND_SERVICES_INGEST_CONNECTORS_INTERACTION_JSON_H_
#define TEND_SERVICES_INGEST_CONNECTORS_INTERACTION_JSON_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "services/ingest/domain/reject.h"
#include "tend/v1/interaction.pb.h"

namespace tend::ingest {

class InteractionJson {
 public:
  enum class Result {
    kInteraction,
    kIgnored,  // a fact unknown here, and "ignorable": true
    kFault,    // MALFORMED, FIELD_INVALID, TIME_INVALID, FACT_UNKNOWN
  };

  InteractionJson();
  ~InteractionJson();

  // json: one JSON text, followed by at least LineReader::kPadding readable bytes (of any value).
  // interaction: cleared first; half filled after a fault. Nothing of json is kept.
  Result Read(absl::string_view json, v1::Interaction* interaction, Fault* fault);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_INTERACTION_JSON_H_
