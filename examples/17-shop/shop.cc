#include "shop.h"

#include <algorithm>
#include <cctype>
#include <random>
#include <utility>

namespace {

bool contains(std::string text, std::string words) {
  const auto lower = [](std::string& all) {
    std::ranges::transform(all, all.begin(), [](unsigned char c) { return std::tolower(c); });
  };
  lower(text);
  lower(words);
  return text.find(words) != text.npos;
}

}  // namespace

Shop::Shop() {
  const std::vector<Tea> teas{{1, "Sencha", "Shizuoka", 890, 20},
                              {2, "Assam", "Brahmaputra", 650, 40},
                              {3, "Gyokuro", "Uji", 2900, 2},
                              {4, "Rooibos & Vanilla", "Cederberg", 540, 0}};
  for (const Tea& tea : teas) teas_.emplace(tea.id, tea);
}

std::vector<Tea> Shop::find(const std::string& words) const {
  const std::lock_guard lock(mutex_);
  std::vector<Tea> found;
  for (const auto& [id, tea] : teas_) {
    if (contains(tea.name + " " + tea.origin, words)) found.push_back(tea);
  }
  return found;
}

std::optional<Tea> Shop::tea(int id) const {
  const std::lock_guard lock(mutex_);
  const auto found = teas_.find(id);
  return found == teas_.end() ? std::nullopt : std::optional(found->second);
}

std::string Shop::begin_visit() {
  std::random_device random;  // the random numbers of the system, which cannot be guessed
  std::string key;
  for (int i = 0; i < 4; ++i) key += std::to_string(random()) + "-";
  const std::lock_guard lock(mutex_);
  visits_.emplace(key, Visit());
  visit_keys_.push_back(key);
  if (visit_keys_.size() > kMaxVisits) {
    visits_.erase(visit_keys_.front());
    visit_keys_.erase(visit_keys_.begin());
  }
  return key;
}

std::optional<Visit> Shop::visit(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = visits_.find(key);
  return found == visits_.end() ? std::nullopt : std::optional(found->second);
}

void Shop::keep(const std::string& key, Visit visit) {
  const std::lock_guard lock(mutex_);
  const auto found = visits_.find(key);
  if (found != visits_.end()) found->second = std::move(visit);
}

void Shop::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  visits_.erase(key);
  std::erase(visit_keys_, key);
}

// A real shop keeps hashes of passwords, in a database.
bool Shop::knows(const std::string& customer, const std::string& password) const {
  return customer == "ada" && password == "lovelace";
}

std::optional<int> Shop::order(const std::vector<CartLine>& cart) {
  std::vector<StockChange> changes;
  int number = 0;
  {
    const std::lock_guard lock(mutex_);
    std::map<int, int> wanted;
    for (const CartLine& line : cart) wanted[line.tea] += line.amount;
    for (const auto& [id, amount] : wanted) {
      if (!teas_.contains(id) || teas_[id].stock < amount) return std::nullopt;
    }
    for (const auto& [id, amount] : wanted) {
      teas_[id].stock -= amount;
      changes.push_back({id, teas_[id].stock});
    }
    number = ++last_order_;
  }
  for (const StockChange& change : changes) stock_.publish(mastic::to_json(change));
  return number;
}
