// Connections in the order they came into a list.

#pragma once

namespace mastic::server {

class Connection;

/// The links of a connection; it is in one list at a time.
class ListedConnection {
 public:
  [[nodiscard]] bool is_listed() const { return next_ != nullptr; }

 protected:
  ListedConnection() = default;
  ~ListedConnection() = default;

 private:
  friend class ConnectionList;
  ListedConnection* previous_ = nullptr;
  ListedConnection* next_ = nullptr;
};

/// Intrusive: adding and removing costs a few stores.
class ConnectionList {
 public:
  ConnectionList() { head_.previous_ = head_.next_ = &head_; }
  ConnectionList(const ConnectionList&) = delete;
  ConnectionList& operator=(const ConnectionList&) = delete;

  [[nodiscard]] bool empty() const { return head_.next_ == &head_; }
  /// The one that came first; none when it is empty.
  [[nodiscard]] Connection* first() const { return empty() ? nullptr : &cast(*head_.next_); }
  /// Adds it at the end, and takes it out of the list it is in.
  void add(ListedConnection& connection) {
    remove(connection);
    connection.previous_ = head_.previous_;
    connection.next_ = &head_;
    head_.previous_->next_ = &connection;
    head_.previous_ = &connection;
  }
  static void remove(ListedConnection& connection) {
    if (!connection.is_listed()) return;
    connection.previous_->next_ = connection.next_;
    connection.next_->previous_ = connection.previous_;
    connection.next_ = connection.previous_ = nullptr;
  }
  /// Calls `each` for every connection; it must not close any, and may throw.
  template <class Each>
  void visit(Each each) const {
    for (ListedConnection* at = head_.next_; at != &head_; at = at->next_) each(cast(*at));
  }
  /// Calls `each` for every connection that is here now. It may close that one and any other, for
  /// what a connection speaks may concern several; it must not throw.
  template <class Each>
  void for_each(Each each) noexcept {
    if (empty()) return;
    Place end(*this);  // in front of it stand those that are still to come
    while (head_.next_ != &end) {
      ListedConnection& next = *head_.next_;
      add(next);
      if (head_.next_ == &end) remove(end);  // for the last one the list is as it was
      each(cast(next));
      if (!end.is_listed()) return;
    }
  }

 private:
  static Connection& cast(ListedConnection& connection);
  struct Head : ListedConnection {};
  /// Marks where a list ends now, and removes itself when it goes. Out of line: GCC 12 sees the pointer to
  /// it in the list, not its removal, and warns.
  struct Place : Head {
    explicit Place(ConnectionList& list);
    ~Place();
  };
  Head head_;
};

}  // namespace mastic::server
