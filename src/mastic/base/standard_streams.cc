#include "mastic/base/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace mastic::base {

Result<void> open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // open() takes the lowest free number. All lower ones are open by now, so it takes this one.
    if (::open("/dev/null", O_RDWR) !=
        stream) {  // NOLINT(android-cloexec-open): children have it too
      return fail("a standard stream is closed, and /dev/null cannot be opened in its place");
    }
  }
  return {};
}

Result<void> print(std::string_view text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) return {};
  return fail("standard output cannot be written: is its disk full?");
}

}  // namespace mastic::base
