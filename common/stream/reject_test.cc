#include "common/stream/reject.h"

#include <string>

#include "gtest/gtest.h"
#include "tend/v1/reject.pb.h"

namespace tend::stream {
namespace {

v1::Reject RejectOf(const std::string& value, v1::RejectReason reason) {
  Record record;
  record.topic = "tend.interactions.v1";
  record.partition = 2;
  record.offset = Offset(7);
  record.key = "key";
  record.value = value;
  v1::Reject reject;
  EXPECT_TRUE(
      reject.ParseFromString(EncodeReject("enrichment", record, Outcome::Reject(reason, "because"),
                                          absl::FromUnixSeconds(1'770'033'600))));
  return reject;
}

TEST(RejectTest, LongBytesAreCutAndFlagged) {
  const std::string fits(kMaxRejectValueBytes, 'x');
  const v1::Reject whole = RejectOf(fits, v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(whole.value(), fits);
  EXPECT_FALSE(whole.truncated());
  const v1::Reject cut = RejectOf(fits + "y", v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(cut.value(), fits);
  EXPECT_TRUE(cut.truncated());
}

TEST(RejectTest, OfAnErasedPersonThePlaceStaysAndNoBytes) {
  const v1::Reject reject = RejectOf("ann@example.com", v1::REJECT_REASON_PERSON_ERASED);
  EXPECT_EQ(reject.value(), "");
  EXPECT_FALSE(reject.truncated());
  EXPECT_EQ(reject.record().topic(), "tend.interactions.v1");
  EXPECT_EQ(reject.record().offset(), 7);
  EXPECT_EQ(reject.detail(), "because");
}

}  // namespace
}  // namespace tend::stream
