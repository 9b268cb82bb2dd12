// `tend-ingest`: the doors. What happened, and what owners say, into the log.

#include "common/runtime/service_main.h"
#include "services/ingest/wiring.h"
#include "tend/v1/service_config.pb.h"

int main(int argc, char** argv) {
  return tend::ServiceMain<tend::v1::IngestConfig>(argc, argv, "ingest", tend::ingest::ReadSettings,
                                                   tend::ingest::Run);
}
