// Applications from site files, for programs and tests in C++.
//
//     site.mount("/docs", mastic::load_app("config:docs.ini"));

#pragma once

#include <string_view>

#include "mastic/app/app.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {
struct LoadOptions;
}

namespace mastic::catalog {

/// What site files are read with in this process: its environment variables, as %(ENV_NAME)s, and
/// `globals`, as %(NAME)s.
[[nodiscard]] deploy::LoadOptions load_options(deploy::Settings globals = {});

/// Makes the application that `uri` names, from the parts of Mastic and from plugins:
/// "config:site.ini" for the application `main` of a file, "config:site.ini#admin" for another one.
/// A relative path is relative to the working directory. Throws std::runtime_error with everything
/// that is wrong, a line for each fault, and ignores warnings, which `mastic check` shows.
[[nodiscard]] app::App load_app(std::string_view uri, deploy::Settings globals = {});

}  // namespace mastic::catalog
