// The answers of every server in the comparison: the same text, and the same struct as JSON.
//
// Each peer is a program `NAME PORT FOLDER`, with a single thread for its loop if it has a loop. It
// answers `GET /` with a text, `GET /json` with a struct that it makes and serialises for each
// request, `GET /NAME` with that file of FOLDER, and `POST /echo` with the content of the request.
// It uses the public interface of its library in the way that the library's documentation
// recommends for speed. Limits on the length of a connection are off.

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
inline constexpr int kMaxConnections = 512;  // for servers that need a thread for each

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
