#include "room.h"

#include <algorithm>
#include <chrono>

using mastic::to_json;

void Room::enter(mastic::WebSocket& socket, const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++pages_[name];
  socket.try_send(to_json(ToPage(Welcome{{history_.begin(), history_.end()}})));
  publish_people();
}

void Room::leave(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (--pages_[name] == 0) pages_.erase(name);
  publish_people();
}

void Room::say(const std::string& name, const std::string& text) {
  using std::chrono::milliseconds;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::floor<milliseconds>(mastic::now().time_since_epoch()).count();
  last_at_ = std::max<std::int64_t>(now, last_at_ + 1);
  history_.push_back({last_at_, name, text});
  if (history_.size() > kMaxHistory) history_.pop_front();
  topic_.publish(to_json(ToPage(history_.back())));
}

void Room::publish_people() {
  People people;
  for (const auto& [name, count] : pages_) people.names.push_back(name);
  topic_.publish(to_json(ToPage(std::move(people))));
}

std::shared_ptr<Room> Rooms::at(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto room = rooms_.find(name); room != rooms_.end()) return room->second;
  if (rooms_.size() == kMaxRooms) {
    const auto empty = std::ranges::find_if(
        rooms_, [](const auto& entry) { return entry.second.use_count() == 1; });
    if (empty == rooms_.end()) return nullptr;
    rooms_.erase(empty);
  }
  return rooms_[name] = std::make_shared<Room>();
}
