// Exchanges whose connection has let go.

#pragma once

#include <cstddef>
#include <utility>

namespace mastic::server {

class Exchange;

/// The links of an exchange in an OrphanList.
class OrphanLinks {
 public:
  OrphanLinks() = default;
  OrphanLinks(const OrphanLinks&) = delete;
  OrphanLinks& operator=(const OrphanLinks&) = delete;

 protected:
  ~OrphanLinks() = default;

 private:
  friend class OrphanList;
  OrphanLinks* next_ = nullptr;
  OrphanLinks** place_ = nullptr;  ///< what points to this one; null while it is in no list
};

/// Exchanges that no connection leads to any more, while their application runs on. Intrusive, so
/// adding takes no memory: a connection may be lost because there is none.
class OrphanList {
 public:
  OrphanList() = default;
  OrphanList(const OrphanList&) = delete;
  OrphanList& operator=(const OrphanList&) = delete;

  /// Adds it, unless it is here already.
  void add(OrphanLinks& orphan) noexcept {
    if (orphan.place_ != nullptr) return;
    orphan.next_ = first_;
    if (first_ != nullptr) first_->place_ = &orphan.next_;
    orphan.place_ = &first_;
    first_ = &orphan;
  }
  /// Removes it, if it is here.
  void remove(OrphanLinks& orphan) noexcept {
    if (orphan.place_ == nullptr) return;
    *orphan.place_ = orphan.next_;
    if (orphan.next_ != nullptr) orphan.next_->place_ = orphan.place_;
    orphan.place_ = nullptr;
  }
  /// Calls `each` for every exchange; it may remove the one it is given.
  template <class Each>
  void for_each(Each each) {
    for (OrphanLinks* at = first_; at != nullptr;) each(cast(*std::exchange(at, at->next_)));
  }

 private:
  static Exchange& cast(OrphanLinks& orphan);
  OrphanLinks* first_ = nullptr;
};

}  // namespace mastic::server
