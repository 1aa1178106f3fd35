#include "mastic/deploy/loader.h"

namespace mastic::deploy {

class Loader::Implementation {};
Loader::Loader(Diagnostics&, LoadOptions, base::Kernel&) {}
Loader::~Loader() = default;
std::unique_ptr<Part> Loader::load(PartKind, std::string_view) { return nullptr; }
std::unique_ptr<Part> Loader::find(PartKind, std::string_view, const Part&, const base::Origin&) {
  return nullptr;
}
bool Loader::has(PartKind, std::string_view) { return false; }
void Loader::warn_of_unused_sections() {}

}  // namespace mastic::deploy
