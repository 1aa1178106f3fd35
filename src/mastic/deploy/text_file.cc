#include "mastic/deploy/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "mastic/base/descriptor.h"

namespace mastic::deploy {

base::Result<std::string> read_text_file(base::Kernel& kernel, const std::string& path,
                                         std::uint64_t max_bytes) {
  // O_NONBLOCK: opening a FIFO does not wait for a writer. O_NOCTTY: opening a terminal does not
  // make it the process's own.
  const int fd = kernel.open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  if (fd == -ENOENT) return base::fail("does not exist");
  if (fd < 0) return base::fail_with_number(-fd, "cannot be read");
  const base::Descriptor file(kernel, fd);
  struct stat status = {};
  if (const int done = kernel.fstat(fd, status); done < 0) {
    return base::fail_with_number(-done, "cannot be read");
  }
  if (S_ISDIR(status.st_mode)) return base::fail("is a directory, not a file");
  if (!S_ISREG(status.st_mode)) return base::fail("is not a regular file");
  std::string text;
  std::array<char, 16384> buffer;
  // The size that fstat told is not trusted: the file may grow, and files of /proc have no size.
  while (true) {
    const ssize_t got = kernel.read(fd, buffer.data(), buffer.size());
    if (got == -EINTR) continue;
    if (got < 0) return base::fail_with_number(static_cast<int>(-got), "cannot be read");
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      return base::fail("is larger than ", std::to_string(max_bytes),
                        " bytes, which is the most that is read");
    }
  }
}

}  // namespace mastic::deploy
