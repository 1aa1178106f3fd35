// Plugins: shared objects whose factories the sections of a site may use.
//
//     [app:main]
//     use = lib:./libshop.so#shop

#pragma once

#include <span>
#include <string>

#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/deploy/factory.h"

namespace mastic::deploy {

/// Loads the plugin in the file `path`, or finds it if it is loaded already, and returns its
/// factories. They live until the process ends: a plugin is never unloaded.
///
/// Fails with a message that names both sides when the plugin was built for another version of
/// Mastic, or by a compiler or with a standard library whose objects do not fit; when others than
/// its owner may write to the file, or everybody to its folder; when the file is no plugin; and when
/// its factories cannot be told apart by their names, or cannot be named in a site file.
[[nodiscard]] base::Result<std::span<const Factory>> load_plugin(const std::string& path,
                                                                 base::Kernel& kernel);

}  // namespace mastic::deploy
