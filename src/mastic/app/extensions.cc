#include "mastic/app/extensions.h"

#include <string_view>

namespace mastic::app {
namespace {

/// By its mangled name. GCC tells the types that are an object's own by the address of that name;
/// Clang gives two of them that are spelt alike one name.
bool is_known_outside(const std::type_info& type) noexcept {
  const std::string_view name = type.name();
  return !name.starts_with('Z') && name.find("_GLOBAL__N_") == name.npos;
}

}  // namespace

bool TypeKey::have_one_name(const TypeKey& a, const TypeKey& b) noexcept {
  return *a.type_ == *b.type_ && is_known_outside(*a.type_);
}

}  // namespace mastic::app
