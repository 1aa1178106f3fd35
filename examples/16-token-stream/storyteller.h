// Tells stories word by word, as a language model gives its tokens. It knows nothing of HTTP.

#pragma once

#include <mastic/mastic.h>

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

/// How a story ended.
struct Telling {
  std::size_t number = 0;  ///< counts the tellings, from 1
  std::string hero;
  std::size_t told = 0;  ///< tokens that were told
  std::size_t all = 0;   ///< tokens that the whole story has
};

/// Remembers how the last stories ended. Callable from any thread.
class Diary {
 public:
  static constexpr std::size_t kMaxTellings = 10;

  /// Adds a telling and gives it its number.
  void add(Telling telling);
  /// The tellings, the newest first.
  [[nodiscard]] std::vector<Telling> tellings() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Telling> tellings_;
  std::size_t last_number_ = 0;
};

/// Tells a story about `hero`, a token at a time, and then writes into `diary`, which must outlive
/// the generator, how far it came. A story that is not heard to its end is written down as well.
mastic::Generator<std::string> tell(std::string hero, Diary& diary);
