// The fuzz targets without a fuzzer: each seed, then seeds changed by chance for some seconds.
// TEND_FUZZ_SEED=N does it again as it was.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_connectors.h"

namespace tend::fuzz {
namespace {

constexpr char kData[] = "tests/data/ingest";
constexpr std::chrono::seconds kTime{5};
// Bytes that mean something to a reader.
constexpr absl::string_view kTelling("\"\\,;{}[]:\n\r\t\0\xef\xbb\xbf\xff\xfe%-0eZ", 25);

std::string Changed(std::string bytes, const std::string& other, std::mt19937_64& chance) {
  const auto at = [&chance](size_t size) { return size == 0 ? 0 : chance() % size; };
  for (uint64_t changes = 1 + chance() % 4; changes > 0; --changes) {
    const size_t place = 1 + at(bytes.size() - 1);
    switch (chance() % 5) {
      case 0:
        if (place < bytes.size()) bytes[place] = static_cast<char>(chance());
        break;
      case 1:
        bytes.insert(place, 1, kTelling[at(kTelling.size())]);
        break;
      case 2:
        bytes.erase(place, chance() % 16);
        break;
      case 3:
        bytes.insert(place, bytes.substr(place, chance() % 64));
        break;
      default:
        bytes.insert(place, other.substr(at(other.size()), chance() % 64));
    }
  }
  return bytes;
}

TEST(FuzzTest, EverySeedHolds) {
  const std::vector<std::string> seeds = Seeds(kData);
  ASSERT_GT(seeds.size(), 100u);
  for (const std::string& seed : seeds) FuzzConnectors(seed);
}

TEST(FuzzTest, WhatChanceMakesOfTheSeedsHolds) {
  const char* const again = std::getenv("TEND_FUZZ_SEED");
  const uint64_t number = again != nullptr ? std::stoull(again) : std::random_device()();
  std::cout << "TEND_FUZZ_SEED=" << number << std::endl;  // before a check can end the program
  std::mt19937_64 chance(number);
  const std::vector<std::string> seeds = Seeds(kData);
  int64_t inputs = 0;
  for (const auto end = std::chrono::steady_clock::now() + kTime;
       std::chrono::steady_clock::now() < end; ++inputs) {
    FuzzConnectors(Changed(seeds[chance() % seeds.size()], seeds[chance() % seeds.size()], chance));
  }
  std::cout << inputs << " inputs" << std::endl;
  EXPECT_GT(inputs, 100);
}

}  // namespace
}  // namespace tend::fuzz
