#include "services/scoring/processor.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/testing/model_testing.h"
#include "tend/v1/person_event.pb.h"

namespace tend::scoring {
namespace {

class FakeContext final : public stream::Context {
 public:
  absl::Time now() const override { return model::Day(0).ToTime(); }
  void Emit(absl::string_view, absl::string_view, absl::string_view) override {}
};

v1::PersonEvent EventOf(const std::string& person) {
  v1::PersonEvent event;
  event.set_person_id(person + "0000000-0000-0000-0000-000000000000");
  return event;
}

v1::PersonEvent VisitOf(const std::string& person) {
  v1::PersonEvent event = EventOf(person);
  v1::Interaction& visit = *event.mutable_interaction();
  visit.set_id("visit of " + person);
  visit.mutable_occur_time()->set_seconds(model::Day(0).seconds());
  visit.mutable_page_visited();
  return event;
}

class ProcessorTest : public ::testing::Test {
 protected:
  stream::Outcome Process(const v1::PersonEvent& event) {
    const std::string bytes = event.SerializeAsString();
    stream::Record record;
    record.value = {bytes.data(), bytes.size()};
    return processor_->Process(record, context_);
  }

  std::unique_ptr<stream::Processor> processor_ =
      MakeSpec({model::ShippedModel(), model::ShippedPolicy(), "", ""}).make_processor(0);
  FakeContext context_;
};

TEST_F(ProcessorTest, ARecordWithoutAnEventIsUnknownWhateverCameBefore) {
  EXPECT_EQ(Process(EventOf("a")).reason(), v1::REJECT_REASON_VERSION_UNKNOWN);
  EXPECT_FALSE(Process(VisitOf("a")).rejected());
  EXPECT_EQ(Process(EventOf("b")).reason(), v1::REJECT_REASON_VERSION_UNKNOWN);
  EXPECT_FALSE(Process(VisitOf("b")).rejected());
}

TEST_F(ProcessorTest, AnotherKindOfEventTakesTheInteractionsPlace) {
  EXPECT_FALSE(Process(VisitOf("a")).rejected());
  v1::PersonEvent erasure = EventOf("a");
  erasure.set_identity_seq(1);
  erasure.mutable_erased();
  EXPECT_FALSE(Process(erasure).rejected());
  EXPECT_EQ(Process(VisitOf("a")).reason(), v1::REJECT_REASON_PERSON_ERASED);
}

}  // namespace
}  // namespace tend::scoring
