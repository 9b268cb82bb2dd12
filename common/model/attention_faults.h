// What a policy must not ask of an owner's attention, and an owner not wish: said where it is told
// and where it is used, in the same words.

#ifndef TEND_COMMON_MODEL_ATTENTION_FAULTS_H_
#define TEND_COMMON_MODEL_ATTENTION_FAULTS_H_

#include <string>
#include <vector>

#include "tend/v1/nudge.pb.h"
#include "tend/v1/policy.pb.h"

namespace tend::model {

// All faults, each naming field, value and range. Empty: none. A time zone's name is not looked at.
std::vector<std::string> AttentionFaults(const v1::AttentionPolicy& policy);
std::vector<std::string> PreferenceFaults(const v1::Preferences& preferences);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_ATTENTION_FAULTS_H_
