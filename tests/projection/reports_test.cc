// The views for reports: enumerators by their names, and nothing that names a person.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/query/projector.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/reason.pb.h"
#include "tend/v1/relationship.pb.h"
#include "tests/projection/database.h"
#include "tests/projection/pipeline.h"

namespace tend::query {
namespace {

void ProjectAllTo(Database& database, Pipeline& pipeline) {
  ProjectorOptions options;
  options.instance = "query-1";
  options.limits.wait = absl::ZeroDuration();
  Projector projector(pipeline.log(), database.writer(), pipeline.clock(), options);
  ASSERT_EQ(projector.Start(), absl::OkStatus());
  ASSERT_EQ(ProjectAll(projector), absl::OkStatus());
}

// Whether report.FUNCTION(number) is `name`.
bool Names(Database& database, const std::string& function, int number, const std::string& name) {
  return database.Count(absl::StrCat("(SELECT WHERE report.", function, "_name(", number,
                                     "::smallint) = '", name, "') named")) == 1;
}

void ExpectNames(Database& database, const std::string& function,
                 const google::protobuf::EnumDescriptor& type, const std::string& prefix) {
  for (int i = 1; i < type.value_count(); ++i) {
    const google::protobuf::EnumValueDescriptor& value = *type.value(i);
    const std::string name = absl::AsciiStrToLower(value.name().substr(prefix.size()));
    EXPECT_TRUE(Names(database, function, value.number(), name)) << value.name();
  }
}

TEST(ReportsTest, EveryEnumeratorHasItsName) {
  Pipeline pipeline;
  Database database;
  ProjectAllTo(database, pipeline);
  ExpectNames(database, "stage", *v1::Stage_descriptor(), "STAGE_");
  ExpectNames(database, "stage_cause", *v1::StageCause_descriptor(), "STAGE_CAUSE_");
  ExpectNames(database, "moment_kind", *v1::MomentKind_descriptor(), "MOMENT_KIND_");
  ExpectNames(database, "nudge_state", *v1::NudgeState_descriptor(), "NUDGE_STATE_");
  ExpectNames(database, "reject_reason", *v1::RejectReason_descriptor(), "REJECT_REASON_");
  const auto* facts = v1::Interaction::descriptor()->FindOneofByName("fact");
  for (int i = 0; i < facts->field_count(); ++i) {
    EXPECT_TRUE(Names(database, "fact", facts->field(i)->number(), facts->field(i)->name()))
        << facts->field(i)->name();
  }
}

TEST(ReportsTest, ViewsShowWhatIsThere) {
  Pipeline pipeline;
  pipeline.Tell(R"(
2026-02-02T09:00 ann sends-form
2026-02-03T10:00 eve writes ann thread=T1
2026-02-04T10:00 ann writes eve thread=T1
2026-02-12T09:00 ann asks
)");
  Database database;
  ProjectAllTo(database, pipeline);
  EXPECT_EQ(database.Count("report.relationship WHERE stage IS NOT NULL"), 1);
  EXPECT_EQ(database.Count("report.tie WHERE owner_id = 'eve' AND strength > 0"), 1);
  EXPECT_EQ(database.Count("report.interaction JOIN report.relationship USING (person_id)"), 4);
  EXPECT_EQ(database.Count("report.interaction WHERE fact = 'form_sent'"), 1);
  EXPECT_GE(database.Count("report.stage_change WHERE cause = 'their_act'"), 1);
  EXPECT_GE(database.Count("report.nudge WHERE kind = 'waits_for_us' OR kind = 'became_ready'"), 1);
  EXPECT_EQ(database.Count("report.reject"), 0);
}

}  // namespace
}  // namespace tend::query
