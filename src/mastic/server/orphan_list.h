// A list of exchanges whose connection is gone.

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
  OrphanLinks** place_ = nullptr;  ///< the pointer to this object; null while it is in no list
};

/// Exchanges to which no connection refers any more, while their application still runs. The list
/// is intrusive, so adding allocates nothing: a connection may have been lost for lack of memory.
class OrphanList {
 public:
  OrphanList() = default;
  OrphanList(const OrphanList&) = delete;
  OrphanList& operator=(const OrphanList&) = delete;

  /// Adds `orphan`, unless it is in the list already.
  void add(OrphanLinks& orphan) noexcept {
    if (orphan.place_ != nullptr) return;
    orphan.next_ = first_;
    if (first_ != nullptr) first_->place_ = &orphan.next_;
    orphan.place_ = &first_;
    first_ = &orphan;
  }
  /// Removes `orphan`, if it is in the list.
  void remove(OrphanLinks& orphan) noexcept {
    if (orphan.place_ == nullptr) return;
    *orphan.place_ = orphan.next_;
    if (orphan.next_ != nullptr) orphan.next_->place_ = orphan.place_;
    orphan.place_ = nullptr;
  }
  /// Calls `each` for every exchange. `each` may remove the exchange that it is called with.
  template <class Each>
  void for_each(Each each) {
    for (OrphanLinks* at = first_; at != nullptr;) each(cast(*std::exchange(at, at->next_)));
  }

 private:
  static Exchange& cast(OrphanLinks& orphan);
  OrphanLinks* first_ = nullptr;
};

}  // namespace mastic::server
