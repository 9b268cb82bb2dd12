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

TEST(MemoryIdentityStoreTest, OfTheErasedStayKeyedHashesAndTheLog) {
  MemoryIdentityStore store("key");
  const auto ask = [&store](const IdentityClaim& claim) {
    Resolution resolution;
    EXPECT_TRUE(store.Resolve({&claim, 1}, absl::UnixEpoch(), {&resolution, 1}).ok());
    return std::string(resolution.origin_id.data(), resolution.origin_id.size());
  };
  IdentityClaim ann, bea, both, mailbox;
  ann.keys = {"email:ann@annberger.example"}, ann.account_id = "domain:annberger.example";
  bea.keys = {"record:x|1"};
  both.keys = {"record:x|1", "email:ann@annberger.example"}, both.asserted = true;
  mailbox.keys = {"email:a.nn@gmail.com"};
  ann.name_and_company = bea.name_and_company = mailbox.name_and_company = 7;
  const std::string ann_id = ask(ann), bea_id = ask(bea), mailbox_id = ask(mailbox);
  ask(both);
  ASSERT_TRUE(store.Split({{bea_id}}, "two people", absl::UnixEpoch()).ok());
  EXPECT_EQ(store.Tables().holders.size(), 2u);
  for (const std::string& id : {ann_id, bea_id, mailbox_id}) {
    ASSERT_TRUE(store.Erase(id, absl::UnixEpoch()).ok());
  }
  const IdentityTables tables = store.Tables();
  for (const IdentityTables::Origin& origin : tables.origins) {
    EXPECT_EQ(origin, (IdentityTables::Origin{origin.id, origin.person, "", false, true}));
  }
  EXPECT_TRUE(tables.identifiers.empty() && tables.holders.empty());
  EXPECT_TRUE(tables.agreeing.empty() && tables.apart.empty());
  for (const v1::IdentityLogEntry& entry : tables.log) EXPECT_EQ(entry.identifiers_size(), 0);
  EXPECT_EQ(tables.erased.size(), 3u);
}

}  // namespace
}  // namespace tend::enrichment
