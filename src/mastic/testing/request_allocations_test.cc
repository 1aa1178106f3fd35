// A keep-alive request makes no heap allocations. The tests run a complete server on real sockets
// and count what any of its threads allocates by `operator new` or malloc.
//
// The clients are played on the thread of the loop, whenever it is about to wait. So every turn
// serves all of them at once, and io_uring gets its batches.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/allocations_testing.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/files/static_files.h"
#include "mastic/files/temporary_tree_testing.h"
#include "mastic/net/socket_address.h"
#include "mastic/routing/router.h"
#include "mastic/server/server.h"

namespace mastic::testing {
namespace {

constexpr std::size_t kClients = 16;
constexpr int kWarmUp = 20;  // in rounds; a round is one request from each client
constexpr int kWindow = 20;  // in rounds
constexpr int kWindows = 5;

class NoLog final : public base::Log {
 public:
  void write(const base::LogRecord&) noexcept override {}
};

/// The real kernel, which lets the clients act before the loop waits.
class KernelWithClients final : public base::ForwardingKernel {
 public:
  KernelWithClients() : ForwardingKernel(base::system_kernel()) {}

  /// Makes all clients connect to `server` and request `path` repeatedly, each as soon as it has
  /// its answer. The result is the smallest number of allocations in any window of rounds. Work
  /// that the server does once a second falls into one window, and work for each request into all
  /// of them.
  std::future<std::size_t> play(const base::Address& server, std::string_view path) {
    request_ = "GET " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n";
    net::SocketAddress where(server);
    for (base::Descriptor& client : clients_) {
      client = {base::system_kernel(),
                base::system_kernel().socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
      EXPECT_EQ(base::system_kernel().connect(client.fd(), where.data(), *where.size()), 0);
    }
    auto result = result_.get_future();
    playing_ = true;
    return result;
  }
  /// The first answer of all.
  [[nodiscard]] std::string_view answer() const { return answer_; }

  int epoll_wait(int epoll, std::span<epoll_event> events, int) override {
    if (playing_) play_round();
    return base::system_kernel().epoll_wait(epoll, events, 1);
  }

 private:
  void play_round() {
    if (asked_) {
      for (std::size_t& at = next_; at < kClients; ++at) {
        if (!take(clients_[at])) return;  // the loop needs another turn for this answer
      }
      ++rounds_;
    }
    if (rounds_ >= kWarmUp && (rounds_ - kWarmUp) % kWindow == 0) end_window();
    if (!playing_) return;
    next_ = 0;
    asked_ = true;
    for (const base::Descriptor& client : clients_) {
      (void)base::system_kernel().send(client.fd(), request_.data(), request_.size(), MSG_NOSIGNAL);
    }
  }

  /// Receives the answer of a client; returns false when it has not come yet.
  bool take(const base::Descriptor& client) {
    pollfd readable{client.fd(), POLLIN, 0};
    if (poll(&readable, 1, 10) == 0) return false;
    const ssize_t got = base::system_kernel().recv(client.fd(), buffer_.data(), buffer_.size(), 0);
    const std::string_view bytes(buffer_.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (answer_.empty()) answer_ = bytes;
    are_good_ &= bytes.size() == answer_.size() && bytes.starts_with("HTTP/1.1 200 OK\r\n");
    return true;
  }

  void end_window() {
    const std::size_t now = base::heap_requests_so_far();
    if (rounds_ > kWarmUp) least_ = std::min(least_, now - before_);
    before_ = now;
    if (rounds_ < kWarmUp + kWindow * kWindows) return;
    playing_ = false;
    EXPECT_TRUE(are_good_);
    result_.set_value(least_);
  }

  std::array<base::Descriptor, kClients> clients_;
  std::atomic<bool> playing_ = false;
  bool asked_ = false;
  bool are_good_ = true;
  std::size_t next_ = 0;  ///< the client whose answer is received next
  int rounds_ = 0;
  std::size_t before_ = 0;
  std::size_t least_ = SIZE_MAX;
  std::string request_;
  std::string answer_;
  std::array<char, 65536> buffer_;
  std::promise<std::size_t> result_;
};

struct RequestAllocations : ::testing::TestWithParam<loop::TransferKind> {
  void SetUp() override {
    if (!base::counts_heap_requests()) GTEST_SKIP();
    tree.write("assets/with-a-name-that-is-rather-long.txt", std::string(1024, 'f'));
  }

  /// The number of heap allocations of the server for `kWindow` requests of each client.
  std::size_t of(app::App app, std::string_view path) {
    server::Options options;
    options.loop.loops = 1;
    options.loop.transfer = GetParam();
    options.drain_idle = options.linger_idle = std::chrono::milliseconds(20);
    KernelWithClients kernel;
    server::Server server(std::move(app), options, log, kernel);
    EXPECT_TRUE(server.listen(*base::Address::parse("127.0.0.1:0")));
    EXPECT_TRUE(server.start());
    const std::size_t result = kernel.play(server.addresses()[0], path).get();
    EXPECT_NE(kernel.answer().find("200 OK"), std::string_view::npos);
    return result;
  }

  NoLog log;
  files::TemporaryTree tree;
};

TEST_P(RequestAllocations, AreZeroForAPlainHandler) {
  routing::Router site;
  site.get("/", [] { return "Hello, world!\n"; });
  EXPECT_EQ(of(std::move(site), "/"), 0u);
}

TEST_P(RequestAllocations, AreZeroForAPlainHandlerWithValues) {
  routing::Router site;
  site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) {
    return name == "ada" && times == 3 ? "yes\n" : "no\n";
  });
  EXPECT_EQ(of(std::move(site), "/hi/ada/3"), 0u);
}

TEST_P(RequestAllocations, AreZeroForATask) {
  routing::Router site;
  site.get("/", [](app::Request&) -> app::Task<std::string> { co_return "Hello, world!\n"; });
  EXPECT_EQ(of(std::move(site), "/"), 0u);
}

TEST_P(RequestAllocations, AreZeroForAStaticFileFromMemory) {
  routing::Router site;
  site.mount("/files", files::static_files(tree.root()));
  EXPECT_EQ(of(std::move(site), "/files/assets/with-a-name-that-is-rather-long.txt"), 0u);
}

TEST_P(RequestAllocations, AreCountedInAHandler) {
  routing::Router site;
  site.get("/new", [] { return std::string(100, 'x'); });
  EXPECT_GE(of(std::move(site), "/new"), kClients * kWindow);
}

TEST_P(RequestAllocations, AreCountedInTheCLibrary) {
  routing::Router site;
  site.get("/malloc", [] {
    // Through a volatile pointer, or the compiler would remove both malloc and free.
    void* (*volatile allocate)(std::size_t) = std::malloc;
    void* const memory = allocate(100);
    std::free(memory);
    return "Hello, world!\n";
  });
  EXPECT_GE(of(std::move(site), "/malloc"), kClients * kWindow);
}

INSTANTIATE_TEST_SUITE_P(, RequestAllocations,
                         ::testing::Values(loop::TransferKind::Syscall,
                                           loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

}  // namespace
}  // namespace mastic::testing
