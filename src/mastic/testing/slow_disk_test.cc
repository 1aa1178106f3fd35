// A complete server whose disk hangs.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/forwarding_kernel.h"
#include "mastic/files/static_files.h"
#include "mastic/files/temporary_tree_testing.h"
#include "mastic/routing/router.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using server::Client;

/// A kernel whose file operations hang from `hang` until `go_on`.
class HangingDisk final : public base::ForwardingKernel {
 public:
  HangingDisk() : ForwardingKernel(base::system_kernel()) {}
  ~HangingDisk() override { EXPECT_EQ(hanging, 0); }

  ssize_t sendfile(int to, int from, std::int64_t offset, std::size_t size) override {
    wait();
    return ForwardingKernel::sendfile(to, from, offset, size);
  }
  int openat2(int directory, const char* path, int flags, std::uint64_t resolve) override {
    wait();
    return ForwardingKernel::openat2(directory, path, flags, resolve);
  }
  ssize_t pread(int fd, void* buffer, std::size_t size, std::int64_t offset) override {
    wait();
    return ForwardingKernel::pread(fd, buffer, size, offset);
  }
  void hang() { hangs = true; }
  void go_on() {
    hangs = false;
    gate_.release(1000);
  }
  std::atomic<int> hanging{0};

 private:
  void wait() {
    if (!hangs) return;
    ++hanging;
    gate_.acquire();
    --hanging;
  }
  std::atomic<bool> hangs{false};
  std::counting_semaphore<> gate_{0};
};

struct SlowDisk : ::testing::Test {
  SlowDisk() {
    tree.write("large", std::string(100'000, 'l'));
    tree.write("other", std::string(100'000, 'o'));
    options.loop.loops = 1;
    options.loop.max_disk_waits = 2;
    options.linger_idle = options.drain_idle = 20ms;
    serve();
  }
  void serve() {
    files::Options served;
    served.max_memory_file_bytes = 1000;
    served.precompressed = false;
    routing::Router site;
    site.get("/quick", [] { return "quick"; });
    site.mount("/files", *files::open_static_files(tree.root(), served, disk));
    server = std::make_unique<server::Server>(std::move(site), options, log, disk);
    EXPECT_TRUE(server->listen(*base::Address::parse("127.0.0.1:0")));
    EXPECT_TRUE(server->start());
  }
  [[nodiscard]] Client connect() const { return Client(server->addresses()[0]); }
  /// Connects `count` clients that each send a request for `path` and read nothing yet.
  std::vector<std::unique_ptr<Client>> ask(int count, std::string_view path) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<Client>(connect()));
      clients.back()->ask(path);
    }
    return clients;
  }
  void wait_for(int hanging) const {
    while (disk.hanging < hanging) std::this_thread::yield();
  }

  files::TemporaryTree tree;
  HangingDisk disk;
  server::Options options;
  server::RecordingLog log;
  std::unique_ptr<server::Server> server;
};

TEST_F(SlowDisk, HoldsOnlyAFewThreadsWhileSendingHangs) {
  EXPECT_EQ(connect().get("/files/large").size(), 100'000u);  // opens the file
  disk.hang();
  const auto clients = ask(12, "/files/large");
  wait_for(2);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connect().get("/quick"), "quick");
  EXPECT_LE(disk.hanging, 3) << "one in the first driver of the loop, two in the disk's threads";
  EXPECT_NE(log.text().find("a disk is slow"), std::string::npos);
  disk.go_on();
  for (const auto& client : clients) EXPECT_EQ(client->answer().content.size(), 100'000u);
}

TEST_F(SlowDisk, HoldsOnlyAFewThreadsWhileOpeningHangs) {
  disk.hang();
  const auto clients = ask(12, "/files/other");
  wait_for(2);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connect().get("/quick"), "quick");
  EXPECT_LE(disk.hanging, 4) << "two in drivers of the loop, because the first delay is forgiven";
  disk.go_on();
  for (const auto& client : clients) EXPECT_EQ(client->answer().content.size(), 100'000u);
}

TEST_F(SlowDisk, HoldsOnlyAFewThreadsWhileReadingRangesHangs) {
  EXPECT_EQ(connect().get("/files/large").size(), 100'000u);
  disk.hang();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<Client>(connect()));
    clients.back()->send(
        "GET /files/large HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,50000-50009\r\n\r\n");
  }
  wait_for(2);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connect().get("/quick"), "quick");
  EXPECT_EQ(disk.hanging, 2);
  disk.go_on();
  for (const auto& client : clients) {
    EXPECT_EQ(client->answer().status, http::Status::PartialContent);
  }
}

TEST_F(SlowDisk, AnswersUnavailableAfterTheQueueTimeout) {
  server->drain();
  server->wait();
  options.queue_timeout = 50ms;
  serve();
  disk.hang();
  const auto hanging = ask(4, "/files/other");
  wait_for(4);
  for (const auto& client : ask(6, "/files/other")) {
    const auto answer = client->answer();
    EXPECT_EQ(answer.status, http::Status::ServiceUnavailable);
    EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos) << answer.head;
  }
  disk.go_on();
  for (const auto& client : hanging) EXPECT_EQ(client->answer().content.size(), 100'000u);
}

TEST_F(SlowDisk, FreesClientsThatLeaveWhileTheyWait) {
  EXPECT_EQ(connect().get("/files/large").size(), 100'000u);
  disk.hang();
  auto clients = ask(12, "/files/large");
  wait_for(2);
  clients.clear();
  disk.go_on();
  EXPECT_EQ(connect().get("/quick"), "quick");
  server->drain();
  server->wait();
}

}  // namespace
}  // namespace mastic::testing
