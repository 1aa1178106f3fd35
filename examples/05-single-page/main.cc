#include <cstdio>
#include <exception>

#include "site.h"

int main(int argc, char** argv) {
  try {
    return mastic::run(make_site("public"), argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s; start it where the directory `public` is\n", error.what());
    return 1;
  }
}
