// A program that is linked with the shared library, or with the static one. It loads the plugin
// that its argument names. Then it sends requests to a site of its own and to a site of the plugin,
// in turn and with exceptions in both, and lets the plugin read a request of the host. It exits
// with 0 when all answers are as expected.

#include <dlfcn.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <cstdio>
#include <cstring>
#include <optional>

#include "carried.h"

namespace {

int own_status(const char* path) {
  mastic::Router site;
  site.get("/fault", []() -> std::string { throw mastic::HttpError(mastic::Status::Gone); });
  site.get("/bug", []() -> std::string { throw 42; });
  mastic::testing::TestClient client(std::move(site));
  client.expect_errors("GET /bug");
  return static_cast<int>(client.get(path).status);
}

using Judge = void (*)(mastic::Request&);

/// Checks that the plugin finds the extensions that the host puts into a request, and the host
/// those of the plugin. Neither may find the other's Secret.
int judged_status(Judge judge) {
  struct Login {
    std::optional<mastic::Response> before(mastic::Request& request) const {
      request.ext<carried::User>().name = "ada";
      request.ext<Secret>().number = 1;
      return std::nullopt;
    }
  };
  mastic::Router site;
  site.use(Login());
  site.get("/", [judge](mastic::Request& request) {
    judge(request);
    const auto* const verdict = request.find_ext<carried::Verdict>();
    const bool is_own = request.ext<Secret>().number == 1;
    const bool good = verdict != nullptr && verdict->is_admin && !verdict->saw_secret && is_own;
    return good ? mastic::Status::NoContent : mastic::Status::Forbidden;
  });
  mastic::testing::TestClient client(std::move(site));
  return static_cast<int>(client.get("/").status);
}

template <class Function>
Function find_function(void* plugin, const char* name) {
  Function function = nullptr;
  void* const found = dlsym(plugin, name);
  // POSIX allows this conversion between pointers to data and to functions; C++ has no cast for it.
  std::memcpy(&function, &found, sizeof found);
  return function;
}

bool answers(int status, int expected, const char* what) {
  if (status != expected) std::printf("%s: status %d instead of %d\n", what, status, expected);
  return status == expected;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  void* const plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    std::puts(dlerror());
    return 1;
  }
  const auto plugin_status = find_function<int (*)(const char*)>(plugin, "plugin_status");
  const auto judge = find_function<Judge>(plugin, "plugin_judge");
  bool good = true;
  for (int round = 0; round < 3; ++round) {
    good &= answers(own_status("/fault"), 410, "the host's own fault");
    good &= answers(plugin_status("/hi/Ada"), 200, "the plugin's page");
    good &= answers(plugin_status("/fault"), 409, "the plugin's fault");
    good &= answers(own_status("/bug"), 500, "the host's own bug");
    good &= answers(judged_status(judge), 204, "the request that the plugin judged");
  }
  return good ? 0 : 1;
}
