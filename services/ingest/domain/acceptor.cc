#include "services/ingest/domain/acceptor.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/ingest/domain/reject.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

// 1971-01-01T00:00:00Z: what lies before is an unset or a misread time, as "0" in a column.
constexpr int64_t kFirstSecond = 365 * 86400;
// The last second that protobuf's Timestamp may hold, 9999-12-31T23:59:59Z.
constexpr int64_t kLastSecond = 253402300799;
// Fields of Interaction from this number on are facts (interaction.proto).
constexpr int kFirstFact = 20;

using MaybeFault = std::optional<Fault>;

Fault Missing(absl::string_view field) {
  return {v1::REJECT_REASON_FIELD_MISSING, std::string(field.data(), field.size()),
          absl::StrCat(field, " is empty")};
}

MaybeFault CheckText(absl::string_view text, size_t limit, absl::string_view field) {
  if (text.size() <= limit) return std::nullopt;
  return Fault{v1::REJECT_REASON_FIELD_INVALID, std::string(field.data(), field.size()),
               absl::StrCat(field, " has ", text.size(), " bytes; at most ", limit)};
}

Fault Unknown(absl::string_view field, int value) {
  return {v1::REJECT_REASON_FIELD_INVALID, std::string(field.data(), field.size()),
          absl::StrCat(field, " is ", value, ", which this version does not know")};
}

MaybeFault CheckIds(const v1::Interaction& interaction) {
  const v1::Source& source = interaction.source();
  if (interaction.id().empty()) return Missing("id");
  if (source.system().empty()) return Missing("source.system");
  if (source.record_id().empty()) return Missing("source.record_id");
  const std::pair<absl::string_view, absl::string_view> texts[] = {
      {interaction.id(), "id"},
      {source.system(), "source.system"},
      {source.instance(), "source.instance"},
      {source.record_id(), "source.record_id"},
      {interaction.thread_key(), "thread_key"},
      {interaction.in_reply_to(), "in_reply_to"},
      {interaction.permit_id(), "permit_id"}};
  for (const auto& [text, field] : texts) {
    if (MaybeFault fault = CheckText(text, kMaxIdBytes, field)) return fault;
  }
  if (interaction.recipient_count() < 0) {
    return Fault{v1::REJECT_REASON_FIELD_INVALID, "recipient_count", "recipient_count is negative"};
  }
  return std::nullopt;
}

// What is left out means something; a number that means nothing must not pass for it.
MaybeFault CheckKinds(const v1::Interaction& interaction) {
  if (!v1::Channel_IsValid(interaction.channel())) return Unknown("channel", interaction.channel());
  if (!v1::AutomatedReason_IsValid(interaction.automated())) {
    return Unknown("automated", interaction.automated());
  }
  if (!v1::TouchPurpose_IsValid(interaction.purpose())) {
    return Unknown("purpose", interaction.purpose());
  }
  return std::nullopt;
}

MaybeFault CheckTime(const v1::Interaction& interaction) {
  const int64_t seconds = interaction.occur_time().seconds();
  const int32_t nanos = interaction.occur_time().nanos();
  if (!interaction.has_occur_time()) {
    return Fault{v1::REJECT_REASON_TIME_INVALID, "occur_time", "occur_time is missing"};
  }
  if (seconds >= kFirstSecond && seconds <= kLastSecond && nanos >= 0 && nanos <= 999'999'999) {
    return std::nullopt;
  }
  return Fault{v1::REJECT_REASON_TIME_INVALID, "occur_time",
               absl::StrCat("occur_time is ", seconds, " s after 1970; from 1971 to 9999")};
}

