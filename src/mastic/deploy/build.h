// What a factory sees of the site that it makes a part of.

#pragma once

#include <string>
#include <string_view>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/base/kernel.h"
#include "mastic/base/origin.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

class Builder;
struct Node;

/// Makes the other parts that a part is put together from. It lives while the factory runs.
class Build {
 public:
  /// Makes the application that `name` refers to: a section of the same file, or a URI. `place` says
  /// what it is there for, in the tree that `mastic check` prints: "/docs". `origin` is where the
  /// name was written.
  ///
  /// If that fails, the error is reported, the site is not served, and what is returned may only be
  /// put somewhere: so a factory continues, and all errors are found.
  [[nodiscard]] app::App app(std::string_view name, std::string_view place,
                             const base::Origin& origin);
  /// Makes the filter that `name` refers to, like `app`.
  [[nodiscard]] app::Middleware filter(std::string_view name, std::string_view place,
                                       const base::Origin& origin);

  /// Says that an option may not mean what it seems to, without a failure.
  void warn(const base::Origin& origin, std::string message);

  /// The part that is being made, with its global settings.
  [[nodiscard]] const Part& part() const { return part_; }
  /// The system, for parts that open files.
  [[nodiscard]] base::Kernel& kernel() const;

 private:
  friend class Builder;
  Build(Builder& builder, const Part& part, Node& node)
      : builder_(builder), part_(part), node_(node) {}

  Builder& builder_;
  const Part& part_;
  Node& node_;
};

}  // namespace mastic::deploy
