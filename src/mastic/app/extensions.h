// Values that a request carries, found by their type.

#pragma once

#include <new>
#include <utility>

#include "mastic/base/arena.h"

namespace mastic::app {

/// Few values, each of another type, in an arena. Destroys them, the last one first.
class Extensions {
 public:
  Extensions() = default;
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;
  ~Extensions() { clear(); }

  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void clear() {
    while (first_ != nullptr) {
      Entry& entry = *first_;
      first_ = entry.next;
      entry.destroy(entry);
    }
  }

  template <class T>
  [[nodiscard]] T* find() const {
    for (Entry* at = first_; at != nullptr; at = at->next) {
      if (at->type == &kType<T>) return &static_cast<Holder<T>*>(at)->value;
    }
    return nullptr;
  }
  /// Requires: there is none of this type. `memory` outlives this.
  template <class T>
  T& emplace(base::Arena& memory) {
    void* const place = memory.allocate(sizeof(Holder<T>), alignof(Holder<T>));
    auto* const holder = ::new (place) Holder<T>;
    holder->type = &kType<T>;
    holder->destroy = [](Entry& entry) { static_cast<Holder<T>&>(entry).~Holder<T>(); };
    holder->next = std::exchange(first_, holder);
    return holder->value;
  }

 private:
  struct Entry {
    const void* type = nullptr;
    void (*destroy)(Entry&) = nullptr;
    Entry* next = nullptr;
  };
  template <class T>
  struct Holder : Entry {
    T value{};
  };
  template <class T>
  static constexpr char kType = 0;  // its address tells T from other types

  Entry* first_ = nullptr;
};

}  // namespace mastic::app
