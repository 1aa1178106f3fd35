// What every server of the comparison answers: the same text, the same struct as JSON.
//
// Each peer is a program `NAME PORT FOLDER` with one thread for its loop where it has one. It
// answers `GET /` with a text, `GET /json` with a struct that it makes and writes anew each time,
// `GET /NAME` with the file of FOLDER, and `POST /echo` with what it was sent. It stands on the
// library's public interface, in the way its documentation recommends where speed is wanted. Limits
// on the length of a connection are off.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peers {

inline constexpr std::string_view kHello = "Hello, world!\n";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kBytesType = "application/octet-stream";
inline constexpr std::size_t kMaxBodyBytes = 1024 * 1024;
inline constexpr int kMaxConnections = 512;  // of servers that need a thread for each

struct Tea {
  int id = 0;
  std::string name;
  std::string kind;
  int price_cents = 0;
  bool in_stock = false;
  std::vector<std::string> tags;
};

inline Tea some_tea() {
  return {.id = 7,
          .name = "Sencha Fukamushi",
          .kind = "Green",
          .price_cents = 690,
          .in_stock = true,
          .tags = {"loose", "spring", "japan"}};
}

}  // namespace peers
