#include "mastic/base/last_words.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstddef>

namespace mastic::base {

bool write_last_words(int fd, std::string_view text) noexcept {
  constexpr int kPatience = 1000;  // milliseconds
  // A pipe counts as writable when PIPE_BUF bytes fit, so writing a piece of that size never blocks
  // once poll() has reported the pipe writable. The descriptor cannot be made non-blocking instead:
  // other processes share the open file.
  constexpr std::size_t kMost = PIPE_BUF;
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
