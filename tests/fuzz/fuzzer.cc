// What libFuzzer calls (llvm.org/docs/LibFuzzer.html). Its last argument is the folder of inputs,
// which gets the seeds.

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/fuzz/fuzz_connectors.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string corpus = (*argv)[*argc - 1];
  int number = 0;
  for (const std::string& seed : tend::fuzz::Seeds("tests/data/ingest")) {
    std::ofstream(absl::StrCat(corpus, "/seed-", number++), std::ios::binary) << seed;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tend::fuzz::FuzzConnectors({reinterpret_cast<const char*>(data), size});
  return 0;
}
