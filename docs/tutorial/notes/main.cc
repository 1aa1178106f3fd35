#include <cstdlib>
#include <stdexcept>

#include "site.h"

mastic::Router make_notes() {
  const char* const key = std::getenv("NOTES_KEY");
  if (key == nullptr) throw std::runtime_error("set NOTES_KEY to the key that writing needs");
  return make_site(key);
}

int main(int argc, char** argv) { return mastic::run(make_notes, argc, argv); }
