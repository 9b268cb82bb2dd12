// Person-events from their bytes, for who reads many.

#ifndef TEND_COMMON_MODEL_EVENT_READER_H_
#define TEND_COMMON_MODEL_EVENT_READER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tend/v1/person_event.pb.h"

namespace tend::model {

// Keeps memory from event to event, also that of the interaction, which protobuf would free as a
// member of a oneof. For one thread.
class EventReader {
 public:
  // Lives until the next Read. Null: the bytes are no PersonEvent. An interaction without an id,
  // which none has, is read as none.
  const v1::PersonEvent* Read(absl::string_view bytes);

 private:
  v1::PersonEvent event_;
  std::string bytes_;
};

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_EVENT_READER_H_
