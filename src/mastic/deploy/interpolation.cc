#include "mastic/deploy/interpolation.h"

#include <algorithm>
#include <utility>

#include "mastic/base/text.h"

namespace mastic::deploy {
namespace {

constexpr std::size_t kMaxDepth = 10;  // as in Python
// Ten levels of values that each name the next one a hundred times are more than any memory holds.
constexpr std::size_t kMaxGrowth = 64 << 10;
constexpr std::size_t kMaxReferences = 1'000;  // they take time even if they have no text

/// Takes the name of the `%(name)s` that `rest` begins with, and removes both. Returns nothing when
/// `rest` begins otherwise.
std::optional<std::string_view> take_reference(std::string_view& rest) {
  const std::size_t end = rest.find(')');
  if (!rest.starts_with("%(") || end == rest.npos || end == 2) return std::nullopt;
  if (!rest.substr(end).starts_with(")s")) return std::nullopt;
  const std::string_view name = rest.substr(2, end - 2);
  rest.remove_prefix(end + 2);
  return name;
}

/// The interpolation of one value.
class Interpolation {
 public:
  Interpolation(std::string_view text, const Names& names)
      : names_(names), max_bytes_(text.size() + kMaxGrowth) {}

  base::Result<void> add(std::string_view rest) {
    while (!rest.empty()) {
      const std::size_t percent = std::min(rest.find('%'), rest.size());
      if (auto added = append(rest.substr(0, percent)); !added) return added;
      rest.remove_prefix(percent);
      if (rest.starts_with("%%")) {
        out_.text += '%';
        rest.remove_prefix(2);
      } else if (const auto name = take_reference(rest)) {
        if (auto added = add_value_of(*name); !added) return added;
      } else if (!rest.empty()) {
        return base::fail(rest.starts_with("%(") ? "'%(' begins a reference, which is written "
                                                   "%(NAME)s"
                                                 : "a % stands alone",
                          in_what(), "; for the character itself write %%");
      }
    }
    return {};
  }

  Interpolated take() { return std::move(out_); }

 private:
  base::Result<void> add_value_of(std::string_view name) {
    if (++references_ > kMaxReferences) {
      return base::fail("the value has more than ", std::to_string(kMaxReferences), " references");
    }
    const auto value = names_.find(name);
    if (!value) return std::unexpected(no_value(name));
    if (value->is_literal) {
      out_.is_literal |= value->text.find('%') != std::string::npos;
      return append(value->text);
    }
    if (value->text.find('%') == std::string::npos) return append(value->text);
    if (std::ranges::find(path_, name) != path_.end()) {
      return base::fail("%(", name, ")s leads to itself: ", path(), "%(", name, ")s");
    }
    if (path_.size() + 1 == kMaxDepth) {
      return base::fail("values refer to one another more than ", std::to_string(kMaxDepth),
                        " deep: ", path(), "%(", name, ")s");
    }
    path_.emplace_back(name);
    auto added = add(value->text);
    path_.pop_back();
    return added;
  }

  base::Result<void> append(std::string_view text) {
    out_.text += text;
    if (out_.text.size() <= max_bytes_) return {};
    return base::fail("the value grows by more than ", std::to_string(kMaxGrowth),
                      " bytes through its references");
  }

  [[nodiscard]] base::Error no_value(std::string_view name) const {
    std::string message = "%(" + std::string(name) + ")s has no value" + in_what();
    if (name.starts_with("ENV_")) {
      message.append(": there is no variable ")
          .append(name.substr(4))
          .append(" in the environment");
    } else if (const auto meant = base::nearest(name, names_.all())) {
      message.append("; did you mean %(").append(*meant).append(")s?");
    } else {
      message +=
          "; set it in this section, in [DEFAULT] or on the command line (what 'set' sets does "
          "not count here)";
    }
    return {std::move(message)};
  }

  /// " in the value of 'b', to which 'a' refers", where the text at hand is that of a reference.
  [[nodiscard]] std::string in_what() const {
    return path_.empty() ? "" : " in the value of '" + path_.back() + "'";
  }

  [[nodiscard]] std::string path() const {
    std::string text;
    for (const std::string& name : path_) text.append("%(").append(name).append(")s -> ");
    return text;
  }

  const Names& names_;
  const std::size_t max_bytes_;
  Interpolated out_;
  std::size_t references_ = 0;
  std::vector<std::string> path_;  ///< the names whose values are being added just now
};

}  // namespace

base::Result<Interpolated> interpolate(std::string_view text, const Names& names) {
  if (text.find('%') == text.npos) return Interpolated{std::string(text)};
  Interpolation interpolation(text, names);
  if (auto added = interpolation.add(text); !added) return std::unexpected(added.error());
  return interpolation.take();
}

}  // namespace mastic::deploy
