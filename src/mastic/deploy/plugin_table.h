// The table that a plugin exports: what it was built with, and where its factories are.
//
// MASTIC_PLUGIN (mastic/plugin.h) defines it in the plugin under the name `mastic_plugin`. The
// program reads the first part, PluginBuild, from the file, before any code of the plugin runs. So
// PluginBuild is numbers and characters only, without a pointer or a type of C++'s library, and its
// first three members stay as they are in all versions of Mastic.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/base/options.h"
#include "mastic/base/version.h"
#include "mastic/deploy/factory.h"

namespace mastic::deploy {

/// A short text inside a PluginBuild, filled up with zeros.
struct PluginText {
  char bytes[48]{};  ///< the characters, and zeros after them

  /// Makes it from a text and, where there is one, a number. Requires: both together are shorter
  /// than `bytes`.
  static constexpr PluginText from(std::string_view text, unsigned long number = 0) {
    PluginText made;
    std::size_t used = 0;
    for (const char character : text) made.bytes[used++] = character;
    if (number == 0) return made;
    unsigned long unit = 1;
    while (number / unit >= 10) unit *= 10;
    for (; unit > 0; unit /= 10) made.bytes[used++] = static_cast<char>('0' + number / unit % 10);
    return made;
  }
  /// The text, without the zeros.
  [[nodiscard]] constexpr std::string_view view() const {
    const std::string_view all(bytes, sizeof bytes);
    return all.substr(0, all.find('\0'));
  }
};

/// What a plugin, or a program, was built with. Objects of Mastic fit both if all of this is equal.
struct PluginBuild {
  char magic[8];               ///< the characters of kPluginMagic
  std::uint32_t table_bytes;   ///< the size of the whole PluginTable
  PluginText version;          ///< of Mastic's headers: "0.1.0"
  PluginText compiler;         ///< with what decides about objects and calls: "GCC 12"
  std::uint32_t compiler_abi;  ///< the version of the rules for C++ objects, as the compiler has it
  PluginText standard_library;  ///< with what decides about its objects: "libstdc++ 12"
  PluginText sanitizer;         ///< one whose code needs the same in the program: "none"
  /// The sizes of the types that both sides use. They differ when the headers or the options of the
  /// compiler do, although the version is the same.
  std::uint32_t object_bytes[8];
};
static_assert(std::is_trivially_copyable_v<PluginBuild> && std::is_standard_layout_v<PluginBuild>);

/// The table of a plugin.
struct PluginTable {
  PluginBuild build;  ///< what the plugin was built with
  /// Makes the factories at the first call. May throw.
  const std::vector<Factory>& (*factories)();
};

/// The `magic` of every table.
inline constexpr std::string_view kPluginMagic = "mastic 1";
/// The name of the symbol that a plugin exports.
inline constexpr const char* kPluginSymbol = "mastic_plugin";

namespace detail {

constexpr PluginText this_compiler() {
#if defined(__clang__)
  return PluginText::from("Clang ", __clang_major__);
#else
  return PluginText::from("GCC ", __GNUC__);
#endif
}

constexpr PluginText this_standard_library() {
#if defined(_LIBCPP_VERSION)
  return PluginText::from("libc++ ", _LIBCPP_VERSION);
#elif defined(_GLIBCXX_DEBUG)
  return PluginText::from("libstdc++ in debug mode, ", _GLIBCXX_RELEASE);
#elif !_GLIBCXX_USE_CXX11_ABI
  return PluginText::from("libstdc++ with its old strings, ", _GLIBCXX_RELEASE);
#else
  return PluginText::from("libstdc++ ", _GLIBCXX_RELEASE);
#endif
}

constexpr PluginText this_sanitizer() {
#if defined(__SANITIZE_ADDRESS__)
  return PluginText::from("AddressSanitizer");
#elif defined(__SANITIZE_THREAD__)
  return PluginText::from("ThreadSanitizer");
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  return PluginText::from("AddressSanitizer");
#elif __has_feature(thread_sanitizer)
  return PluginText::from("ThreadSanitizer");
#elif __has_feature(memory_sanitizer)
  return PluginText::from("MemorySanitizer");
#endif
#endif
  return PluginText::from("none");
}

}  // namespace detail

/// What the file that calls this is built with.
constexpr PluginBuild this_build() {
  PluginBuild build{
      .magic = {},
      .table_bytes = sizeof(PluginTable),
      .version = PluginText::from(base::kVersion),
      .compiler = detail::this_compiler(),
      .compiler_abi = __GXX_ABI_VERSION,
      .standard_library = detail::this_standard_library(),
      .sanitizer = detail::this_sanitizer(),
      .object_bytes = {sizeof(app::App), sizeof(app::Middleware), sizeof(app::Request),
                       sizeof(app::Response), sizeof(app::Task<app::Response>), sizeof(Factory),
                       sizeof(base::OptionTable), sizeof(std::vector<Factory>)}};
  for (std::size_t i = 0; i < sizeof build.magic; ++i) build.magic[i] = kPluginMagic[i];
  return build;
}

}  // namespace mastic::deploy
