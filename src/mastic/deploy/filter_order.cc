#include "mastic/deploy/filter_order.h"

#include <algorithm>
#include <memory>
#include <string>

#include "mastic/deploy/factories.h"

namespace mastic::deploy {
namespace {

/// The place of a filter in the usual order, or null if it has none.
const FilterPlace* place_of(const Part* filter, const Factories& factories) {
  // A filter with a filter of its own stands where it stands itself.
  while (filter != nullptr && filter->form == Part::Form::Filtered) filter = filter->app.get();
  if (filter == nullptr || filter->form != Part::Form::Made) return nullptr;
  const auto factory = factories.find(PartKind::Filter, filter->factory);
  if (!factory) return nullptr;
  const auto& order = factories.filter_order();
  const auto place = std::ranges::find(order, (*factory)->name, &FilterPlace::name);
  return place == order.end() ? nullptr : &*place;
}

}  // namespace

void warn_of_order(const Part& pipeline, const Factories& factories, Diagnostics& diagnostics) {
  const FilterPlace* innermost = nullptr;  // of those so far, that which is usually innermost
  for (const std::unique_ptr<Part>& filter : pipeline.filters) {
    const FilterPlace* const place = place_of(filter.get(), factories);
    if (place == nullptr) continue;
    if (innermost != nullptr && place < innermost) {
      diagnostics.warn(pipeline.origin,
                       std::string(place->name) + " is inside of " + std::string(innermost->name) +
                           "; it is usually outside, because " + std::string(place->reason));
    } else {
      innermost = place;
    }
  }
}

}  // namespace mastic::deploy
