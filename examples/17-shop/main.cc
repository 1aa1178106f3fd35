#include "site.h"

int main(int argc, char** argv) {
  return mastic::run([] { return make_site(PUBLIC_DIR); }, argc, argv);
}
