// Keeps secrets of a configuration out of everything that people are shown.
//
// An option that its factory declares secret is never shown. Settings that no factory has declared,
// such as those of [DEFAULT], count as secret when their names say so. What a secret setting holds
// is also removed from other texts: a message may quote it, and interpolation may copy it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/options.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Whether a setting with this name may hold a secret: "db_password", "api.key", "sentry_dsn".
[[nodiscard]] bool names_secret_setting(std::string_view name);

/// The secrets that were found in settings so far.
class SecretValues {
 public:
  /// Remembers the values of settings that are secret without any doubt. `table` has the options that a factory has declared;
  /// null for settings that belong to no factory.
  void learn(const Settings& settings, const base::OptionTable* table = nullptr);
  /// Remembers what the secret options of `table` were set to.
  void learn(const base::OptionTable& table);

  /// `settings` as they may be shown: a secret value is "***".
  [[nodiscard]] Settings blank(const Settings& settings,
                               const base::OptionTable* table = nullptr) const;
  /// `text` with *** in place of every secret that was learnt, and in place of the password of a
  /// URL ("postgres://shop:***@db/shop"). Secrets of fewer than five bytes stay: they are too likely
  /// to be a part of another word.
  [[nodiscard]] std::string blank(std::string_view text) const;

 private:
  void learn(const std::string& value);

  std::vector<std::string> values_;  ///< without repetition, the longest first
};

}  // namespace mastic::deploy
