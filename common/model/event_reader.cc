#include "common/model/event_reader.h"

#include <cstdint>
#include <memory>

#include "google/protobuf/io/coded_stream.h"

namespace tend::model {

bool ReadEvent(absl::string_view bytes, v1::PersonEvent* event) {
  std::unique_ptr<v1::Interaction> interaction(event->release_interaction());
  event->Clear();
  if (interaction != nullptr) {
    interaction->Clear();
    event->set_allocated_interaction(interaction.release());
  }
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  if (!event->MergeFromCodedStream(&in) || !in.ConsumedEntireMessage()) return false;
  // What no interaction was read into is none, for they all have an id.
  if (event->has_interaction() && event->interaction().id().empty()) event->clear_interaction();
  return true;
}

}  // namespace tend::model
