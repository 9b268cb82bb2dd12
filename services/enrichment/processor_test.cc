#include "services/enrichment/processor.h"

#include <google/protobuf/text_format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {
namespace {

class FakeContext final : public stream::Context {
 public:
  absl::Time now() const override { return absl::FromUnixSeconds(1'700'000'000); }
  void Emit(absl::string_view topic, absl::string_view key, absl::string_view value) override {
    EXPECT_EQ(topic, kPersonEventsTopic);
    v1::PersonEvent event;
    EXPECT_TRUE(event.ParseFromArray(value.data(), static_cast<int>(value.size())));
    EXPECT_EQ(event.person_id(), key);
    events.push_back(event);
  }
  std::vector<v1::PersonEvent> events;
};

// Eve and Finn are ours.
class EnrichmentTest : public ::testing::Test {
 protected:
  EnrichmentTest() {
    roster_ = *Roster::Create(*ParseRoster(R"pb(
      owners {
        owner_id: "eve"
        identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "eve@ours.example" }
        identifiers { kind: IDENTIFIER_KIND_RECORD system: "hubspot" raw: "7" }
      }
      domains: "ours.example"
      shared_mailboxes: "info@ours.example")pb"));
    processor_ = MakeEnrichmentProcessor({}, roster_, store_, &counts_);
  }

  static std::string Mail(const std::string& role, const std::string& address,
                          const std::string& more = "") {
    return absl::StrCat("parties { role: PARTY_ROLE_", role, " ", more,
                        " identifiers { kind: IDENTIFIER_KIND_EMAIL raw: '", address, "' } } ");
  }
  static std::string Named(const std::string& kind, const std::string& system,
                           const std::string& raw) {
    return absl::StrCat("identifiers { kind: IDENTIFIER_KIND_", kind, " system: '", system,
                        "' raw: '", raw, "' } ");
  }
  static std::string Subject(const std::string& identifiers) {
    return absl::StrCat("parties { role: PARTY_ROLE_SUBJECT ", identifiers, "} ");
  }

  // Processes one interaction with an id of its own; returns its events, in order.
  std::vector<v1::PersonEvent> Push(const std::string& text, const std::string& id = "") {
    v1::Interaction interaction;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &interaction)) << text;
    interaction.set_id(id.empty() ? absl::StrCat("id", ++made_) : id);
    return PushBytes(interaction.SerializeAsString());
  }
  std::vector<v1::PersonEvent> PushBytes(const std::string& bytes) {
    stream::Record record;
    record.topic = kInteractionsTopic;
    record.partition = 3;
    record.offset = stream::Offset(made_ + 100);
    record.value = bytes;
    FakeContext context;
    EXPECT_TRUE(processor_->Prepare({&record, 1}, context.now()).ok());
    const stream::Outcome outcome = processor_->Process(record, context);
    reason_ = outcome.reason();
    EXPECT_TRUE(!outcome.rejected() || context.events.empty());
    return context.events;
  }
  // A second passes on a partition that is caught up.
  void Tick() {
    FakeContext context;
    EXPECT_TRUE(processor_->Prepare({}, context.now()).ok());
    processor_->OnTime(context);
  }
  void Commit() {
    std::set<std::string> keys;
    processor_->FlushChanges([&](absl::string_view key, std::optional<absl::string_view> value) {
      EXPECT_TRUE(keys.emplace(key).second) << key << " is written twice";
      std::optional<std::string>& kept = changelog_[{key.data(), key.size()}];
      kept.reset();
      if (value.has_value()) kept.emplace(*value);
    });
    processor_->Commit();
  }
  const EnrichmentCounts& Counts() {
    Commit();
    return counts_;
  }
  // Another instance takes the partition over.
  void Restart() {
    processor_ = MakeEnrichmentProcessor({}, roster_, store_, &counts_);
    for (const auto& [key, value] : changelog_) EXPECT_TRUE(processor_->Restore(key, value).ok());
    processor_->Restored();
  }

