#include "common/base/murmur2.h"

#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend {
namespace {

// apache/kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
TEST(Murmur2Test, EqualsJavasPublishedVectors) {
  const std::vector<std::pair<absl::string_view, int32_t>> vectors = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107}};
  for (const auto& [key, expected] : vectors) {
    EXPECT_EQ(static_cast<int32_t>(Murmur2(key)), expected) << key;
  }
}

// confluentinc/librdkafka, src/rdmurmur2.c, unittest_murmur2.
TEST(Murmur2Test, EqualsLibrdkafkasPublishedVectors) {
  const std::vector<std::pair<absl::string_view, uint32_t>> vectors = {
      {"kafka", 0xd067cf64},
      {"giberish123456789", 0x8f552b0c},
      {"1234", 0x9fc97b14},
      {"234", 0xe7c009ca},
      {"34", 0x873930da},
      {"4", 0x5a4b5ca1},
      {"PreAmbleWillBeRemoved,ThePrePartThatIs", 0x78424f1c},
      {"", 0x106e08d9}};
  for (const auto& [key, expected] : vectors) EXPECT_EQ(Murmur2(key), expected) << key;
}

TEST(Murmur2Test, TheHashDoesNotDependOnAlignment) {
  const std::string shifted = "xPreAmbleWillBeRemoved,ThePrePartThatIs";
  EXPECT_EQ(Murmur2(absl::string_view(shifted).substr(1)), 0x78424f1cU);
}

TEST(PartitionOfKeyTest, AgreesWithJavaOnTwelvePartitions) {
  const std::vector<std::pair<absl::string_view, int>> vectors = {
      {"21", 0},
      {"foobar", 6},
      {"a-little-bit-long-string", 8},
      {"a-little-bit-longer-string", 11},
      {"abc", 3}};
  for (const auto& [key, expected] : vectors) EXPECT_EQ(PartitionOfKey(key, 12), expected) << key;
}

}  // namespace
}  // namespace tend
