#include "mastic/app/extensions.h"

#include <string_view>

namespace mastic::app {
namespace {

/// Whether other shared objects can name the type, judged by its mangled name. Comparing the
/// std::type_info of two types that are local to different objects is not enough: GCC compares them
/// by the address of the name, but Clang gives two that are spelt alike the same name.
bool is_known_outside(const std::type_info& type) noexcept {
  const std::string_view name = type.name();
  return !name.starts_with('Z') && name.find("_GLOBAL__N_") == name.npos;
}

}  // namespace

bool TypeKey::have_one_name(const TypeKey& a, const TypeKey& b) noexcept {
  return *a.type_ == *b.type_ && is_known_outside(*a.type_);
}

}  // namespace mastic::app