  Roster roster_;
  MemoryIdentityStore store_{"a key for tests"};
  EnrichmentCounts counts_;
  std::unique_ptr<stream::Processor> processor_;
  std::map<std::string, std::optional<std::string>> changelog_;
  v1::RejectReason reason_;
  int made_ = 0;
};

TEST_F(EnrichmentTest, AMailToUsIsTheSendersEvent) {
  const auto events = Push(Mail("FROM", "Ann@Mail.Example.de") + Mail("TO", "EVE@ours.example") +
                           "message_sent {}");
  ASSERT_EQ(events.size(), 1u);
  const v1::PersonEvent& event = events[0];
  EXPECT_EQ(event.origin_id(), event.person_id());
  EXPECT_EQ(event.identity_seq(), 0);
  EXPECT_EQ(event.account_id(), "domain:example.de");
  EXPECT_EQ(event.time_zone(), "Europe/Berlin");
  EXPECT_EQ(event.source_position().topic(), kInteractionsTopic);
  EXPECT_EQ(event.source_position().partition(), 3);
  EXPECT_EQ(event.source_position().offset(), 101);
  EXPECT_EQ(event.interaction().recipient_count(), 1);
  const v1::Party& ann = event.interaction().parties(0);
  EXPECT_EQ(ann.side(), v1::SIDE_THEIRS);
  EXPECT_EQ(ann.person_id(), event.person_id());
  EXPECT_EQ(ann.identifiers(0).raw(), "Ann@Mail.Example.de");
  EXPECT_EQ(ann.identifiers(0).normalized(), "ann@mail.example.de");
  EXPECT_EQ(event.interaction().parties(1).owner_id(), "eve");
  EXPECT_EQ(event.interaction().parties(1).person_id(), "");
}

TEST_F(EnrichmentTest, ARepeatIsDroppedAndARejectIsNotRemembered) {
  const std::string mail =
      Mail("FROM", "ann@example.com") + Mail("TO", "eve@ours.example") + "message_sent {}";
  EXPECT_EQ(Push(mail, "m1").size(), 1u);
  EXPECT_EQ(Push(mail, "m1").size(), 0u);
  EXPECT_EQ(Push(Mail("FROM", "n/a") + "message_sent {}", "m2").size(), 0u);
  EXPECT_EQ(reason_, v1::REJECT_REASON_PARTY_UNKNOWN);
  EXPECT_EQ(Push(mail, "m2").size(), 1u);
  EXPECT_EQ(Counts().repeats, 1);
  EXPECT_EQ(counts_.rejected(), 1);
}

TEST_F(EnrichmentTest, EachOutsiderHasAnEventWithoutTheOthersAddresses) {
  const auto events =
      Push(Mail("FROM", "ann@example.com") + Mail("TO", "eve@ours.example") +
           Mail("CC", "bob@example.com") + Mail("CC", "cy@example.com") + "message_sent {}");
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].interaction().parties_size(), 2);
  const v1::Interaction& bobs = events[1].interaction();
  ASSERT_EQ(bobs.parties_size(), 3);
  EXPECT_EQ(bobs.parties(0).person_id(), events[0].person_id());
  EXPECT_EQ(bobs.parties(0).identifiers_size(), 0);
  EXPECT_EQ(bobs.parties(2).identifiers(0).raw(), "bob@example.com");
  EXPECT_EQ(bobs.recipient_count(), 3);
  EXPECT_THAT(events[2].SerializeAsString(), testing::Not(testing::HasSubstr("bob@")));
}

TEST_F(EnrichmentTest, OnePersonTwiceIsOneEvent) {
  const auto events = Push(Mail("FROM", "eve@ours.example") + Mail("TO", "ann@example.com") +
                           Mail("CC", "ANN@example.com") + "message_sent {}");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].interaction().parties_size(), 3);
}

