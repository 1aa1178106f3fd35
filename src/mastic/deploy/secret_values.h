// Keeps secrets of a configuration out of everything that people are shown.
//
// An option that its factory declares secret is never shown. Settings that no factory has declared,
// such as those of [DEFAULT], count as secret when their names say so. What a secret setting holds
// is also removed from other texts: a message may quote it, and interpolation may copy it.

#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "mastic/base/options.h"
#include "mastic/base/origin.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Whether a setting with this name may hold a secret: "db_password", "api.key", "sentry_dsn". A place
/// of a URL map, such as "/keys", is no such name.
[[nodiscard]] bool names_secret_setting(std::string_view name);

/// The secrets that were found in settings so far.
class SecretValues {
 public:
  /// Remembers the values of settings that are secret without any doubt. `table` has the options that a factory has declared;
  /// null for settings that belong to no factory.
  void learn(const Settings& settings, const base::OptionTable* table = nullptr);
  /// Remembers what the secret options of `table` were set to.
  void learn(const base::OptionTable& table);

  /// Remembers all that `other` does.
  void learn(const SecretValues& other) {
    values_.insert(other.values_.begin(), other.values_.end());
  }

  /// `settings` as they may be shown: a secret value is "***".
  [[nodiscard]] Settings blank(const Settings& settings,
                               const base::OptionTable* table = nullptr) const;
  /// `text` with *** in place of every secret that was learnt, of the password of a URL
  /// ("postgres://shop:***@db/shop"), and of values whose names say that they are secret, as in
  /// "?token=***" and "host=db password=***". Secrets of fewer than five bytes stay: they are too
  /// likely to be a part of another word. Takes a time that grows with the text, and hardly with the
  /// number of secrets.
  [[nodiscard]] std::string blank(std::string_view text) const;

  /// `origin` with its file blanked like a text.
  [[nodiscard]] base::Origin blank(const base::Origin& origin) const;

 private:
  void learn_value(std::string_view value);
  [[nodiscard]] std::size_t secret_size(std::string_view text) const;

  /// The lines of secrets; those of more than a few hundred bytes in pieces.
  std::set<std::string, std::less<>> values_;
};

}  // namespace mastic::deploy
