// Keeps the files that people have sent. It knows nothing of HTTP.

#pragma once

#include <mastic/mastic.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// What the page shows of a file.
struct ShelfEntry {
  int id = 0;
  std::string name;
  std::uint64_t bytes = 0;
  std::string sender;
};

/// Keeps the newest files, up to kMaxFiles and kMaxBytes. Large files are on the disk without a name
/// (mastic::File), and are gone when they are taken off the shelf and when the program ends, however
/// it ends. Callable from any thread.
class Shelf {
 public:
  static constexpr std::size_t kMaxFiles = 50;
  static constexpr std::uint64_t kMaxBytes = 512 << 20;

  void put(const std::string& sender, const std::vector<mastic::File>& files);
  /// What is on the shelf, the newest first.
  [[nodiscard]] std::vector<ShelfEntry> entries() const;
  /// The file with this id, or nullopt when it is not there, or no longer.
  [[nodiscard]] std::optional<mastic::File> find(int id) const;

 private:
  struct Item {
    int id;
    std::string sender;
    mastic::File file;
  };

  mutable std::mutex mutex_;
  std::deque<Item> items_;  ///< the newest first
  std::uint64_t bytes_ = 0;
  int last_id_ = 0;
};
