#include <cstdio>
#include <exception>

#include "site.h"

int main(int argc, char** argv) {
  try {
    return mastic::run(make_site({.path = "teas.db"}), argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "teas.db: %s\n", error.what());
    return 1;
  }
}
