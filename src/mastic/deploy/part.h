// A part of a site as its files describe it, before anything is made of it: an application, a
// filter or a server, with its options and the parts that it is put together from.
//
// A Part is what PasteDeploy calls a context. Which parts a composite has is known only when its
// factory asks for them (build.h).

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/origin.h"
#include "mastic/deploy/name_index.h"

namespace mastic::deploy {

class LoadedFile;

/// What a part is.
enum class PartKind { App, Filter, Server };

/// The word for a kind: "application", "filter", "server".
[[nodiscard]] std::string_view to_string(PartKind kind);

/// A name with a value, and where the value was written.
struct Setting {
  std::string name;     ///< as it was written
  std::string value;    ///< after interpolation
  base::Origin origin;  ///< unknown for what Mastic adds: `here` and `__file__`
  /// Whether a % in the value means itself, as in a value from the environment. Every other value is
  /// interpolated again where another file sees it as a default.
  bool is_literal = false;
};

/// Settings with different names, in the order in which they were added first.
class Settings {
 public:
  /// Adds the setting, or replaces the one with its name, which keeps its place.
  void set(Setting setting);
  /// Adds all of `others`, each like `set`.
  void update(const Settings& others);
  /// Removes the setting with this name and returns it, or nullopt if there is none.
  std::optional<Setting> take(std::string_view name);
  /// The setting with this name, or null.
  [[nodiscard]] const Setting* find(std::string_view name) const MASTIC_LIFETIMEBOUND;
  /// The value of the setting with this name, or nothing.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const
      MASTIC_LIFETIMEBOUND;

  [[nodiscard]] auto begin() const { return settings_.begin(); }
  [[nodiscard]] auto end() const { return settings_.end(); }
  /// Whether there is no setting.
  [[nodiscard]] bool empty() const { return settings_.empty(); }

  /// How much memory the names and values take, roughly.
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  std::vector<Setting> settings_;
  NameIndex index_;
};

/// What a part is made by: a name in a catalog, or in a plugin.
struct FactoryName {
  std::string scheme;   ///< "mastic", "egg", "lib", "call" or "python"
  std::string package;  ///< of an egg its distribution, of a plugin its file with the whole path
  std::string name;     ///< the factory's name in the package; "main" if none was written
  base::Origin origin;  ///< the `use =` that names it

  /// The form in which it is written: "egg:Paste#static", "mastic#static".
  [[nodiscard]] std::string to_string() const;
};

/// A part as its files describe it.
struct Part {
  /// How the part is put together.
  enum class Form {
    Made,      ///< by `factory`, from `local`
    Pipeline,  ///< `filters` around `app`, the outermost first
    Filtered,  ///< `filters` (one) around what the rest of the section describes, which is in
               ///< `app`: filter-with, filter-app. For PartKind::Filter `app` is a filter.
  };
  PartKind kind = PartKind::App;  ///< what it is
  Form form = Form::Made;         ///< how it is put together
  std::string section;  ///< the section that describes it: "app:main"; empty for `use = egg:...`
  base::Origin origin;  ///< the line of the section
  FactoryName factory;  ///< for Form::Made
  Settings global;      ///< what the part and all parts below it see
  Settings local;       ///< what the part itself was given
  std::vector<std::unique_ptr<Part>> filters;  ///< for the other forms
  std::unique_ptr<Part> app;                   ///< what the filters are around
  /// The file in which the names that this part's factory asks for are looked up. It lives as long
  /// as the Loader.
  const LoadedFile* file = nullptr;
};

}  // namespace mastic::deploy
