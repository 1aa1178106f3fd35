// The program whose compile time `./dev bench build` measures. It looks like a user's first file.

#include <mastic/mastic.h>

int main(int argc, char** argv) {
  mastic::Router site;
  site.get("/", [] { return "Hello, world!\n"; });
  return mastic::run(std::move(site), argc, argv);
}