TEST_F(EnrichmentTest, NotBetweenUsAndThemIsCounted) {
  const std::string ours = Mail("FROM", "eve@ours.example") + Mail("TO", "finn@ours.example");
  const std::string theirs = Mail("FROM", "ann@example.com") + Mail("TO", "bob@example.com");
  EXPECT_EQ(Push(ours + "message_sent {}").size(), 0u);
  EXPECT_EQ(Push(theirs + "message_sent {}").size(), 0u);
  EXPECT_EQ(
      Push(Mail("FROM", "noreply@example.com") + Mail("TO", "eve@ours.example") + "message_sent {}")
          .size(),
      0u);
  EXPECT_EQ(Counts().between_us, 1);
  EXPECT_EQ(counts_.between_outsiders, 1);
  EXPECT_EQ(counts_.machines, 1);
  EXPECT_EQ(counts_.rejected(), 0);
  EXPECT_EQ(store_.person_count(), 0u);
}

TEST_F(EnrichmentTest, AFactOfTheirsNeedsNobodyOfUs) {
  for (const char* fact :
       {"page_visited {}", "form_sent {}", "content_wanted {}", "unsubscribed {}",
        "event_attended {}", "question_asked {}", "list_row_entered {}", "product_used {}"}) {
    EXPECT_EQ(Push(Subject(Named("EMAIL", "", "ann@example.com")) + fact).size(), 1u) << fact;
  }
}

TEST_F(EnrichmentTest, SidesComeFromTheMappingFirst) {
  const auto events = Push(absl::StrCat("parties { role: PARTY_ROLE_FROM side: SIDE_OURS ",
                                        Named("RECORD", "log", "17"), "} ",
                                        "parties { role: PARTY_ROLE_TO side: SIDE_THEIRS ",
                                        Named("RECORD", "log", "17"), "} message_sent {}"));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].interaction().parties(0).owner_id(), "17");
  EXPECT_EQ(events[0].interaction().parties(1).person_id(), events[0].person_id());
}

TEST_F(EnrichmentTest, OursWithoutAnOwner) {
  const auto events = Push(Mail("FROM", "ann@example.com") + Mail("TO", "info@ours.example") +
                           Mail("CC", "Finn@eu.ours.example") + "message_sent {}");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].interaction().parties(1).owner_id(), "");
  EXPECT_EQ(events[0].interaction().parties(1).side(), v1::SIDE_OURS);
  EXPECT_EQ(events[0].interaction().parties(2).owner_id(), "finn@eu.ours.example");
}

TEST_F(EnrichmentTest, ACrmRowAttachesAndAMailFindsIt) {
  const auto row =
      Push(Subject(Named("RECORD", "hubspot", "101") + Named("EMAIL", "", "ann@example.com")) +
           "source { system: 'file' } list_row_entered {}");
  const auto by_record = Push(Subject(Named("RECORD", "hubspot", "101")) + "form_sent {}");
  const auto by_mail = Push(Subject(Named("EMAIL", "", "ann@example.com")) + "form_sent {}");
  ASSERT_EQ(row.size(), 1u);
  EXPECT_EQ(by_record[0].person_id(), row[0].person_id());
  EXPECT_EQ(by_record[0].account_id(), "domain:example.com");  // by the mail that the person has
  EXPECT_EQ(by_mail[0].person_id(), row[0].person_id());
}

TEST_F(EnrichmentTest, SharedMailboxesStandForThemselvesOnly) {
  Push(Subject(Named("RECORD", "hubspot", "1") + Named("EMAIL", "", "info@example.com")) +
       "list_row_entered {}");
  Push(Subject(Named("RECORD", "hubspot", "2") + Named("EMAIL", "", "info@example.com")) +
       "list_row_entered {}");
  EXPECT_EQ(store_.person_count(), 2u);
  EXPECT_EQ(Push(Subject(Named("EMAIL", "", "info@example.com")) + "unsubscribed {}").size(), 1u);
  EXPECT_EQ(store_.person_count(), 3u);
}

