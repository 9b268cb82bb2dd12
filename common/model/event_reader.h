// A person-event from its bytes, for who reads many.

#ifndef TEND_COMMON_MODEL_EVENT_READER_H_
#define TEND_COMMON_MODEL_EVENT_READER_H_

#include "absl/strings/string_view.h"
#include "tend/v1/person_event.pb.h"

namespace tend::model {

// As ParseFromArray, for an event that is read into again and again: it keeps the memory of its
// interaction, which protobuf frees as a member of a oneof. False: not a PersonEvent; the event is
// then anything.
bool ReadEvent(absl::string_view bytes, v1::PersonEvent* event);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_EVENT_READER_H_
