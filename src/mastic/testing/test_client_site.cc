// Apart from test_client.cc, so that a test that does not read site files does not link what they may
// use.

#include "mastic/catalog/load_app.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {

TestClient::TestClient(const std::string& uri, const server::Options& options)
    : TestClient(catalog::load_app(uri), options) {}

}  // namespace mastic::testing