TEST_F(EnrichmentTest, UnknownVisitorsAreNobodyUntilTheyNameThemselves) {
  const std::string visit = Subject(Named("VISITOR", "web", "5f2c")) + "page_visited {}";
  EXPECT_EQ(Push(visit).size(), 0u);
  EXPECT_EQ(Counts().unknown_visitors, 1);
  Push(Subject(Named("VISITOR", "web", "5f2c") + Named("EMAIL", "", "ann@example.com")) +
       "form_sent {}");
  EXPECT_EQ(Push(visit).size(), 1u);
}

TEST_F(EnrichmentTest, ErasureIsToldOnceThenRefused) {
  const std::string ann = Subject(Named("EMAIL", "", "ann@example.com"));
  EXPECT_EQ(Push(ann + "erasure_asked {}").size(), 1u);
  EXPECT_EQ(Push(ann + "form_sent {}").size(), 0u);
  EXPECT_EQ(reason_, v1::REJECT_REASON_PERSON_ERASED);
  EXPECT_EQ(Push(ann + "erasure_asked {}").size(), 0u);
  EXPECT_EQ(reason_, v1::REJECT_REASON_UNSPECIFIED);
  EXPECT_EQ(Counts().erased_again, 1);
  EXPECT_LT(processor_->NextDue(), absl::InfiniteFuture());
  Tick();
  EXPECT_TRUE((*store_.ReadLog(0, 10)).back().has_erased());
  EXPECT_EQ(Push(ann + "form_sent {}").size(), 0u);
  EXPECT_EQ(reason_, v1::REJECT_REASON_PERSON_ERASED);
}

TEST_F(EnrichmentTest, NobodyIsErasedBeforeTheWishIsCommitted) {
  const std::string ann = Subject(Named("EMAIL", "", "ann@example.com"));
  EXPECT_EQ(Push(ann + "erasure_asked {}", "m1").size(), 1u);
  processor_->Rollback();
  Tick();
  EXPECT_EQ(Push(ann + "erasure_asked {}", "m1").size(), 1u);  // told again
  EXPECT_THAT(*store_.ReadLog(0, 10), testing::IsEmpty());
}

TEST_F(EnrichmentTest, WhoAskedIsErasedThoughTheyWereSplitOffMeanwhile) {
  const std::string ann = Subject(Named("EMAIL", "", "ann@example.com"));
  const std::string bea = Subject(Named("EMAIL", "", "bea@example.com"));
  const std::string ann_id = Push(ann + "form_sent {}").front().person_id();
  const std::string bea_id = Push(bea + "form_sent {}").front().person_id();
  ASSERT_TRUE(store_.Merge(ann_id, bea_id, "", FakeContext().now()).ok());
  EXPECT_EQ(Push(bea + "erasure_asked {}").front().person_id(), ann_id);
  Commit();
  ASSERT_TRUE(store_.Split({&bea_id, 1}, "", FakeContext().now()).ok());
  Tick();
  Commit();
  EXPECT_EQ((*store_.ReadLog(0, 10)).back().person_id(), bea_id);
  EXPECT_EQ(Push(bea + "form_sent {}").size(), 0u);
  EXPECT_EQ(Push(ann + "form_sent {}").size(), 1u);
}

TEST_F(EnrichmentTest, WhoWasPartedFromAnErasedPersonIsHeardAtOnce) {
  const std::string ann = Subject(Named("EMAIL", "", "ann@example.com"));
  const std::string bea = Subject(Named("EMAIL", "", "bea@example.com"));
  const std::string ann_id = Push(ann + "form_sent {}").front().person_id();
  const std::string bea_id = Push(bea + "form_sent {}").front().person_id();
  ASSERT_TRUE(store_.Merge(ann_id, bea_id, "", FakeContext().now()).ok());
  Push(bea + "erasure_asked {}");
  Commit();
  ASSERT_TRUE(store_.Split({&bea_id, 1}, "", FakeContext().now()).ok());
  EXPECT_EQ(Push(ann + "form_sent {}").size(), 1u);  // in the batch that sees bea erased
  EXPECT_EQ(Push(ann + "erasure_asked {}").size(), 1u);
  Commit();
  Restart();
  Tick();
  EXPECT_EQ((*store_.ReadLog(0, 10)).back().person_id(), ann_id);
}

