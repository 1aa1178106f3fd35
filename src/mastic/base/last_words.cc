#include "mastic/base/last_words.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstddef>

namespace mastic::base {

bool write_last_words(int fd, std::string_view text) noexcept {
  constexpr int kPatience = 1000;          // milliseconds
  constexpr std::size_t kMost = PIPE_BUF;  // has room in a pipe that is writable
  while (!text.empty()) {
    pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, kPatience) != 1) return false;
    const ssize_t written = ::write(fd, text.data(), std::min(text.size(), kMost));
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace mastic::base
