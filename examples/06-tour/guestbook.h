// Keeps the last entries of a guest book in memory.

#pragma once

#include <mastic/mastic.h>

#include <deque>
#include <mutex>
#include <string>
#include <vector>

struct Entry {
  std::string name;
  std::string message;

  void validate(mastic::FieldErrors& errors) const {
    errors.require(!name.empty(), "name", "Who are you?");
    errors.require(name.size() <= 40, "name", "A name of 40 letters will do.");
    errors.require(message.size() >= 3, "message", "A few words more, please.");
    errors.require(message.size() <= 200, "message", "At most 200 letters, please.");
  }
};

/// Keeps the last kMaxEntries entries. Callable from any thread.
class Guestbook {
 public:
  static constexpr std::size_t kMaxEntries = 20;

  void add(Entry entry);
  /// The entries, the newest first.
  [[nodiscard]] std::vector<Entry> entries() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
};
