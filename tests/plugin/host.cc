// A program with the shared library, or with the static one. Loads the plugin that is named, and
// asks a site of its own and one of the plugin's, in turn and with exceptions in both, and has the
// plugin judge a request of its own; ends with 0 when all is answered as it should be.

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
  return static_cast<int>(client.get(path).status);
}

using Judge = void (*)(mastic::Request&);

/// What a request carries, the plugin's code finds, and the other way round.
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
  std::memcpy(&function, &found, sizeof found);  // POSIX: a function pointer is one to data
  return function;
}

bool answers(int status, int expected, const char* what) {
  if (status != expected) std::printf("%s: %d in place of %d\n", what, status, expected);
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
