// What must hold whatever bytes come to ingest: one input through its readers, with checks that end
// the program. Both the fuzzer (`make fuzz`) and fuzz_test bring inputs.

#ifndef TEND_TESTS_FUZZ_FUZZ_CONNECTORS_H_
#define TEND_TESTS_FUZZ_FUZZ_CONNECTORS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tend::fuzz {

// The first byte of an input chooses what reads the others: a file by one of the ready mappings or
// by a mapping of JSON; a delivery by one content type or as a CloudEvent in binary mode; one
// Interaction as JSON; the value of a ce- header.
void FuzzConnectors(absl::string_view input);

// An input for each choice, to begin with. data: the folder tests/data/ingest.
std::vector<std::string> Seeds(const std::string& data);

}  // namespace tend::fuzz

#endif  // TEND_TESTS_FUZZ_FUZZ_CONNECTORS_H_
