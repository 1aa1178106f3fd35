#include <cstdio>
#include <exception>

#include "site.h"

int main(int argc, char** argv) {
  try {
    return mastic::run(make_site(TOUR_PUBLIC_DIR), argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tour: %s\n", error.what());
    return 1;
  }
}
