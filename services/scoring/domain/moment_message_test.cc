#include "services/scoring/domain/moment_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/testing/model_testing.h"
#include "tend/v1/moment.pb.h"

namespace tend::scoring {
namespace {

using model::Act;
using model::Day;
using model::Kind;
using model::MakeAct;
using ::testing::ElementsAre;

// The evidence of a became-ready that is opened an hour after the last act.
std::vector<v1::EvidenceTerm> TermsAfter(const std::vector<Act>& acts) {
  const model::Relationship relationship = model::FoldAll(acts);
  const model::Names names;
  model::MomentChange change;
  change.opened = true;
  change.moment.kind = model::MomentKind::kBecameReady;
  v1::MomentEvent message;
  WriteMoment(change,
              {relationship, names, model::ShippedModel(), acts.back().at + model::kHour, "", 0},
              &message);
  std::vector<v1::EvidenceTerm> terms;
  for (const v1::Evidence& row : message.opened().evidence()) terms.push_back(row.term());
  return terms;
}

// A signal is kept to the minute: the seconds leave a rest that is nobody's act.
TEST(MomentMessageTest, TheOnlyActHasNoneBeforeIt) {
  EXPECT_THAT(TermsAfter({MakeAct(Kind::kForm, Day(0, 59))}),
              ElementsAre(v1::EVIDENCE_TERM_INTERACTION));
}

TEST(MomentMessageTest, WhatThePartHasForgottenIsOneRow) {
  std::vector<Act> acts = {MakeAct(Kind::kForm, Day(0))};
  for (int day = 1; day <= 6; ++day) acts.push_back(MakeAct(Kind::kEvent, Day(day)));
  const std::vector<v1::EvidenceTerm> terms = TermsAfter(acts);
  EXPECT_EQ(terms.size(), 7u);
  EXPECT_EQ(std::count(terms.begin(), terms.end(), v1::EVIDENCE_TERM_EARLIER), 1);
}

}  // namespace
}  // namespace tend::scoring
