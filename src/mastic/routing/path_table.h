// A hash table from whole paths to routes, for routes that have no values: one look-up finds such a
// route.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/text.h"

namespace mastic::routing {

/// Uses open addressing: a path is at the place that its hash says, or at the next free one. At
/// least half of the places stay free. The hash is quick and not secret: only the application adds
/// paths, so clients cannot make paths collide.
class PathTable {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// Adds a path with its value. Requires: `path` was not added before, and `value` is not kNone.
  void add(std::string path, std::size_t value) {
    if (2 * ++size_ > mask_ + 1) enlarge();
    put({std::move(path), value});
  }

  /// The value that was added with `path`, or kNone.
  [[nodiscard]] std::size_t find(std::string_view path) const {
    std::size_t at = hash(path) & mask_;
    while (places_[at].value != kNone && !base::equal_short(places_[at].path, path)) {
      at = (at + 1) & mask_;
    }
    return places_[at].value;
  }

 private:
  struct Place {
    std::string path;
    std::size_t value = kNone;
  };

  static std::size_t hash(std::string_view path) {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
    std::uint64_t mixed = path.size();
    const auto mix = [&](std::uint64_t word) {
      mixed = (mixed ^ word) * kFactor;
      mixed ^= mixed >> 32;
    };
    const auto mix_word_at = [&](std::size_t at) {
      std::uint64_t word;
      std::memcpy(&word, path.data() + at, sizeof word);
      mix(word);
    };
    if (path.size() < sizeof(std::uint64_t)) {
      for (const char c : path) mix(static_cast<unsigned char>(c));
      return mixed;
    }
    for (std::size_t at = 0; at + 8 < path.size(); at += 8) mix_word_at(at);
    mix_word_at(path.size() - 8);  // may overlap with the word before
    return mixed;
  }

  void put(Place place) {
    std::size_t at = hash(place.path) & mask_;
    while (places_[at].value != kNone) at = (at + 1) & mask_;
    places_[at] = std::move(place);
  }
  void enlarge() {
    const std::size_t before = mask_ + 1;
    const auto old = std::exchange(places_, std::make_unique<Place[]>(2 * before));
    mask_ = 2 * before - 1;
    for (std::size_t i = 0; i < before; ++i) {
      if (old[i].value != kNone) put(std::move(old[i]));
    }
  }

  /// The number of places is a power of 2.
  std::unique_ptr<Place[]> places_ = std::make_unique<Place[]>(2);
  std::size_t mask_ = 1;  ///< the number of places less one
  std::size_t size_ = 0;
};

}  // namespace mastic::routing
