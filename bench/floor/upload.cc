// The floor of uploads: copies what one client after another sends to a file, 256 KiB at a time, and
// answers. Usage: PROGRAM PORT FILE
//
// Like Body::save_to it waits until the disk has the content, and then renames the file to its name.

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "bench/floor/floor.h"

using namespace floor_program;

namespace {

constexpr size_t kBlockBytes = 256 * 1024;
constexpr std::string_view kDone =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\ndone\n";

/// Reads the head byte by byte up to its end and returns the announced length.
uint64_t read_head(int fd) {
  std::string head;
  char c;
  while (!head.ends_with("\r\n\r\n") && read(fd, &c, 1) == 1) head += c;
  const size_t at = head.find("Content-Length: ");
  return at == head.npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10);
}

void write_all(int file, const char* bytes, size_t size) {
  while (size > 0) {
    const auto written =
        static_cast<size_t>(check(static_cast<int>(write(file, bytes, size)), "write"));
    bytes += written;
    size -= written;
  }
}

/// Copies `left` bytes. Returns false when the client leaves before.
bool copy(int fd, int file, uint64_t left, std::vector<char>& block) {
  size_t have = 0;
  while (left > 0) {
    const ssize_t got =
        read(fd, block.data() + have, std::min<uint64_t>(block.size() - have, left));
    if (got <= 0) return false;
    have += static_cast<size_t>(got);
    left -= static_cast<uint64_t>(got);
    if (have == block.size() || left == 0) {
      write_all(file, block.data(), have);
      have = 0;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PORT FILE\n", argv[0]);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(std::atoi(argv[1]));
  fcntl(listener, F_SETFL, 0);  // this program waits in its calls
  const std::string part = std::string(argv[2]) + ".part";
  std::vector<char> block(kBlockBytes);
  for (;;) {
    const int fd = check(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accept");
    const int file = check(open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), part.c_str());
    if (copy(fd, file, read_head(fd), block)) {
      check(fsync(file), "fsync");
      check(rename(part.c_str(), argv[2]), argv[2]);
      write_all(fd, kDone.data(), kDone.size());
    }
    close(file);
    close(fd);
  }
}
