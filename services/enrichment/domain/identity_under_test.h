// The seam between the suite of identity_test.cc and the stores that have to pass it.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_UNDER_TEST_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_UNDER_TEST_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "services/enrichment/domain/identity.h"

namespace tend::enrichment {

// A new, empty store. Defined by each test that holds the suite. At least two live at a time.
std::unique_ptr<IdentityStore> MakeIdentityStoreUnderTest(absl::string_view hmac_key);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_UNDER_TEST_H_
