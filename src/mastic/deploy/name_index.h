// Finds a name in a list of things that have one.

#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mastic::deploy {

/// The places of names in a list that only grows. Lists of a few things, as nearly all are, have no
/// index: looking at each of them is as quick, and copies of such a list cost less.
class NameIndex {
 public:
  /// The place of the first element of `list` that is called `name`, or the size of `list`. The index
  /// must have been told of every element.
  template <class List>
  [[nodiscard]] std::size_t find(const List& list, std::string_view name) const {
    if (list.size() > kFew) {
      const auto known = places_.find(name);
      return known == places_.end() ? list.size() : known->second;
    }
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const auto& element) { return element.name == name; });
    return static_cast<std::size_t>(found - list.begin());
  }
  /// Tells the index that `list` has one more element, at its end.
  template <class List>
  void add_last(const List& list) {
    if (list.size() == kFew + 1) rebuild(list);
    if (list.size() > kFew + 1) places_.emplace(list.back().name, list.size() - 1);
  }
  /// Makes the index of `list` again, from which elements were removed.
  template <class List>
  void rebuild(const List& list) {
    places_.clear();
    if (list.size() <= kFew) return;
    for (std::size_t i = 0; i < list.size(); ++i) places_.emplace(list[i].name, i);
  }

 private:
  static constexpr std::size_t kFew = 16;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;
};

}  // namespace mastic::deploy
