#include "site.h"

int main(int argc, char** argv) {
  return mastic::run([] { return make_site("public"); }, argc, argv);
}
