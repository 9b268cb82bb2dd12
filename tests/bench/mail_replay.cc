#include "tests/bench/mail_replay.h"

#include <cmath>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "common/model/act.h"
#include "common/model/fold.h"
#include "common/model/readiness.h"
#include "common/model/relationship.h"
#include "tend/v1/interaction.pb.h"

namespace tend::bench {
namespace {

using model::Act;
using model::Instant;
using model::OwnerIndex;
using model::Relationship;
using model::ScoringModel;

// 2026-03-02T09:00Z, as the ready mapping email_eu_everyone shifts it. An instant of 0 is unset.
constexpr Instant kLogBegin(1772442000);

OwnerIndex OwnerOf(uint32_t id) { return id + 1; }  // 0 is nobody

// A mail between owner "o" and person "p", as the model's table of facts reads it.
Act MailAct(bool ours, const ScoringModel& model) {
  v1::Interaction mail;
  mail.set_channel(v1::CHANNEL_MAIL);
  mail.mutable_message_sent();
  v1::Party& owner = *mail.add_parties();
  owner.set_side(v1::SIDE_OURS);
  owner.set_owner_id("o");
  owner.set_role(ours ? v1::PARTY_ROLE_FROM : v1::PARTY_ROLE_TO);
  v1::Party& person = *mail.add_parties();
  person.set_side(v1::SIDE_THEIRS);
  person.set_person_id("p");
  person.set_role(ours ? v1::PARTY_ROLE_TO : v1::PARTY_ROLE_FROM);
  return Interpret(mail, "p", model, [](absl::string_view) -> OwnerIndex { return 1; });
}

class Replayer {
 public:
  Replayer(SeveralOwners several, const ScoringModel& model, const model::Policy& policy)
      : several_(several),
        model_(model),
        policy_(policy),
        touch_(MailAct(true, model)),
        message_(MailAct(false, model)) {}

  // All rows of one second.
  void Second(absl::Span<const Mail> mails, std::vector<Asked>& asked) {
    std::map<uint32_t, std::vector<OwnerIndex>> receivers;  // by sender
    for (const Mail& mail : mails) receivers[mail.from].push_back(OwnerOf(mail.to));
    for (const Mail& mail : mails) {
      if (mail.labelled) asked.push_back(Ask(mail, static_cast<int>(receivers[mail.from].size())));
    }
    const Instant at = kLogBegin + mails[0].second;
    for (const auto& [from, owners] : receivers) {
      if (several_ == SeveralOwners::kOneAct) {
        FoldAct(from, message_, at, owners);
      } else {
        for (const OwnerIndex owner : owners) FoldAct(from, message_, at, {owner});
      }
    }
    for (const Mail& mail : mails) FoldAct(mail.to, touch_, at, {OwnerOf(mail.from)});
  }

 private:
  Asked Ask(const Mail& mail, int recipients) {
    Asked asked{&mail, recipients};
    asked.z_planned = OwnerZ(people_[mail.to], OwnerOf(mail.from), kLogBegin + mail.second, model_);
    // z has the term of one recipient in it.
    asked.z_sent = asked.z_planned + model_.recipients * (std::log1p(recipients) - std::log1p(1));
    return asked;
  }

  void FoldAct(uint32_t person, Act act, Instant at, const std::vector<OwnerIndex>& owners) {
    act.at = act.received = at;
    act.hash = ++acts_;
    act.owners.assign(owners.begin(), owners.end());
    Fold(people_[person], act, 0, at, model_, policy_);
  }

  const SeveralOwners several_;
  const ScoringModel& model_;
  const model::Policy& policy_;
  const Act touch_, message_;
  absl::flat_hash_map<uint32_t, Relationship> people_;
  uint64_t acts_ = 0;
};

}  // namespace

std::vector<Asked> Replay(absl::Span<const Mail> mails, SeveralOwners several,
                          const ScoringModel& model, const model::Policy& policy) {
  Replayer replayer(several, model, policy);
  std::vector<Asked> asked;
  for (size_t begin = 0, end = 0; begin < mails.size(); begin = end) {
    while (end < mails.size() && mails[end].second == mails[begin].second) ++end;
    replayer.Second(mails.subspan(begin, end - begin), asked);
  }
  return asked;
}

}  // namespace tend::bench
