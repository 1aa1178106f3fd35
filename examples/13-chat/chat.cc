#include "chat.h"

#include <algorithm>
#include <optional>
#include <utility>

using namespace std::chrono_literals;
using mastic::CloseCode;
using mastic::Task;
using mastic::WebSocket;

namespace {

/// The presence of one page in a room, which ends when this object is destroyed: when the guest
/// leaves, when the connection is lost, and when anything throws.
class Guest {
 public:
  Guest(Room& room, WebSocket& socket, std::string name) : room_(room), name_(std::move(name)) {
    room_.enter(socket, name_);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() { room_.leave(name_); }

  void say(const std::string& text) { room_.say(name_, text); }

 private:
  Room& room_;
  std::string name_;
};

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

bool is_room_name(const std::string& name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return name.size() <= 30 && std::ranges::all_of(name, is_allowed);
}

/// What is wrong with a message, or nothing.
std::optional<Refused> fault_of(const Join& join) {
  if (is_blank(join.name)) return Refused{"name", "What is your name?"};
  if (join.name.size() > 120) return Refused{"name", "Use a shorter name."};
  return std::nullopt;
}
std::optional<Refused> fault_of(const Say& say, bool is_here) {
  if (!is_here) return Refused{"name", "Come in first."};
  if (is_blank(say.text)) return Refused{"text", "Say something."};
  if (say.text.size() > 3000) return Refused{"text", "Use fewer words."};
  return std::nullopt;
}

}  // namespace

Task<> attend(WebSocket& socket, Rooms& rooms, std::string room_name) {
  const auto room = is_room_name(room_name) ? rooms.at(room_name) : nullptr;
  if (!room) {
    socket.close(CloseCode::PolicyViolation, "There is no such room, or no more room.");
    co_return;
  }
  std::optional<Guest> guest;
  while (auto message = co_await socket.receive_json<FromPage>()) {
    const auto* const join = std::get_if<Join>(&*message);
    const auto* const say = std::get_if<Say>(&*message);
    const auto fault = join ? fault_of(*join) : fault_of(*say, guest.has_value());
    if (fault) {
      socket.try_send(mastic::to_json(ToPage(*fault)));
    } else if (join) {
      co_await socket.subscribe(room->topic());
      guest.emplace(*room, socket, join->name);
    } else {
      guest->say(say->text);
    }
    // A guest who sends faster than five messages a second has to wait: the page is read more slowly.
    co_await mastic::sleep_for(200ms);
  }
}
