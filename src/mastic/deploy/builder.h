// Makes applications and filters from parts.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/base/kernel.h"
#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/factories.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/node.h"
#include "mastic/deploy/part.h"
#include "mastic/deploy/secret_values.h"

namespace mastic::deploy {

/// Makes applications and filters from parts, by their factories.
///
/// A part that cannot be made is reported and stands in for itself: an application that answers
/// 503, a filter that does nothing. So all errors of a site are found, and it is not served.
class Builder {
 public:
  /// All arguments must outlive the Builder.
  Builder(Loader& loader, const Factories& factories, Diagnostics& diagnostics,
          base::Kernel& kernel)
      : loader_(loader), factories_(factories), diagnostics_(diagnostics), kernel_(kernel) {}

  /// Makes the application that `part` describes. What it was made of is left in `node`.
  [[nodiscard]] app::App make_app(const Part& part, Node& node) {
    return make_app_at(part.origin, part, node);
  }
  /// Makes the filter that `part` describes.
  [[nodiscard]] app::Middleware make_filter(const Part& part, Node& node) {
    return make_filter_at(part.origin, part, node);
  }
  /// Sets the options that `part`, a server, gives.
  void set_server(const Part& part, base::OptionTable& table, Node& node);

  /// The secrets of all parts so far, to be kept out of messages.
  [[nodiscard]] const SecretValues& secrets() const { return secrets_; }

 private:
  friend class Build;
  class Nesting;
  [[nodiscard]] app::App make_app_at(const base::Origin& place, const Part& part, Node& node);
  [[nodiscard]] app::App find_app(std::string_view name, std::string_view place,
                                  const base::Origin& origin, const Part& asking, Node& node);
  [[nodiscard]] app::Middleware find_filter(std::string_view name, std::string_view place,
                                            const base::Origin& origin, const Part& asking,
                                            Node& node);
  [[nodiscard]] app::Middleware make_filter_at(const base::Origin& place, const Part& part,
                                               Node& node);
  [[nodiscard]] bool contains_itself(const Part& part, const base::Origin& place);
  [[nodiscard]] Made make(const base::Origin& place, const Part& part, Node& node);
  [[nodiscard]] Made make_by(const Factory& factory, const Part& part, Node& node);
  [[nodiscard]] app::App put_around(app::App inner, app::Middleware& filter, const Part& part);
  [[nodiscard]] const Factory* factory_of(const Part& part);
  bool set_options(const Part& part, base::OptionTable& table, Node& node);
  void begin(const Part& part, Node& node);

  Loader& loader_;
  const Factories& factories_;
  Diagnostics& diagnostics_;
  base::Kernel& kernel_;
  std::vector<base::Origin> making_;  ///< the sections of the parts that are being made just now
  std::size_t depth_ = 0;             ///< how many parts the part at hand is inside of, and itself
  std::size_t layers_ = 0;            ///< the same, with the filters around them
  SecretValues secrets_;
};

}  // namespace mastic::deploy