TEST_F(EnrichmentTest, TwoOfOnePersonWhoAskAreErasedThoughTheyWerePartedMeanwhile) {
  const std::string ann = Subject(Named("EMAIL", "", "ann@example.com"));
  const std::string bea = Subject(Named("EMAIL", "", "bea@example.com"));
  const std::string ann_id = Push(ann + "form_sent {}").front().person_id();
  const std::string bea_id = Push(bea + "form_sent {}").front().person_id();
  ASSERT_TRUE(store_.Merge(ann_id, bea_id, "", FakeContext().now()).ok());
  EXPECT_EQ(Push(ann + "erasure_asked {}").size(), 1u);
  EXPECT_EQ(Push(bea + "erasure_asked {}").size(), 0u);
  Commit();
  ASSERT_TRUE(store_.Split({&bea_id, 1}, "", FakeContext().now()).ok());
  Restart();
  Tick();
  for (const std::string& who : {ann, bea}) {
    EXPECT_EQ(Push(who + "form_sent {}").size(), 0u);
    EXPECT_EQ(reason_, v1::REJECT_REASON_PERSON_ERASED);
  }
}

TEST_F(EnrichmentTest, AnErasureKeptUnderAPersonIsDoneForTheOriginThatAsked) {
  const std::string ann = Subject(Named("EMAIL", "", "ann@example.com"));
  const std::string ann_id = Push(ann + "form_sent {}").front().person_id();
  const std::string bea_id =
      Push(Subject(Named("EMAIL", "", "bea@example.com")) + "form_sent {}").front().person_id();
  changelog_["e" + ann_id] = bea_id;  // as once written, when they were one
  Restart();
  EXPECT_EQ(Push(ann + "erasure_asked {}").size(), 1u);  // under the same key
  Commit();
  EXPECT_EQ((*store_.ReadLog(0, 10)).back().person_id(), bea_id);
  Restart();
  Tick();
  EXPECT_EQ((*store_.ReadLog(0, 10)).back().person_id(), ann_id);
  Commit();
  EXPECT_EQ(changelog_["e" + ann_id], std::nullopt);
}

TEST_F(EnrichmentTest, AnErasureOutlivesARestart) {
  Push(Subject(Named("EMAIL", "", "ann@example.com")) + "erasure_asked {}");
  Commit();
  Restart();
  Tick();
  EXPECT_THAT(*store_.ReadLog(0, 10), testing::SizeIs(1));
  Commit();
  for (const auto& [key, value] : changelog_) EXPECT_EQ(value.has_value(), key[0] != 'e') << key;
}

// A store that is away for the first `failures` calls.
class AwayStore final : public IdentityStore {
 public:
  explicit AwayStore(IdentityStore& store) : store_(store) {}
  absl::Status Resolve(absl::Span<const IdentityClaim> claims, absl::Time now,
                       absl::Span<Resolution> resolutions) override {
    ++asked;
    if (failures > 0 && failures-- > 0) return absl::UnavailableError("away");
    return store_.Resolve(claims, now, resolutions);
  }
  absl::Status Merge(absl::string_view a, absl::string_view b, absl::string_view cause,
                     absl::Time now) override {
    return store_.Merge(a, b, cause, now);
  }
  absl::Status Split(absl::Span<const std::string> origins, absl::string_view cause,
                     absl::Time now) override {
    return store_.Split(origins, cause, now);
  }
  absl::Status Erase(absl::string_view person, absl::Time now) override {
    ++asked;
    if (failures > 0 && failures-- > 0) return absl::UnavailableError("away");
    if (person == away_for) return absl::UnavailableError("away for them");
    return store_.Erase(person, now);
  }
  absl::StatusOr<std::vector<Proposal>> ListProposals(size_t limit) override {
    return store_.ListProposals(limit);
  }
  absl::StatusOr<std::vector<v1::IdentityLogEntry>> ReadLog(int64_t after, size_t limit) override {
    return store_.ReadLog(after, limit);
  }
  absl::StatusOr<int64_t> RelayedSeq() override { return store_.RelayedSeq(); }
  absl::Status SetRelayedSeq(int64_t seq) override { return store_.SetRelayedSeq(seq); }

