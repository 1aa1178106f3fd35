// A chat room: its guests, and the way of a line from one guest to the others.

#pragma once

#include <mastic/sockets.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>

using Lines = mastic::Channel<std::string>;

/// Callable from any thread, because the guests are on different loops. No call waits for a guest.
class Room {
 public:
  /// A guest's place in the room, from construction to destruction. `lines` and `connection` must
  /// outlive the seat.
  class Seat {
   public:
    Seat(Room& room, std::string name, Lines& lines, mastic::Connection& connection);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    /// Whether the guest has entered the room; false when another guest has this name.
    [[nodiscard]] bool is_taken() const { return taken_; }

   private:
    Room& room_;
    const std::string name_;
    bool taken_ = false;
  };

  /// Sends `line` to all guests except `from`. A guest whose channel is full is disconnected.
  void say(std::string_view from, const std::string& line);
  /// The names of all guests: "Ada, Grace".
  [[nodiscard]] std::string names() const;

 private:
  struct Member {
    Lines& lines;
    mastic::Connection& connection;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Member, std::less<>> members_;
};
