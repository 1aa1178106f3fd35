// A chat room: who is in it, and how what one says comes to the others.

#pragma once

#include <mastic/sockets.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>

using Lines = mastic::Channel<std::string>;

/// Used from every loop at once, so it has a lock, and nothing in it waits.
class Room {
 public:
  /// As long as one of these stands, somebody is in the room. `lines` and `connection` outlive it.
  class Seat {
   public:
    Seat(Room& room, std::string name, Lines& lines, mastic::Connection& connection);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    /// False: the name was taken.
    [[nodiscard]] bool is_taken() const { return taken_; }

   private:
    Room& room_;
    const std::string name_;
    bool taken_ = false;
  };

  /// To everybody but `from`. Who reads too slowly to keep up is dropped.
  void say(std::string_view from, const std::string& line);
  /// "Ada, Grace"
  [[nodiscard]] std::string names() const;

 private:
  struct Member {
    Lines& lines;
    mastic::Connection& connection;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Member, std::less<>> members_;
};
