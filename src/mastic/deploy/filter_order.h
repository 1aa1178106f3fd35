// The order in which filters usually stand around an application, and a warning about another one.

#pragma once

#include <string_view>

#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

class Factories;

/// A filter in the usual order.
struct FilterPlace {
  std::string_view name;    ///< that of its factory
  std::string_view reason;  ///< why it is outside of those that follow: the end of a sentence
};

/// Warns of each filter of a `pipeline =` that is inside of another one but usually outside of it
/// (Factories::set_filter_order).
void warn_of_order(const Part& pipeline, const Factories& factories, Diagnostics& diagnostics);

}  // namespace mastic::deploy
