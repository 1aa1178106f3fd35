// A store of files for interop_test.py: what is PUT at /uploads/NAME is saved as a file, and /NAME gives it back.
//
//     interop_site FOLDER [OPTION...]

#include <mastic/mastic.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace {

using namespace mastic;

struct Greeting {
  std::string name;
};

/// Where uploads go; the first argument of the program.
std::filesystem::path folder;

Task<Status> store(Request& request) {
  const std::string name(request.value("name"));
  co_await request.body().save_to(folder / name, {.max_bytes = 64 << 20});
  co_return Status::Created;
}

Router make_site() {
  Router site;
  site.put<"/uploads/{name}">(store);
  site.post<"/form">([](Form<Greeting> form) { return "hello " + form->name; });
  site.mount("/", static_files(folder.string()));
  return site;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: interop_site FOLDER [OPTION...]\n", stderr);
    return 64;
  }
  folder = argv[1];
  argv[1] = argv[0];
  return run(make_site, argc - 1, argv + 1);
}
