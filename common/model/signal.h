// The small enums of the model, with the numbers of their protobuf twins (checked in model.cc).

#ifndef TEND_COMMON_MODEL_SIGNAL_H_
#define TEND_COMMON_MODEL_SIGNAL_H_

#include <cstdint>

namespace tend::model {

// A class of signals, or of the evidence of trust that is decayed the same way. Twin:
// v1.SignalClass.
enum class SignalClass : uint8_t {
  kNone = 0,
  kMessage,
  kQuestion,
  kForm,
  kContentVisit,
  kPricingVisit,
  kEvent,
  kMeeting,
  kCall,
  kSocial,
  kIntroduction,
  kProductUse,
  kProductFeedback,
  kTrustGood,
  kTrustBad,
  kGive,
  kAsk,
};
inline constexpr int kClasses = 17;
inline constexpr int kLastSignalClass = static_cast<int>(SignalClass::kProductFeedback);

constexpr int Index(SignalClass c) { return static_cast<int>(c); }

// Twin: v1.Stage.
enum class Stage : uint8_t {
  kNone,
  kSeed,
  kSprouting,
  kGrowing,
  kReady,
  kConversing,
  kResting,
  kFallow
};

// Twin: v1.StageCause.
enum class StageCause : uint8_t {
  kNone,
  kTheirAct,
  kOurAct,
  kTime,
  kBacklog,
  kIdentity,
  kModel,
  kTheirWish,
};

// Twin: v1.TouchPurpose.
enum class Purpose : uint8_t { kNone, kAnswer, kGive, kAsk, kOther };

// Twin: v1.Initiator.
enum class Initiator : uint8_t { kNone, kPerson, kUs, kThirdParty };

// Twin: v1.MomentKind.
enum class MomentKind : uint8_t {
  kNone,
  kBecameReady,
  kWaitsForUs,
  kPromiseDue,
  kCooling,
  kOverContacted,
  kRestOver,
  kLifeEvent,
  kProductFeedback,
};

constexpr bool IsOutreach(MomentKind kind) {
  return kind == MomentKind::kBecameReady || kind == MomentKind::kWaitsForUs;
}

// Twin: v1.CloseCause.
enum class CloseCause : uint8_t {
  kNone,
  kOurTouch,
  kRest,
  kStageEnded,
  kMerged,
  kExpired,
  kPromiseKept,
  kPromiseWithdrawn,
  kTheirAct,
  kSuperseded,
  kErased,
  kRefused,
  kOwnerChanged,
};

// An owner, interned by the state that holds the relationships. 0: nobody.
using OwnerIndex = uint32_t;
inline constexpr OwnerIndex kNobody = 0;

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_SIGNAL_H_
