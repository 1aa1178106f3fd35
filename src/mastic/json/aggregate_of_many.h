// The structured bindings of structs with more than 24 fields, one for each number up to 64: part
// of aggregate.h.
//
// C++23 has no structured binding of a variable number of names. Written out, the bindings would be
// 500 lines that are never read, so macros spell the lists of names here. The macros are undefined
// at the end of this file.

#pragma once

#include <cstddef>

#include "mastic/json/aggregate.h"

namespace mastic::json::detail {

// clang-format off
#define MASTIC_FIELDS_24 f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, \
  f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22, f23
#define MASTIC_FIELDS_32 MASTIC_FIELDS_24, f24, f25, f26, f27, f28, f29, f30, f31
#define MASTIC_FIELDS_40 MASTIC_FIELDS_32, f32, f33, f34, f35, f36, f37, f38, f39
#define MASTIC_FIELDS_48 MASTIC_FIELDS_40, f40, f41, f42, f43, f44, f45, f46, f47
#define MASTIC_FIELDS_56 MASTIC_FIELDS_48, f48, f49, f50, f51, f52, f53, f54, f55
#define MASTIC_FIELDS_64 MASTIC_FIELDS_56, f56, f57, f58, f59, f60, f61, f62, f63
#define MASTIC_WITH(count, ...) \
  if constexpr (Count == (count)) { \
    auto& [__VA_ARGS__] = aggregate; \
    return visit(__VA_ARGS__); \
  } else

template <std::size_t Count, class T, class Visit>
constexpr decltype(auto) with_many_fields(T& aggregate, Visit& visit) {
  MASTIC_WITH(25, MASTIC_FIELDS_24, f24)
  MASTIC_WITH(26, MASTIC_FIELDS_24, f24, f25)
  MASTIC_WITH(27, MASTIC_FIELDS_24, f24, f25, f26)
  MASTIC_WITH(28, MASTIC_FIELDS_24, f24, f25, f26, f27)
  MASTIC_WITH(29, MASTIC_FIELDS_24, f24, f25, f26, f27, f28)
  MASTIC_WITH(30, MASTIC_FIELDS_24, f24, f25, f26, f27, f28, f29)
  MASTIC_WITH(31, MASTIC_FIELDS_24, f24, f25, f26, f27, f28, f29, f30)
  MASTIC_WITH(32, MASTIC_FIELDS_32)
  MASTIC_WITH(33, MASTIC_FIELDS_32, f32)
  MASTIC_WITH(34, MASTIC_FIELDS_32, f32, f33)
  MASTIC_WITH(35, MASTIC_FIELDS_32, f32, f33, f34)
  MASTIC_WITH(36, MASTIC_FIELDS_32, f32, f33, f34, f35)
  MASTIC_WITH(37, MASTIC_FIELDS_32, f32, f33, f34, f35, f36)
  MASTIC_WITH(38, MASTIC_FIELDS_32, f32, f33, f34, f35, f36, f37)
  MASTIC_WITH(39, MASTIC_FIELDS_32, f32, f33, f34, f35, f36, f37, f38)
  MASTIC_WITH(40, MASTIC_FIELDS_40)
  MASTIC_WITH(41, MASTIC_FIELDS_40, f40)
  MASTIC_WITH(42, MASTIC_FIELDS_40, f40, f41)
  MASTIC_WITH(43, MASTIC_FIELDS_40, f40, f41, f42)
  MASTIC_WITH(44, MASTIC_FIELDS_40, f40, f41, f42, f43)
  MASTIC_WITH(45, MASTIC_FIELDS_40, f40, f41, f42, f43, f44)
  MASTIC_WITH(46, MASTIC_FIELDS_40, f40, f41, f42, f43, f44, f45)
  MASTIC_WITH(47, MASTIC_FIELDS_40, f40, f41, f42, f43, f44, f45, f46)
  MASTIC_WITH(48, MASTIC_FIELDS_48)
  MASTIC_WITH(49, MASTIC_FIELDS_48, f48)
  MASTIC_WITH(50, MASTIC_FIELDS_48, f48, f49)
  MASTIC_WITH(51, MASTIC_FIELDS_48, f48, f49, f50)
  MASTIC_WITH(52, MASTIC_FIELDS_48, f48, f49, f50, f51)
  MASTIC_WITH(53, MASTIC_FIELDS_48, f48, f49, f50, f51, f52)
  MASTIC_WITH(54, MASTIC_FIELDS_48, f48, f49, f50, f51, f52, f53)
  MASTIC_WITH(55, MASTIC_FIELDS_48, f48, f49, f50, f51, f52, f53, f54)
  MASTIC_WITH(56, MASTIC_FIELDS_56)
  MASTIC_WITH(57, MASTIC_FIELDS_56, f56)
  MASTIC_WITH(58, MASTIC_FIELDS_56, f56, f57)
  MASTIC_WITH(59, MASTIC_FIELDS_56, f56, f57, f58)
  MASTIC_WITH(60, MASTIC_FIELDS_56, f56, f57, f58, f59)
  MASTIC_WITH(61, MASTIC_FIELDS_56, f56, f57, f58, f59, f60)
  MASTIC_WITH(62, MASTIC_FIELDS_56, f56, f57, f58, f59, f60, f61)
  MASTIC_WITH(63, MASTIC_FIELDS_56, f56, f57, f58, f59, f60, f61, f62)
  MASTIC_WITH(64, MASTIC_FIELDS_64)
  static_assert(Count <= kMaxFields, "one more line is needed above");
}

#undef MASTIC_WITH
#undef MASTIC_FIELDS_64
#undef MASTIC_FIELDS_56
#undef MASTIC_FIELDS_48
#undef MASTIC_FIELDS_40
#undef MASTIC_FIELDS_32
#undef MASTIC_FIELDS_24
// clang-format on

}  // namespace mastic::json::detail
