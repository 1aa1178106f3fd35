// Plays the clients of a server within the server's own process, so that its instructions can be
// counted. It is preloaded (LD_PRELOAD) and replaces epoll_wait. Each time a loop is about to wait,
// all clients send their requests at once, and the next time they receive the answers. So every
// turn serves all connections, on any machine and under any load, and the program is the one that
// users run.
//
// MASTIC_CLIENTS tells what to play: "PORT CONNECTIONS PIPELINED ROUNDS PATH". Afterwards the
// process exits, with code 0 when every answer was complete and correct.
//
// callgrind does not count `play_clients` (bench/instructions_bench.py).

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kPatienceMs = 20;  // so that a loop may need several turns for an answer

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "clients: %s\n", what);
  _exit(1);
}

struct Client {
  int socket = -1;
  std::size_t received = 0;  ///< bytes received in this round
};

class Clients {
 public:
  Clients() {
    char path[256] = "";
    const char* const script = std::getenv("MASTIC_CLIENTS");
    expect(script != nullptr && std::sscanf(script, "%d %zu %zu %d %255s", &port_, &count_,
                                            &pipelined_, &rounds_left_, path) == 5,
           "set MASTIC_CLIENTS=\"PORT CONNECTIONS PIPELINED ROUNDS PATH\"");
    // The request that wrk sends.
    request_ = "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
  }

  /// Receives the answers; when all have come, sends the requests of the next round.
  void play() {
    const std::lock_guard lock(mutex_);  // several loops may call it
    const bool is_first = clients_.empty();
    if (is_first) connect_all();
    for (Client& client : clients_) {
      if (!is_first && !take(client)) return;
    }
    if (rounds_left_-- == 0) _exit(0);
    for (Client& client : clients_) ask(client);
  }

 private:
  void connect_all() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = 0; i < count_; ++i) {
      const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr generic{};
      std::memcpy(&generic, &address, sizeof generic);
      expect(connect(one, &generic, sizeof generic) == 0, "cannot connect");
      clients_.push_back({one});
    }
  }

  void ask(Client& client) {
    std::string requests;
    for (std::size_t i = 0; i < pipelined_; ++i) requests += request_;
    expect(send(client.socket, requests.data(), requests.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(requests.size()),
           "a request could not be sent");
    client.received = 0;
  }

  /// Receives what has come for a client. Returns whether all answers of the round are complete.
  bool take(Client& client) {
    while (client.received < answer_bytes_ * pipelined_) {
      pollfd readable{client.socket, POLLIN, 0};
      if (poll(&readable, 1, kPatienceMs) == 0) return false;
      const ssize_t got = recv(client.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      expect(got > 0, "the server closed a connection");
      const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
      if (client.received == 0) expect(bytes.starts_with(kGood), "an answer is wrong");
      if (answer_bytes_ == kUnknown) answer_bytes_ = size_of_first(bytes);
      client.received += bytes.size();
    }
    expect(client.received == answer_bytes_ * pipelined_, "an answer has another length");
    return true;
  }

  static std::size_t size_of_first(std::string_view answers) {
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = answers.find(kLength);
    const std::size_t end = answers.find("\r\n\r\n");
    expect(at < end && end != answers.npos, "an answer is wrong");
    return end + 4 + std::strtoul(answers.data() + at + kLength.size(), nullptr, 10);
  }

  static constexpr std::size_t kUnknown = 1 << 30;
  static constexpr std::string_view kGood = "HTTP/1.1 200 OK\r\n";
  int port_ = 0;
  std::size_t count_ = 0;
  std::size_t pipelined_ = 0;
  int rounds_left_ = 0;
  std::string request_;
  std::mutex mutex_;
  std::vector<Client> clients_;
  std::size_t answer_bytes_ = kUnknown;  ///< the length of one answer; all have the same
  std::vector<char> buffer_ = std::vector<char>(1 << 20);
};

}  // namespace

extern "C" [[gnu::noinline]] void play_clients() {
  static Clients clients;
  clients.play();
}

/// Replaces the function of the C library. The main thread only waits for the end of the server;
/// all other threads that call it drive loops.
extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout_ms) {
  const bool is_loop = gettid() != getpid();
  if (is_loop) play_clients();
  const int patience =
      is_loop ? std::min<unsigned>(static_cast<unsigned>(timeout_ms), kPatienceMs) : timeout_ms;
  return epoll_pwait(epoll, events, most, patience, nullptr);
}

/// Replaces the function of the C library. Valgrind 3.19 does not know openat2, which opens a
/// static file once; openat is good enough for counting.
extern "C" long syscall(long number, ...) noexcept {
  using Call = long (*)(long, long, long, long, long, long, long);
  static const auto real = reinterpret_cast<Call>(dlsym(RTLD_NEXT, "syscall"));
  va_list list;
  va_start(list, number);
  long words[6];
  for (long& word : words) word = va_arg(list, long);
  va_end(list);
  if (number == SYS_openat2) {
    const auto* const how = reinterpret_cast<const open_how*>(words[2]);
    return openat(static_cast<int>(words[0]), reinterpret_cast<const char*>(words[1]),
                  static_cast<int>(how->flags));
  }
  return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
