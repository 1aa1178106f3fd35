// The factories that the sites of a program may use, under all their names.

#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"
#include "mastic/deploy/factory.h"
#include "mastic/deploy/filter_order.h"

namespace mastic::deploy {

/// The factories that the sites of a program may use.
class Factories {
 public:
  /// Adds a factory, which sections name `mastic#NAME`. Requires: no factory of its kind has this
  /// name.
  void add(Factory factory);
  /// Makes `egg:PACKAGE#OTHER` another name for the factory `name`.
  void alias(PartKind kind, std::string_view package, std::string_view other,
             std::string_view name);
  /// Makes the error for `egg:PACKAGE#OTHER` say why there is no such factory: "needs the Python
  /// gateway". With an empty `other`, for every name of the package that is not known.
  void missing(std::string_view package, std::string_view other, std::string_view why);

  /// Sets the order in which filters usually stand around an application, the outermost first.
  void set_filter_order(std::vector<FilterPlace> order) { filter_order_ = std::move(order); }
  /// That order.
  [[nodiscard]] const std::vector<FilterPlace>& filter_order() const MASTIC_LIFETIMEBOUND {
    return filter_order_;
  }

  /// The factory that `name` refers to. Fails with a message that has the nearest known name, or the
  /// reason why there is none. Loads no plugin.
  [[nodiscard]] base::Result<const Factory*> find(PartKind kind, const FactoryName& name) const
      MASTIC_LIFETIMEBOUND;
  /// All factories, in the order in which they were added.
  [[nodiscard]] const std::deque<Factory>& all() const MASTIC_LIFETIMEBOUND { return factories_; }
  /// The other names of a factory: "egg:Paste#static".
  [[nodiscard]] std::vector<std::string> other_names(const Factory& factory) const;

 private:
  struct Alias {
    PartKind kind;
    std::string package;
    std::string other;
    std::string name;
  };
  struct Missing {
    std::string package;
    std::string other;
    std::string why;
  };
  [[nodiscard]] std::unexpected<base::Error> explain(PartKind kind, const FactoryName& name) const;
  [[nodiscard]] static std::string_view with_article(PartKind kind);

  std::deque<Factory> factories_;
  std::vector<Alias> aliases_;
  std::vector<Missing> missing_;
  std::vector<FilterPlace> filter_order_;
};

}  // namespace mastic::deploy
