// Apart from test_client.cc, so that a test that does not read site files does not link what they may
// use.

#include <stdexcept>

#include "mastic/catalog/load_app.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

app::App load_at(const std::string& uri, const Where& where) {
  try {
    return catalog::load_app(uri);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(detail::to_text(where) + error.what());
  }
}

}  // namespace

TestClient::TestClient(const std::string& uri, const server::Options& options, Where where)
    : TestClient(load_at(uri, where), options, where) {}

}  // namespace mastic::testing
