#include "services/enrichment/domain/memory_identity_store.h"

#include <memory>

#include "gtest/gtest.h"
#include "services/enrichment/domain/identity_under_test.h"

namespace tend::enrichment {

std::unique_ptr<IdentityStore> MakeIdentityStoreUnderTest(absl::string_view hmac_key) {
  return std::make_unique<MemoryIdentityStore>(hmac_key);
}

namespace {

TEST(MemoryIdentityStoreTest, FromItsTablesItIsTheSameStore) {
  MemoryIdentityStore store("key");
  std::vector<IdentityClaim> claims(3);
  claims[0].keys = {"record:x|1", "email:a@example.com"};
  claims[1].keys = {"email:b@gmail.com"};
  claims[2].keys = {"record:x|1", "email:b@gmail.com", "phone:+491"};
  claims[0].asserted = claims[2].asserted = true;
  claims[1].name_and_company = 7;
  std::vector<Resolution> resolutions(3);
  ASSERT_TRUE(store.Resolve(claims, absl::UnixEpoch(), absl::MakeSpan(resolutions)).ok());
  IdentityTables tables = store.Tables();
  EXPECT_EQ(tables.log.size(), 1u);
  tables.log_seq = static_cast<int64_t>(tables.log.size());
  tables.log.clear();
  MemoryIdentityStore again("key", tables);
  std::vector<Resolution> answers(3);
  ASSERT_TRUE(again.Resolve(claims, absl::UnixEpoch(), absl::MakeSpan(answers)).ok());
  for (size_t i = 0; i < claims.size(); ++i) {
    EXPECT_EQ(answers[i].person_id, resolutions[i].person_id);
    EXPECT_EQ(answers[i].origin_id, resolutions[i].origin_id);
    EXPECT_EQ(answers[i].identity_seq, 1);
  }
  EXPECT_EQ(again.Tables().origins, tables.origins);
  EXPECT_EQ(again.Tables().holders, tables.holders);
  EXPECT_TRUE(again.Tables().log.empty());
}

}  // namespace
}  // namespace tend::enrichment
