#include "common/model/event_reader.h"

#include <memory>

namespace tend::model {

const v1::PersonEvent* EventReader::Read(absl::string_view bytes) {
  std::unique_ptr<v1::Interaction> interaction(event_.release_interaction());
  event_.Clear();
  if (interaction != nullptr) {
    interaction->Clear();
    event_.set_allocated_interaction(interaction.release());
  }
  bytes_.assign(bytes.data(), bytes.size());  // protobuf merges nothing else as fast as a string
  if (!event_.MergeFromString(bytes_)) return nullptr;
  // What no interaction was read into is none, for they all have an id.
  if (event_.has_interaction() && event_.interaction().id().empty()) event_.clear_interaction();
  return &event_;
}

}  // namespace tend::model