MaybeFault CheckParty(const v1::Party& party, int index, bool& named) {
  const auto field = [index](absl::string_view name) {
    return absl::StrCat("parties[", index, "].", name);
  };
  if (!v1::PartyRole_IsValid(party.role())) return Unknown(field("role"), party.role());
  if (!v1::Side_IsValid(party.side())) return Unknown(field("side"), party.side());
  if (party.display_name().size() > kMaxNameBytes) {
    return CheckText(party.display_name(), kMaxNameBytes, field("display_name"));
  }
  if (party.identifiers_size() > kMaxIdentifiers) {
    return Fault{v1::REJECT_REASON_FIELD_INVALID, field("identifiers"),
                 absl::StrCat(party.identifiers_size(), " identifiers; at most ", kMaxIdentifiers)};
  }
  for (const v1::Identifier& identifier : party.identifiers()) {
    if (identifier.raw().size() > kMaxNameBytes || identifier.system().size() > kMaxNameBytes) {
      return Fault{v1::REJECT_REASON_FIELD_INVALID, field("identifiers"),
                   absl::StrCat("an identifier of over ", kMaxNameBytes, " bytes")};
    }
    if (!v1::IdentifierKind_IsValid(identifier.kind())) {
      return Unknown(field("identifiers"), identifier.kind());
    }
    if (identifier.raw().empty()) continue;
    if (identifier.kind() == v1::IDENTIFIER_KIND_UNSPECIFIED) {
      return Fault{v1::REJECT_REASON_FIELD_MISSING, field("identifiers"),
                   "an identifier has no kind"};
    }
    named = true;
  }
  return std::nullopt;
}

MaybeFault CheckParties(const v1::Interaction& interaction) {
  if (interaction.parties_size() > kMaxParties) {
    return Fault{v1::REJECT_REASON_TOO_LARGE, "parties",
                 absl::StrCat(interaction.parties_size(), " parties; at most ", kMaxParties)};
  }
  bool named = false;
  for (int i = 0; i < interaction.parties_size(); ++i) {
    if (MaybeFault fault = CheckParty(interaction.parties(i), i, named)) return fault;
  }
  if (named) return std::nullopt;
  return Fault{v1::REJECT_REASON_PARTY_UNKNOWN, "parties", "no party has an identifier"};
}

MaybeFault CheckConsent(const v1::Consent& consent, absl::string_view fact) {
  const auto field = [fact](absl::string_view name) {
    return absl::StrCat(fact, ".consent.", name);
  };
  if (!v1::Channel_IsValid(consent.channel())) return Unknown(field("channel"), consent.channel());
  if (!v1::ConsentPurpose_IsValid(consent.purpose())) {
    return Unknown(field("purpose"), consent.purpose());
  }
  if (!v1::ConsentStatus_IsValid(consent.status())) {
    return Unknown(field("status"), consent.status());
  }
  return std::nullopt;
}

// What a fact cannot do without, and what in it must mean something.
MaybeFault CheckFact(const v1::Interaction& interaction) {
  switch (interaction.fact_case()) {
    case v1::Interaction::kPageVisited:
      if (const int kind = interaction.page_visited().kind(); !v1::PageKind_IsValid(kind)) {
        return Unknown("page_visited.kind", kind);
      }
      break;
    case v1::Interaction::kPromiseMade: {
      const v1::Promise& promise = interaction.promise_made().promise();
      if (promise.promise_id().empty()) return Missing("promise_made.promise.promise_id");
      if (!v1::PromiseState_IsValid(promise.state())) {
        return Unknown("promise_made.promise.state", promise.state());
      }
      break;
    }
    case v1::Interaction::kPromiseKept:
      if (interaction.promise_kept().promise_id().empty())
        return Missing("promise_kept.promise_id");
      break;
    case v1::Interaction::kPromiseBroken:
      if (interaction.promise_broken().promise_id().empty()) {
        return Missing("promise_broken.promise_id");
      }
      break;
    case v1::Interaction::kRestWished:
      if (interaction.rest_wished().rest().end_case() == v1::Rest::END_NOT_SET) {
        return Missing("rest_wished.rest.end");
      }
      break;
    case v1::Interaction::kListRowEntered:
      if (interaction.list_row_entered().list_id().empty())
        return Missing("list_row_entered.list_id");
      break;
    case v1::Interaction::kConsentGiven:
      return CheckConsent(interaction.consent_given().consent(), "consent_given");
    case v1::Interaction::kConsentRevoked:
      return CheckConsent(interaction.consent_revoked().consent(), "consent_revoked");
    case v1::Interaction::FACT_NOT_SET:
      return Missing("fact");
    default:
      break;
  }
  return std::nullopt;
}

