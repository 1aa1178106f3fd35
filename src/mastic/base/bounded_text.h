// A text of bounded length that never allocates: for signal handlers.

#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

#include "mastic/base/attributes.h"

namespace mastic::base {

/// Holds up to N bytes; further bytes are dropped. No member takes a lock, allocates or fails.
template <std::size_t N>
class BoundedText {
 public:
  BoundedText& add(std::string_view text) noexcept {
    const std::size_t taken = std::min(text.size(), N - size_);
    text.copy(bytes_.data() + size_, taken);
    size_ += taken;
    return *this;
  }
  BoundedText& add(char letter) noexcept { return add(std::string_view(&letter, 1)); }
  /// Adds `number` in digits of `base`, which is 2 to 16, with leading zeros up to `width` digits.
  BoundedText& add_number(std::unsigned_integral auto number, unsigned base = 10,
                          std::size_t width = 1) noexcept {
    std::array<char, 8 * sizeof number> digits;
    std::size_t at = digits.size();
    while (number != 0 || digits.size() - at < width) {
      digits[--at] = "0123456789abcdef"[static_cast<std::size_t>(number % base)];
      number = static_cast<decltype(number)>(number / base);
    }
    return add({digits.data() + at, digits.size() - at});
  }
  void clear() noexcept { size_ = 0; }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::string_view view() const noexcept MASTIC_LIFETIMEBOUND {
    return {bytes_.data(), size_};
  }

 private:
  std::array<char, N> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace mastic::base
