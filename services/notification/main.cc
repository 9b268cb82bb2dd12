// `tend-notification`: moments and owners' words in, nudges out.

#include "common/runtime/service_main.h"
#include "services/notification/wiring.h"
#include "tend/v1/service_config.pb.h"

int main(int argc, char** argv) {
  return tend::ServiceMain<tend::v1::NotificationConfig>(
      argc, argv, "notification", tend::notification::ReadSettings, tend::notification::Run);
}
