// The Mastic counterpart of the programs in bench/peers/: JSON of a struct, files, an echo.
//
// The greeting is examples/01-hello. Usage: site FOLDER [OPTION...], with the options of every
// program that calls `mastic::run`.

#include <mastic/mastic.h>

#include "bench/peers/tea.h"

using mastic::Body;
using mastic::Request;
using mastic::Response;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  mastic::Router site;
  site.get("/json", [] { return peers::some_tea(); });
  site.post("/echo", [](Request& request) {
    return Response::of_type(peers::kBytesType, Body(std::string(request.text())));
  });
  site.mount("/", mastic::static_files(argv[1]));
  argv[1] = argv[0];
  return mastic::run(std::move(site), argc - 1, argv + 1);
}
