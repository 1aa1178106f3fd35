#include "mastic/deploy/plugin.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "mastic/deploy/plugin_file.h"
#include "mastic/deploy/plugin_table.h"
#include "mastic/deploy/thrown.h"

namespace mastic::deploy {
namespace {

constexpr PluginBuild kThisProgram = this_build();

/// Whether the objects and calls of two compilers fit. Apart from one compiler, that is so for GCC 12
/// and Clang 19, which were measured together in both directions (ADR 0035).
bool compilers_fit(const PluginBuild& a, const PluginBuild& b) {
  const auto is = [](const PluginBuild& build, std::string_view compiler, std::uint32_t abi) {
    return build.compiler.view() == compiler && build.compiler_abi == abi;
  };
  const auto is_measured = [&](const PluginBuild& build) {
    return is(build, "GCC 12", 1017) || is(build, "Clang 19", 1002);
  };
  return is(a, b.compiler.view(), b.compiler_abi) || (is_measured(a) && is_measured(b));
}

/// Fails unless objects of Mastic that the plugin makes fit this program.
base::Result<void> check_build(const std::string& path, const PluginBuild& plugin) {
  const auto refuse = [&](const std::string& its, const std::string& ours,
                          std::string_view remedy) -> base::Result<void> {
    return base::fail(path, ": was built ", its, ", this program ", ours, "; ", remedy);
  };
  if (std::string_view(plugin.magic, sizeof plugin.magic) != kPluginMagic) {
    return base::fail(path, ": its symbol '", kPluginSymbol,
                      "' is not the table that MASTIC_PLUGIN(...) makes");
  }
  const auto quote = [](const PluginText& text) { return std::string(text.view()); };
  if (plugin.version.view() != kThisProgram.version.view()) {
    return refuse("for Mastic " + quote(plugin.version), "is " + quote(kThisProgram.version),
                  "build the plugin with the Mastic of the program");
  }
  if (!compilers_fit(plugin, kThisProgram)) {
    const auto name = [&](const PluginBuild& build) {
      return quote(build.compiler) + " (ABI " + std::to_string(build.compiler_abi) + ")";
    };
    return refuse("by " + name(plugin), "by " + name(kThisProgram), "build both with one compiler");
  }
  if (plugin.standard_library.view() != kThisProgram.standard_library.view()) {
    return refuse("with " + quote(plugin.standard_library),
                  "with " + quote(kThisProgram.standard_library),
                  "build both with one standard library");
  }
  if (plugin.sanitizer.view() != kThisProgram.sanitizer.view()) {
    return refuse("with the sanitizer " + quote(plugin.sanitizer),
                  "with " + quote(kThisProgram.sanitizer), "build both with the same one");
  }
  // Last, because each of the others is a better answer to why sizes differ.
  if (plugin.table_bytes != kThisProgram.table_bytes ||
      std::memcmp(plugin.object_bytes, kThisProgram.object_bytes, sizeof plugin.object_bytes) !=
          0) {
    return refuse("with other headers of Mastic " + quote(plugin.version),
                  "has objects of other sizes",
                  "build the plugin with the headers that were installed with the program");
  }
  return {};
}

/// The system's words for what just failed. They begin with the path, too.
std::string loader_message(const std::string& path) {
  const char* const words = ::dlerror();
  std::string message = words != nullptr ? words : "";
  if (message.starts_with(path + ": ")) message.erase(0, path.size() + 2);
  if (message.contains("undefined symbol: _ZN") && message.contains("6mastic")) {
    message +=
        "; a plugin finds Mastic in the program that loads it, which has to show it: see "
        "mastic_host() in docs/guide/plugins.md";
  }
  return message;
}

/// Loads the file. The constructors of its static variables run in here, and may throw, although
/// the declaration of dlopen says that it does not: so it is called through a pointer of which the
/// compiler knows no more than its type.
base::Result<void*> open_plugin(const std::string& path) {
  void* (*volatile const open)(const char*, int) = &::dlopen;
  try {
    void* const plugin = open(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (plugin != nullptr) return plugin;
  } catch (...) {
    return base::fail(path, ": a static variable of it cannot be made: ", thrown_message());
  }
  return base::fail(path, ": cannot be loaded: ", loader_message(path));
}

base::Result<std::span<const Factory>> call_factories(const std::string& path,
                                                      const PluginTable& table) {
  try {
    return std::span(table.factories());
  } catch (...) {
    return base::fail(path, ": its list of factories cannot be made: ", thrown_message());
  }
}

/// Fails unless each factory can be named by a section of its own, and by the command line.
base::Result<void> check_factories(const std::string& path, std::span<const Factory> factories) {
  constexpr std::string_view kNames =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  if (factories.empty()) {
    return base::fail(path, ": has no factories; list them in MASTIC_PLUGIN(...)");
  }
  for (const Factory& factory : factories) {
    const std::string& name = factory.name;
    if (name.empty() || name.find_first_not_of(kNames) != name.npos) {
      return base::fail(path, ": '", name,
                        "' cannot be the name of a factory; use letters (a-z, A-Z), digits, _, - "
                        "and .");
    }
    if ((factory.kind != PartKind::App && factory.kind != PartKind::Filter) || !factory.draft) {
      return base::fail(path, ": its factory '", name,
                        "' makes neither an application nor a filter; make it by app_factory() or "
                        "filter_factory()");
    }
    const auto is_same = [&](const Factory& other) {
      return other.kind == factory.kind && other.name == name;
    };
    if (std::ranges::count_if(factories, is_same) > 1) {
      return base::fail(path, ": has more than one ", to_string(factory.kind), " '", name,
                        "'; give each a name of its own");
    }
  }
  return {};
}

}  // namespace

base::Result<std::span<const Factory>> load_plugin(const std::string& path, base::Kernel& kernel) {
  // Without a slash the system's loader would look for it in its own folders, not in this one.
  const std::string file = path.contains('/') ? path : "./" + path;
  const auto build = read_plugin_build(file, kernel);
  if (!build) return std::unexpected(build.error());
  if (const auto fits = check_build(file, *build); !fits) return std::unexpected(fits.error());
  const auto plugin = open_plugin(file);
  if (!plugin) return std::unexpected(plugin.error());
  const auto* const table = static_cast<const PluginTable*>(::dlsym(*plugin, kPluginSymbol));
  if (table == nullptr) return base::fail(file, ": is no plugin of Mastic");
  // The table in memory is another one when the file has been replaced since it was loaded or read.
  if (const auto fits = check_build(file, table->build); !fits) {
    return std::unexpected(fits.error());
  }
  auto factories = call_factories(file, *table);
  if (!factories) return factories;
  if (const auto usable = check_factories(file, *factories); !usable) {
    return std::unexpected(usable.error());
  }
  return factories;
}

}  // namespace mastic::deploy
