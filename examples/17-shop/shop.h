// What the shop has, and what its customers have put into their carts.

#pragma once

#include <mastic/mastic.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// A tea in the shop.
struct Tea {
  int id = 0;
  std::string name;
  std::string origin;
  int cents = 0;  ///< the price of a bag
  int stock = 0;  ///< how many bags there are
};

/// A line of a cart.
struct CartLine {
  int tea = 0;
  int amount = 0;
  bool as_gift = false;
};

/// What the stock of a tea has become, for everybody who watches it.
struct StockChange {
  int tea = 0;
  int stock = 0;
};

/// A picture that a customer has sent.
struct Picture {
  std::string media_type;
  std::string content;
};

/// A visit of somebody, who may have logged in.
struct Visit {
  std::string customer;  ///< empty before the login
  std::vector<CartLine> cart;
  std::optional<Picture> picture;
};

/// The shop. Callable from any thread.
class Shop {
 public:
  static constexpr std::size_t kMaxVisits = 10'000;

  Shop();

  /// The teas whose name or origin contains `words`; all teas for an empty text.
  [[nodiscard]] std::vector<Tea> find(const std::string& words) const;
  /// The tea with this id, if there is one.
  [[nodiscard]] std::optional<Tea> tea(int id) const;

  /// Begins a visit and returns its key, which cannot be guessed. The oldest visit is forgotten when
  /// there are too many.
  [[nodiscard]] std::string begin_visit();
  /// The visit with this key, if there is one.
  [[nodiscard]] std::optional<Visit> visit(const std::string& key) const;
  /// Replaces a visit.
  void keep(const std::string& key, Visit visit);
  void forget(const std::string& key);
  /// Whether a customer has this password.
  [[nodiscard]] bool knows(const std::string& customer, const std::string& password) const;

  /// Takes what is in the cart from the stock and returns the number of the order. Nothing is taken,
  /// and nothing is returned, when there is too little of a tea.
  [[nodiscard]] std::optional<int> order(const std::vector<CartLine>& cart);
  /// Publishes each StockChange, as JSON.
  [[nodiscard]] mastic::Topic& stock() { return stock_; }

 private:
  mutable std::mutex mutex_;
  std::map<int, Tea> teas_;
  std::map<std::string, Visit> visits_;
  std::vector<std::string> visit_keys_;  ///< the oldest first
  int last_order_ = 0;
  mastic::Topic stock_;
};
