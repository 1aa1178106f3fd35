#include <cstdio>
#include <cstdlib>

#include "site.h"

int main(int argc, char** argv) {
  const char* const key = std::getenv("NOTES_KEY");
  if (key == nullptr) {
    std::fputs("notes: set NOTES_KEY to the key of those who write\n", stderr);
    return 2;
  }
  return mastic::run([key] { return make_site(key); }, argc, argv);
}
