// What a layer of an application is called in a message: by its type, or as a site file calls it.

#pragma once

#include <string>
#include <typeinfo>

#include "mastic/app/app.h"

namespace mastic::middleware {

/// The name of a type as a person would say it: "Shorten", without the function and the anonymous
/// namespace that it is in; "a lambda of make_site" for a lambda.
[[nodiscard]] std::string readable_name(const std::type_info& type);

/// Names the layer that has made the answer to `request`: "the handler of GET /cart", "the
/// middleware Shorten (around the handler of GET /cart)". To be called when the layer has returned.
[[nodiscard]] std::string layer_name(const app::App::Watched& layer, app::Request& request);

}  // namespace mastic::middleware
