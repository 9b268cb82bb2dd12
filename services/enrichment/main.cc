// `tend-enrichment`: interactions in, each outside person's events out.

#include "common/runtime/service_main.h"
#include "services/enrichment/wiring.h"
#include "tend/v1/service_config.pb.h"

int main(int argc, char** argv) {
  return tend::ServiceMain<tend::v1::EnrichmentConfig>(
      argc, argv, "enrichment", tend::enrichment::ReadSettings, tend::enrichment::Run);
}
