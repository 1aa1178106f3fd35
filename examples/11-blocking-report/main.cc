#include "site.h"

int main(int argc, char** argv) {
  return mastic::run([] { return make_site(20'000); }, argc, argv);
}