  int failures = 0;
  int asked = 0;
  std::string away_for;  // whom it does not erase

 private:
  IdentityStore& store_;
};

TEST_F(EnrichmentTest, AStoreThatIsAwayLosesNothing) {
  AwayStore away(store_);
  processor_ = MakeEnrichmentProcessor({}, roster_, away, &counts_);
  const std::string mail =
      Mail("FROM", "ann@example.com") + Mail("TO", "eve@ours.example") + "message_sent {}";
  v1::Interaction interaction;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(mail, &interaction));
  const std::string bytes = interaction.SerializeAsString();
  const std::vector<stream::Record> records(1, [&bytes] {
    stream::Record record;
    record.value = bytes;
    return record;
  }());
  away.failures = 1;
  EXPECT_TRUE(absl::IsUnavailable(processor_->Prepare(records, FakeContext().now())));
  EXPECT_EQ(Counts().received, 0);
  EXPECT_EQ(Push(mail).size(), 1u);
  EXPECT_EQ(Push(mail, "m1").size(), 1u);
  EXPECT_EQ(away.asked, 3);
}

TEST_F(EnrichmentTest, AnErasureWaitsForAStoreThatIsAway) {
  AwayStore away(store_);
  processor_ = MakeEnrichmentProcessor({}, roster_, away, &counts_);
  Push(Subject(Named("EMAIL", "", "ann@example.com")) + "erasure_asked {}");
  Commit();
  away.failures = 1;
  EXPECT_TRUE(absl::IsUnavailable(processor_->Prepare({}, FakeContext().now())));
  EXPECT_THAT(*store_.ReadLog(0, 10), testing::IsEmpty());
  Tick();
  EXPECT_THAT(*store_.ReadLog(0, 10), testing::SizeIs(1));
}

class ErasuresTest : public EnrichmentTest {
 protected:
  // These three ask, and their wishes are committed.
  ErasuresTest() {
    processor_ = MakeEnrichmentProcessor({}, roster_, away_, &counts_);
    for (const char* name : {"ann", "bea", "cy"}) {
      const auto events = Push(Subject(Named("EMAIL", "", absl::StrCat(name, "@example.com"))) +
                               "erasure_asked {}");
      persons_.push_back(events.front().person_id());
    }
    Commit();
    away_.asked = 0;
  }
  // The keys of erasures that are done in this batch.
  std::vector<std::string> DoneKeys() {
    std::vector<std::string> keys;
    processor_->FlushChanges([&](absl::string_view key, std::optional<absl::string_view> value) {
      if (Erasures::IsKey(key) && !value.has_value()) keys.emplace_back(key);
    });
    return keys;
  }
  absl::Status Prepare() { return processor_->Prepare({}, FakeContext().now()); }
  size_t ErasedCount() { return store_.ReadLog(0, 10)->size(); }

  AwayStore away_{store_};
  std::vector<std::string> persons_;
};

TEST_F(ErasuresTest, WhatIsDoneIsNotAskedAgain) {
  away_.away_for = *std::max_element(persons_.begin(), persons_.end());
  EXPECT_TRUE(absl::IsUnavailable(Prepare()));
  EXPECT_EQ(ErasedCount(), 2u);
  away_.away_for.clear();
  Tick();
  EXPECT_EQ(ErasedCount(), 3u);
  EXPECT_EQ(away_.asked, 4);
  processor_->Rollback();
  Tick();
  Tick();
  EXPECT_EQ(away_.asked, 4);
  EXPECT_THAT(DoneKeys(), testing::SizeIs(3));
}

