#include "services/scoring/domain/relationship_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/testing/model_testing.h"

namespace tend::scoring {
namespace {

using model::Day;
using model::Kind;
using model::PersonKey;

// Persons are numbers, who are written to by owner 1 and visit our pages.
class RelationshipTableTest : public ::testing::Test {
 protected:
  void Touched(uint8_t person) {
    const Row row = table_.At(PersonKey{person});
    table_.TouchTie(row, 1, PersonKey{person});
    Live(row, Kind::kTouch, 1);
  }
  void Visits(uint8_t person) {
    const Row row = table_.At(PersonKey{person});
    table_.Touch(row);
    Live(row, Kind::kContentVisit, model::kNobody);
  }
  void Waits(uint8_t person) {
    const Row row = table_.At(PersonKey{person});
    table_.Touch(row);
    table_[row].extra().waiting.push_back({Day(0), 1, 1, true});
  }

  // Touches, signals and waiting acts of a person: "1t 2s 0w".
  std::string At(uint8_t person) {
    const model::Relationship& r = table_[table_.At(PersonKey{person})];
    const uint32_t touches = r.ties.size() == 0 ? 0 : r.ties.all()[0].touches;
    return absl::StrCat(touches, "t ", r.part.last_signals().size(), "s ",
                        r.extras == nullptr ? 0 : r.extras->waiting.size(), "w");
  }
  // The persons whose records a batch writes, each with its ties.
  std::string Changed() {
    std::vector<std::string> changed;
    table_.ForEachChanged(
        [&](model::Relationship& r) { changed.push_back(absl::StrCat(r.person[0])); },
        [&](const model::Relationship&, const RelationshipTable::ChangedTie& tie) {
          absl::StrAppend(&changed.back(), "/", tie.owner);
        });
    return absl::StrJoin(changed, " ");
  }

  RelationshipTable table_;

 private:
  void Live(Row row, Kind kind, model::OwnerIndex owner) {
    model::Fold(table_[row], model::MakeAct(kind, Day(0), owner), 0, Day(0), model::ShippedModel(),
                model::ShippedPolicy());
  }
};

TEST_F(RelationshipTableTest, ABatchTellsWhatItChangedInOrderOnce) {
  Touched(2), Visits(1), Visits(2);
  EXPECT_EQ(Changed(), "2/1 1");
  table_.Commit();
  EXPECT_EQ(Changed(), "");
  Visits(2);
  EXPECT_EQ(Changed(), "2");
}

TEST_F(RelationshipTableTest, WhatIsTakenBackIsAsItWasBatchAfterBatch) {
  Touched(1), Visits(1), Touched(2), Waits(2);
  table_.Commit();
  for (int batch = 0; batch < 3; ++batch) {
    Visits(2), Waits(1), Touched(1), Visits(1), Touched(2), Visits(3);
    EXPECT_EQ(At(1), "2t 2s 1w");
    table_.Rollback();
    EXPECT_EQ(At(1), "1t 1s 0w");
    EXPECT_EQ(At(2), "1t 0s 1w");
    EXPECT_EQ(At(3), "0t 0s 0w");
  }
  EXPECT_EQ(Changed(), "");
}

TEST_F(RelationshipTableTest, ABatchOfEverybodyIsKeptAndTakenBackLikeAnother) {
  for (Row row = 0; row < 10000; ++row) {
    table_.Touch(table_.At(PersonKey{static_cast<uint8_t>(row), static_cast<uint8_t>(row >> 8)}));
    table_[row].version = 1;
  }
  table_.Commit();
  for (Row row = 0; row < table_.size(); ++row) {
    table_.Touch(row);
    table_[row].version = 2;
  }
  table_.Rollback();
  for (Row row = 0; row < table_.size(); ++row) ASSERT_EQ(table_[row].version, 1u);
  Visits(1);
  EXPECT_EQ(Changed(), "1");
}

TEST_F(RelationshipTableTest, ARowOutlivesTheGrowthOfTheTable) {
  const model::Relationship* first = &table_[table_.At(PersonKey{1, 1})];
  for (int i = 0; i < 5000; ++i)
    table_.At(PersonKey{static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8), 1});
  EXPECT_EQ(first, &table_[*table_.Find(PersonKey{1, 1})]);
  EXPECT_EQ(table_.size(), 5001u);
}

}  // namespace
}  // namespace tend::scoring
