// A program with the shared library. Loads the plugin that is named, and asks a site of its own and one of the
// plugin's, in turn and with exceptions in both; ends with 0 when all is answered as it should be.

#include <dlfcn.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <cstdio>
#include <cstring>

namespace {

int own_status(const char* path) {
  mastic::Router site;
  site.get("/fault", []() -> std::string { throw mastic::HttpError(mastic::Status::Gone); });
  site.get("/bug", []() -> std::string { throw 42; });
  mastic::testing::TestClient client(std::move(site));
  return static_cast<int>(client.get(path).status);
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
  int (*plugin_status)(const char*) = nullptr;
  void* const found = dlsym(plugin, "plugin_status");
  std::memcpy(&plugin_status, &found, sizeof found);  // POSIX: a function pointer is one to data
  bool good = true;
  for (int round = 0; round < 3; ++round) {
    good &= answers(own_status("/fault"), 410, "the host's own fault");
    good &= answers(plugin_status("/hi/Ada"), 200, "the plugin's page");
    good &= answers(plugin_status("/fault"), 409, "the plugin's fault");
    good &= answers(own_status("/bug"), 500, "the host's own bug");
  }
  return good ? 0 : 1;
}