TEST_F(ErasuresTest, OneThatFailsHoldsNoOtherBack) {
  away_.away_for = *std::min_element(persons_.begin(), persons_.end());
  EXPECT_TRUE(absl::IsUnavailable(Prepare()));
  EXPECT_TRUE(absl::IsUnavailable(Prepare()));
  EXPECT_EQ(ErasedCount(), 2u);
  EXPECT_EQ(away_.asked, 4);
  away_.away_for.clear();
  Tick();
  EXPECT_EQ(ErasedCount(), 3u);
}

TEST_F(EnrichmentTest, ABatchIsResolvedInOneGo) {
  std::vector<std::string> bytes;
  for (const char* name : {"ann", "bob", "ann"}) {
    v1::Interaction interaction;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        Subject(Named("EMAIL", "", absl::StrCat(name, "@example.com"))) + "form_sent {}",
        &interaction));
    interaction.set_id(absl::StrCat(bytes.size()));
    bytes.push_back(interaction.SerializeAsString());
  }
  std::vector<stream::Record> records(3);
  for (size_t i = 0; i < 3; ++i) records[i].value = bytes[i];
  FakeContext context;
  ASSERT_TRUE(processor_->Prepare(records, context.now()).ok());
  for (const stream::Record& record : records) {
    EXPECT_FALSE(processor_->Process(record, context).rejected());
  }
  ASSERT_EQ(context.events.size(), 3u);
  EXPECT_EQ(context.events[0].person_id(), context.events[2].person_id());
  EXPECT_NE(context.events[0].person_id(), context.events[1].person_id());
}

TEST_F(EnrichmentTest, OwnersAndTimeZonesByTheSystemOfRecord) {
  const std::string ann =
      "source { system: 'hubspot' } " + Subject(Named("EMAIL", "", "ann@example.com"));
  const auto owner = Push(ann + "owner_changed { owner: '7' }");
  EXPECT_EQ(owner[0].interaction().owner_changed().owner(), "eve");
  const auto zone = Push(ann + "profile_changed { time_zone: 'America/Lima' }");
  EXPECT_EQ(zone[0].time_zone(), "America/Lima");
}

TEST_F(EnrichmentTest, WhatCannotBeUsedIsRejected) {
  PushBytes("\xff\xff not a message");
  EXPECT_EQ(reason_, v1::REJECT_REASON_MALFORMED);
  Push(Mail("FROM", "ann@example.com"));
  EXPECT_EQ(reason_, v1::REJECT_REASON_FACT_UNKNOWN);
  Push("message_sent {}");
  EXPECT_EQ(reason_, v1::REJECT_REASON_PARTY_UNKNOWN);
  Push(Mail("FROM", "ann@example.com") + "ignorable: true");
  EXPECT_EQ(reason_, v1::REJECT_REASON_UNSPECIFIED);
  EXPECT_EQ(Counts().ignored, 1);
  EXPECT_EQ(counts_.received, 4);
}

TEST_F(EnrichmentTest, AbortedBatchesAreNotCounted) {
  const std::string mail =
      Mail("FROM", "ann@example.com") + Mail("TO", "eve@ours.example") + "message_sent {}";
  const auto first = Push(mail, "m1");
  processor_->Rollback();
  const auto again = Push(mail, "m1");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].person_id(), first[0].person_id());
  EXPECT_EQ(Counts().received, 1);
  EXPECT_EQ(counts_.person_events, 1);
}

