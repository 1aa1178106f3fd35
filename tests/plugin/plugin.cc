// A plugin that contains its own Mastic, the static library.

#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>
#include <string_view>

#include "carried.h"

/// Sends a GET request for `path` to a site of the plugin, and returns the status of the answer.
extern "C" [[gnu::visibility("default")]] int plugin_status(const char* path) {
  mastic::Router site;
  site.get<"/hi/{name}">([](std::string_view name) { return "hi " + std::string(name); });
  site.get("/fault", []() -> std::string { throw mastic::HttpError(mastic::Status::Conflict); });
  mastic::testing::TestClient client(std::move(site));
  return static_cast<int>(client.get(path).status);
}

/// Reads the extensions of a request of the host, and adds a Verdict.
extern "C" [[gnu::visibility("default")]] void plugin_judge(mastic::Request& request) {
  const auto* const user = request.find_ext<carried::User>();
  auto& verdict = request.ext<carried::Verdict>();
  verdict.is_admin = user != nullptr && user->name == "ada";
  verdict.saw_secret = request.find_ext<Secret>() != nullptr;
}
