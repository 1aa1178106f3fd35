// The Mastic counterpart of bench/floor/upload.cc: saves each upload to a file. Usage: site FILE
// [OPTION...], with the options of every program that calls `mastic::run`.

#include <mastic/mastic.h>

#include <cstdio>
#include <string>

using mastic::Request;
using mastic::Task;

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE [OPTION...]\n", argv[0]);
    return 2;
  }
  const std::string path = argv[1];
  mastic::Router site;
  site.post("/upload", [path](Request& request) -> Task<std::string> {
    co_await request.body().save_to(path);
    co_return "done\n";
  });
  argv[1] = argv[0];
  return mastic::run(std::move(site), argc - 1, argv + 1);
}
