// Who a record is about: the UUID of a person, and the keys of records that are made of it.

#ifndef TEND_COMMON_MODEL_PERSON_KEY_H_
#define TEND_COMMON_MODEL_PERSON_KEY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tend::model {

// A person id (a UUID), 16 bytes.
using PersonKey = std::array<uint8_t, 16>;

// "0b7c...-..." to 16 bytes. Errors: INVALID_ARGUMENT unless it is 36 characters of a UUID.
absl::StatusOr<PersonKey> ParsePersonKey(absl::string_view uuid);
std::string PrintPersonKey(const PersonKey& key);
// The same in *out's memory.
void PrintPersonKey(const PersonKey& key, std::string* out);

// The key of a tie's record: person/owner, and /origin where that is not the person's own.
std::string TieKey(const PersonKey& person, absl::string_view owner_id, const PersonKey& origin);
struct TieKeyParts {
  PersonKey person{};
  PersonKey origin{};
  absl::string_view owner_id;  // of the key
};
// nullopt: it is a person's own key, or none at all.
std::optional<TieKeyParts> ParseTieKey(absl::string_view key);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_PERSON_KEY_H_
