#include "room.h"

#include <utility>

Room::Seat::Seat(Room& room, std::string name, Lines& lines, mastic::Connection& connection)
    : room_(room), name_(std::move(name)) {
  const std::lock_guard lock(room_.mutex_);
  taken_ = room_.members_.try_emplace(name_, Member{lines, connection}).second;
}

Room::Seat::~Seat() {
  if (!taken_) return;
  const std::lock_guard lock(room_.mutex_);
  room_.members_.erase(name_);
}

void Room::say(std::string_view from, const std::string& line) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, member] : members_) {
    if (name != from && !member.lines.try_send(line)) member.connection.abort();
  }
}

std::string Room::names() const {
  const std::lock_guard lock(mutex_);
  std::string names;
  for (const auto& [name, member] : members_) names += (names.empty() ? "" : ", ") + name;
  return names;
}