TEST_F(EnrichmentTest, SendersAndRecipientsAreCountedInPairs) {
  const std::string eve = Mail("FROM", "eve@ours.example");
  Push(eve + Mail("TO", "ann@example.com") + Mail("CC", "bob@example.com") +
           Mail("TO", "finn@ours.example") + "message_sent {}",
       "m1");
  Push(eve + Mail("TO", "ann@example.com") + "message_sent {}", "m1");  // a repeat
  Push(Mail("FROM", "ann@example.com") + Mail("TO", "bob@example.com") + "message_sent {}");
  EXPECT_EQ(Counts().pairs_us_and_them, 2);
  EXPECT_EQ(counts_.pairs_between_us, 1);
  EXPECT_EQ(counts_.pairs_between_outsiders, 1);
}

// Text as people, programs and adversaries write it into a field of an identifier.
rc::Gen<std::string> RawTexts() {
  const auto piece = rc::gen::oneOf(
      rc::gen::element<std::string>("https://www.linkedin.com/in/", "https://xing.com/profile/",
                                    "https://", "/@", "ann", "Lee", "@", "+49 30 123456", " ext. 1",
                                    ".example.com", "|", ":", "\t", std::string(1, '\0')),
      rc::gen::element<std::string>("\xc3\xa9", "\xc3\x84", "\xd9\xa1", "e\xcc\x81", "\xe2\x80\xae",
                                    "\xf0\x9f\x8c\xb1", "\xc2\x80"),
      rc::gen::map(rc::gen::arbitrary<uint8_t>(),
                   [](uint8_t byte) { return absl::StrFormat("%%%02X", byte); }));
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(piece),
      [](const std::vector<std::string>& pieces) { return absl::StrJoin(pieces, ""); });
}

rc::Gen<v1::Identifier> Identifiers() {
  const auto make = [](v1::IdentifierKind kind, const std::string& system, const std::string& raw) {
    v1::Identifier identifier;
    identifier.set_kind(kind), identifier.set_system(system), identifier.set_raw(raw);
    return identifier;
  };
  const auto kind = rc::gen::element(v1::IDENTIFIER_KIND_SOCIAL, v1::IDENTIFIER_KIND_SOCIAL,
                                     v1::IDENTIFIER_KIND_EMAIL, v1::IDENTIFIER_KIND_PHONE,
                                     v1::IDENTIFIER_KIND_RECORD, v1::IDENTIFIER_KIND_VISITOR);
  const auto system =
      rc::gen::oneOf(rc::gen::element<std::string>("", "linkedin", "xing", "mastodon"), RawTexts());
  return rc::gen::apply(make, kind, system, RawTexts());
}

// Whatever bytes a URL escapes, a protobuf string holds UTF-8, or its message is never read again.
TEST_F(EnrichmentTest, WhateverTextNamesThemTheEventAndTheLogCanBeRead) {
  EXPECT_TRUE(rc::check("read again, and no control characters in normal forms", [this] {
    v1::Interaction interaction;
    interaction.set_id(absl::StrCat(++made_));
    interaction.mutable_profile_changed();
    v1::Party& party = *interaction.add_parties();
    party.set_role(v1::PARTY_ROLE_SUBJECT);
    v1::Identifier& record = *party.add_identifiers();
    record.set_kind(v1::IDENTIFIER_KIND_RECORD);
    record.set_raw(absl::StrCat(*rc::gen::inRange(1, 4)));
    for (const v1::Identifier& identifier :
         *rc::gen::container<std::vector<v1::Identifier>>(2, Identifiers())) {
      *party.add_identifiers() = identifier;
    }
    const auto events = PushBytes(interaction.SerializeAsString());
    RC_ASSERT(events.size() == 1u);
    const v1::Party& told = events[0].interaction().parties(0);
    RC_ASSERT(told.identifiers_size() == 3);
    for (const v1::Identifier& identifier : told.identifiers()) {
      for (const char c : identifier.normalized()) RC_ASSERT(!absl::ascii_iscntrl(c));
    }
    const auto log = *store_.ReadLog(0, 1000);
    for (const v1::IdentityLogEntry& entry : log) {
      RC_ASSERT(v1::IdentityLogEntry().ParseFromString(entry.SerializeAsString()));
    }
  }));
}

}  // namespace
}  // namespace tend::enrichment