// The number of a fact that a newer sender set and this version does not know; 0: none.
int UnknownFact(const v1::Interaction& interaction) {
  const google::protobuf::UnknownFieldSet& unknown =
      interaction.GetReflection()->GetUnknownFields(interaction);
  for (int i = 0; i < unknown.field_count(); ++i) {
    if (unknown.field(i).number() >= kFirstFact &&
        unknown.field(i).type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      return unknown.field(i).number();
    }
  }
  return 0;
}

MaybeFault Check(const v1::Interaction& interaction) {
  if (MaybeFault fault = CheckIds(interaction)) return fault;
  if (MaybeFault fault = CheckKinds(interaction)) return fault;
  if (MaybeFault fault = CheckTime(interaction)) return fault;
  if (MaybeFault fault = CheckParties(interaction)) return fault;
  return CheckFact(interaction);
}

v1::Reject Rejected(const Fault& fault, const v1::Interaction& interaction,
                    absl::Time receive_time) {
  v1::Reject reject = RejectOf(fault, interaction.SerializePartialAsString());
  SetTimestamp(receive_time, *reject.mutable_reject_time());
  return reject;
}

// Length-prefixed, so that ("ab", "c") and ("a", "bc") are two records.
void AppendPart(absl::string_view part, std::string& out) {
  const uint32_t size = static_cast<uint32_t>(part.size());
  char prefix[sizeof(size)];
  std::memcpy(prefix, &size, sizeof(size));
  out.append(prefix, sizeof(prefix));
  out.append(part.data(), part.size());
}

}  // namespace

AcceptResult Acceptor::Accept(v1::Interaction& interaction, absl::Time receive_time) {
  if (interaction.fact_case() == v1::Interaction::FACT_NOT_SET) {
    if (const int fact = UnknownFact(interaction); fact != 0) {
      if (interaction.ignorable()) return Ignored{};
      return Rejected({v1::REJECT_REASON_FACT_UNKNOWN, "fact",
                       absl::StrCat("fact number ", fact, " is not known to this version")},
                      interaction, receive_time);
    }
  }
  if (MaybeFault fault = Check(interaction)) return Rejected(*fault, interaction, receive_time);
  SetTimestamp(receive_time, *interaction.mutable_receive_time());
  const bool ahead = TimeOf(interaction.occur_time()) > receive_time + kMaxAhead;
  interaction.set_occur_time_clamped(ahead);
  if (ahead) *interaction.mutable_occur_time() = interaction.receive_time();

  const size_t size = interaction.ByteSizeLong();
  if (size > kMaxInteractionBytes) {
    return Rejected({v1::REJECT_REASON_TOO_LARGE, "",
                     absl::StrCat(size, " bytes; at most ", kMaxInteractionBytes)},
                    interaction, receive_time);
  }
  value_.resize(size);
  interaction.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(value_.data()));

  key_source_.clear();
  AppendPart(interaction.source().system(), key_source_);
  AppendPart(interaction.source().instance(), key_source_);
  AppendPart(interaction.source().record_id(), key_source_);
  const uint64_t hash = StableHash(key_source_);
  key_.resize(sizeof(hash));
  for (size_t i = 0; i < sizeof(hash); ++i) key_[i] = static_cast<char>(hash >> (8 * i));
  return Accepted{kInteractionsTopic, key_, value_};
}

}  // namespace tend::ingest
