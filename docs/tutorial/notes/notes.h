// The notes, in memory. The class knows nothing about HTTP. Several threads may use it at once.

#pragma once

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct Note {
  int id = 0;
  std::string title;
  std::string text;
};

class NoSuchNote : public std::runtime_error {
 public:
  explicit NoSuchNote(int id)
      : std::runtime_error("There is no note " + std::to_string(id) + ".") {}
};

class Notes {
 public:
  Note add(std::string title, std::string text) {
    const std::lock_guard lock(mutex_);
    const int id = ++last_id_;
    return notes_[id] = {id, std::move(title), std::move(text)};
  }
  /// The notes with `word` in their title, the oldest first. Leaves out the first `skipped` of them
  /// and returns at most `most`.
  [[nodiscard]] std::vector<Note> list(std::string_view word = {}, std::size_t skipped = 0,
                                       std::size_t most = 20) const {
    const std::lock_guard lock(mutex_);
    std::vector<Note> found;
    for (const auto& [id, note] : notes_) {
      if (found.size() == most) break;
      if (!note.title.contains(word)) continue;
      if (skipped > 0) {
        --skipped;
      } else {
        found.push_back(note);
      }
    }
    return found;
  }

  // These three throw NoSuchNote when there is no note `id`.

  [[nodiscard]] Note get(int id) const {
    const std::lock_guard lock(mutex_);
    const auto note = notes_.find(id);
    if (note == notes_.end()) throw NoSuchNote(id);
    return note->second;
  }
  Note replace(int id, std::string title, std::string text) {
    const std::lock_guard lock(mutex_);
    const auto note = notes_.find(id);
    if (note == notes_.end()) throw NoSuchNote(id);
    return note->second = {id, std::move(title), std::move(text)};
  }
  void remove(int id) {
    const std::lock_guard lock(mutex_);
    if (notes_.erase(id) == 0) throw NoSuchNote(id);
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, Note> notes_;
  int last_id_ = 0;
};
