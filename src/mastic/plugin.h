// The front door for plugins: shared objects with applications and filters for `.ini` files.
//
//     #include <mastic/mastic.h>
//     #include <mastic/plugin.h>
//
//     struct ShopOptions {
//       std::string currency = "EUR";
//       void describe(mastic::OptionTable& table) {
//         table.text("currency", currency, "CODE", "Currency of all prices.");
//       }
//     };
//     mastic::Router make_shop(const ShopOptions& options);
//
//     MASTIC_PLUGIN(app_factory("shop", "The shop.", make_shop))
//
// Build it with mastic_plugin() of find_package(mastic), and use it in a file by
// `use = lib:./libshop.so#shop`. See docs/guide/plugins.md.

#pragma once

#include <vector>

#include "mastic/base/options.h"
#include "mastic/deploy/build.h"
#include "mastic/deploy/factory.h"
#include "mastic/deploy/plugin_table.h"

namespace mastic {

using base::OptionTable;
using deploy::app_factory;
using deploy::Build;
using deploy::filter_factory;

}  // namespace mastic

/// Makes this shared object a plugin with the factories that are listed (deploy/factory.h). Write
/// it once in a plugin, outside of every namespace.
#define MASTIC_PLUGIN(...)                                                                    \
  static const std::vector<::mastic::deploy::Factory>& mastic_plugin_factories() {            \
    using ::mastic::deploy::app_factory;                                                      \
    using ::mastic::deploy::filter_factory;                                                   \
    static const std::vector<::mastic::deploy::Factory> factories{__VA_ARGS__};               \
    return factories;                                                                         \
  }                                                                                           \
  extern "C" {                                                                                \
  [[gnu::visibility("default")]] extern const ::mastic::deploy::PluginTable mastic_plugin;    \
  constinit const ::mastic::deploy::PluginTable mastic_plugin{::mastic::deploy::this_build(), \
                                                              &mastic_plugin_factories};      \
  }
