// `tend-scoring`: person-events in, relationships and moments out.

#include "common/runtime/service_main.h"
#include "services/scoring/wiring.h"
#include "tend/v1/service_config.pb.h"

int main(int argc, char** argv) {
  return tend::ServiceMain<tend::v1::ScoringConfig>(
      argc, argv, "scoring", tend::scoring::ReadSettings, tend::scoring::Run);
}
