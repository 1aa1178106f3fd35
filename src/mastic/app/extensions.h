// Values that a request carries, found by their type.
//
// A type is recognized by the address of its TypeKey or, where addresses differ, by its name: a
// program and the plugins that it loads have one TypeKey each for the same type, whether or not
// each of them contains Mastic.

#pragma once

#include <cstddef>
#include <new>
#include <typeinfo>
#include <utility>

#include "mastic/base/arena.h"

namespace mastic::app {

/// Identifies a type. Each shared object has one TypeKey for each type.
class TypeKey {
 public:
  /// Made once for each type, by the class that keeps values of the type.
  constexpr TypeKey(const std::type_info& type, std::size_t size) : type_(&type), size_(size) {}

  /// Whether `a` and `b` identify the same type, seen from two shared objects: the names and the
  /// sizes are the same, and other shared objects can name the type. Types in anonymous namespaces
  /// and in functions belong to one shared object only.
  [[nodiscard]] static bool are_same(const TypeKey& a, const TypeKey& b) noexcept {
    return a.size_ == b.size_ && have_one_name(a, b);
  }

 private:
  [[nodiscard]] static bool have_one_name(const TypeKey& a, const TypeKey& b) noexcept;

  const std::type_info* type_;
  std::size_t size_;
};

/// A few values, each of a different type, in an arena. They are destroyed with this object, the
/// last one first. The shared object that has made a value has to stay loaded until then.
class Extensions {
 public:
  Extensions() = default;
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;
  ~Extensions() { clear(); }

  /// What `last` has returned: all values up to a certain one.
  using Mark = const void*;

  /// Whether there is no value.
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  /// The value of type T of this object alone, made by T() at the first call.
  template <class T>
  T& own(base::Arena& memory) {
    const Extensions* const outer = std::exchange(outer_, nullptr);
    T* const value = find<T>();
    outer_ = outer;
    return value != nullptr ? *value : emplace<T>(memory);
  }
  /// Lets `find` look in `outer` for values that are not here. It must outlive this object.
  void look_in(const Extensions& outer) { outer_ = &outer; }

  /// The last value so far, for `clear`.
  [[nodiscard]] Mark last() const { return first_; }
  /// Destroys all values that were made after `mark`, the last one first; without one, all.
  void clear(Mark mark = nullptr) {
    while (first_ != mark) {
      Entry& entry = *first_;
      first_ = entry.next;
      entry.destroy(entry);
    }
  }

  /// The value of type T, or null.
  template <class T>
  [[nodiscard]] T* find() const {
    for (Entry* at = first_; at != nullptr; at = at->next) {
      if (at->type == &kKey<T>) return &static_cast<Holder<T>*>(at)->value;
    }
    if (Entry* const same = find_by_name(kKey<T>)) return &static_cast<Holder<T>*>(same)->value;
    return outer_ != nullptr ? outer_->find<T>() : nullptr;
  }
  /// Makes the value of type T. Requires: there is no such value yet. `memory` must outlive this
  /// object.
  template <class T>
  T& emplace(base::Arena& memory) {
    void* const place = memory.allocate(sizeof(Holder<T>), alignof(Holder<T>));
    auto* const holder = ::new (place) Holder<T>;
    holder->type = &kKey<T>;
    holder->destroy = [](Entry& entry) { static_cast<Holder<T>&>(entry).~Holder<T>(); };
    holder->next = std::exchange(first_, holder);
    return holder->value;
  }

 private:
  struct Entry {
    const TypeKey* type = nullptr;
    void (*destroy)(Entry&) = nullptr;
    Entry* next = nullptr;
  };
  template <class T>
  struct Holder : Entry {
    T value{};
  };
  template <class T>
  static constexpr TypeKey kKey{typeid(T), sizeof(T)};

  /// The value of this type, if another shared object has made it, or null.
  [[nodiscard]] Entry* find_by_name(const TypeKey& key) const noexcept {
    for (Entry* at = first_; at != nullptr; at = at->next) {
      if (TypeKey::are_same(*at->type, key)) return at;
    }
    return nullptr;
  }

  Entry* first_ = nullptr;
  const Extensions* outer_ = nullptr;
};

}  // namespace mastic::app
