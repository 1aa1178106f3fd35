// A list of connections in the order in which they were added.

#pragma once

namespace mastic::server {

class Connection;

/// The links of a connection in a list. A connection is in at most one list at a time.
class ListedConnection {
 public:
  /// Whether the connection is in a list.
  [[nodiscard]] bool is_listed() const { return next_ != nullptr; }

 protected:
  ListedConnection() = default;
  ~ListedConnection() = default;

 private:
  friend class ConnectionList;
  ListedConnection* previous_ = nullptr;
  ListedConnection* next_ = nullptr;
};

/// An intrusive list of connections. Adding and removing cost a few stores.
class ConnectionList {
 public:
  ConnectionList() { head_.previous_ = head_.next_ = &head_; }
  ConnectionList(const ConnectionList&) = delete;
  ConnectionList& operator=(const ConnectionList&) = delete;

  /// Whether no connection is in the list.
  [[nodiscard]] bool empty() const { return head_.next_ == &head_; }
  /// The connection that was added first, or null.
  [[nodiscard]] Connection* first() const { return empty() ? nullptr : &cast(*head_.next_); }
  /// Adds `connection` at the end, and removes it from the list that it was in before, if any.
  void add(ListedConnection& connection) {
    remove(connection);
    connection.previous_ = head_.previous_;
    connection.next_ = &head_;
    head_.previous_->next_ = &connection;
    head_.previous_ = &connection;
  }
  /// Removes `connection` from the list that it is in, if any.
  static void remove(ListedConnection& connection) {
    if (!connection.is_listed()) return;
    connection.previous_->next_ = connection.next_;
    connection.next_->previous_ = connection.previous_;
    connection.next_ = connection.previous_ = nullptr;
  }
  /// Calls `each` for every connection. `each` must not change the list; it may throw.
  template <class Each>
  void visit(Each each) const {
    for (ListedConnection* at = head_.next_; at != &head_; at = at->next_) each(cast(*at));
  }
  /// Calls `each` for every connection that is in the list now. `each` may close any connection,
  /// not only the one it is called with, because a protocol may tie several connections together.
  /// `each` must not throw.
  template <class Each>
  void for_each(Each each) noexcept {
    if (empty()) return;
    Place end(*this);  // the connections before this mark are yet to be visited
    while (head_.next_ != &end) {
      ListedConnection& next = *head_.next_;
      add(next);
      if (head_.next_ == &end) remove(end);  // so that the last call sees the list without the mark
      each(cast(next));
      if (!end.is_listed()) return;
    }
  }

 private:
  static Connection& cast(ListedConnection& connection);
  struct Head : ListedConnection {};
  /// Marks the current end of a list, and removes itself when it is destroyed. Not inline: GCC 12
  /// sees the pointer to the mark in the list, but not its removal, and warns.
  struct Place : Head {
    explicit Place(ConnectionList& list);
    ~Place();
  };
  Head head_;
};

}  // namespace mastic::server
