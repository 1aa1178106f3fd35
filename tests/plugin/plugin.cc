// A plugin that holds a Mastic of its own, the static library.

#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>
#include <string_view>

/// Asks a site of the plugin's own for `path`; says what it answered with.
extern "C" [[gnu::visibility("default")]] int plugin_status(const char* path) {
  mastic::Router site;
  site.get<"/hi/{name}">([](std::string_view name) { return "hi " + std::string(name); });
  site.get("/fault", []() -> std::string { throw mastic::HttpError(mastic::Status::Conflict); });
  mastic::testing::TestClient client(std::move(site));
  return static_cast<int>(client.get(path).status);
}
