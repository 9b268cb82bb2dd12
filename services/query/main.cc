// `tend-query`: topics in, answers out.

#include "common/runtime/service_main.h"
#include "services/query/wiring.h"
#include "tend/v1/service_config.pb.h"

int main(int argc, char** argv) {
  return tend::ServiceMain<tend::v1::QueryConfig>(argc, argv, "query", tend::query::ReadSettings,
                                                  tend::query::Run);
}
