// Bodies that are read and produced in pieces: over real connections, on loops that change threads at
// every job, with clients that leave in the middle, and without memory.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mastic/app/body_lines.h"
#include "mastic/app/json_array.h"
#include "mastic/app/json_elements.h"
#include "mastic/async/sleep.h"
#include "mastic/base/allocations_testing.h"
#include "mastic/base/failures.h"
#include "mastic/base/temp_tree.h"
#include "mastic/loop/runtime.h"
#include "mastic/routing/router.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"

namespace mastic::server {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using app::Body;
using app::Request;
using app::Response;
using async::Generator;
using async::Task;
using routing::Router;

struct Number {
  int number = 0;
};

/// Counts the generators that run.
struct Running {
  explicit Running(std::atomic<int>& of) : count(of) { ++count; }
  ~Running() { --count; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  std::atomic<int>& count;
};

Generator<std::string> words_of(std::string word, int count, std::atomic<int>& running) {
  const Running here(running);
  for (int i = 0; i < count; ++i) {
    if (i % 4 == 0) co_await async::sleep_for(100us);
    co_yield word;
  }
}
Generator<Number> numbers_from(int first, int count, std::atomic<int>& running) {
  const Running here(running);
  for (int i = 0; i < count; ++i) {
    const Number number{first + i};
    co_yield number;
  }
}

/// The sum of the numbers that were sent line by line.
Task<std::string> sum_lines(Request& request) {
  app::BodyLines lines(request.body());
  int sum = 0;
  while (const auto line = co_await lines.next()) sum += std::stoi(std::string(*line));
  co_return std::to_string(sum);
}
Task<std::string> sum_elements(Request& request) {
  app::JsonElements<Number> numbers(request.body());
  int sum = 0;
  while (const auto number = co_await numbers.next()) sum += number->number;
  co_return std::to_string(sum);
}

struct BodyStreamTest : testing::TestWithParam<loop::Scheduler::HandOff> {
  BodyStreamTest() {
    options.drain_idle = options.linger_idle = 20ms;
    site.get<"/words/{word}">([this](std::string word) {
      return Response::text_body(Body::produced_by(words_of(std::move(word), 20, running)));
    });
    site.get<"/endless">([this] {
      return Response::text_body(
          Body::produced_by(words_of(std::string(10'000, 'x'), 1 << 30, running)));
    });
    site.get<"/numbers/{first:int}">(
        [this](int first) { return app::json_array(numbers_from(first, 3, running)); });
    site.get<"/blocking/{word}">([](std::string word) {
      return Response::text_body(Body::produced_by(
          app::blocking, [word = std::move(word), n = 0]() mutable -> std::optional<std::string> {
            return n++ < 20 ? std::optional(word) : std::nullopt;
          }));
    });
    site.post<"/lines">(sum_lines);
    site.post<"/elements">(sum_elements);
    site.put<"/files/{name}">([this](Request& request, std::string name) -> Task<std::string> {
      try {
        const auto bytes = co_await request.body().save_to(directory / name);
        co_return std::to_string(bytes);
      } catch (...) {
        ++told;
        throw;
      }
    });
    runtime = loop::Runtime::open({.loops = 2, .threads = {.hand_off = GetParam()}}, log,
                                  base::system_kernel())
                  .value();
    server =
        std::make_unique<Server>(app::App(std::move(site)), options, log, base::system_kernel());
    EXPECT_TRUE(server->listen(*base::Address::parse("127.0.0.1:0")));
    EXPECT_TRUE(server->start_on(*runtime));
    EXPECT_TRUE(runtime->start());
  }
  ~BodyStreamTest() override { server.reset(); }
  /// Waits until `holds` returns true, for five seconds at most.
  template <class Holds>
  [[nodiscard]] static bool soon(Holds holds) {
    for (int i = 0; i < 5000 && !holds(); ++i) std::this_thread::sleep_for(1ms);
    return holds();
  }

  RecordingLog log;
  Options options;
  base::TempTree tree;
  fs::path directory = tree.path();
  Router site;
  std::atomic<int> running{0};
  std::atomic<int> told{0};
  std::unique_ptr<loop::Runtime> runtime;
  std::unique_ptr<Server> server;
};

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}
std::string posting(std::string_view method_and_path, std::string_view content) {
  return std::string(method_and_path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
         std::string(content);
}

TEST_P(BodyStreamTest, EachClientGetsWhatWasMadeOfWhatItSent) {
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int number = 0; number < 4; ++number) {
    clients.emplace_back([&, number] {
      Client client(server->addresses()[0]);
      const std::string text = std::to_string(number);
      const std::string saved(300'000, static_cast<char>('a' + number));
      for (int i = 0; i < 5; ++i) {
        if (client.get("/words/w" + text) == repeat("w" + text, 20)) ++right;
        if (client.get("/blocking/b" + text) == repeat("b" + text, 20)) ++right;
        const std::string array = client.get("/numbers/" + text);
        if (array.starts_with("[{\"number\":" + text + "}")) ++right;
        client.send(posting("POST /lines", repeat(text + "\n", 10'000)));
        if (client.answer().content == std::to_string(number * 10'000)) ++right;
        const std::string element = "{\"number\":" + text + "}";
        client.send(posting("POST /elements", "[" + repeat(element + ",", 9'999) + element + "]"));
        if (client.answer().content == std::to_string(number * 10'000)) ++right;
        client.send(posting("PUT /files/" + text, saved));
        if (client.answer().content == "300000") ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 4 * 5 * 6);
  EXPECT_TRUE(soon([&] { return running == 0; }));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 4);
}

TEST_P(BodyStreamTest, DestroysTheGeneratorOfAClientThatLeaves) {
  for (int i = 0; i < 20; ++i) {
    Client client(server->addresses()[0]);
    client.ask("/endless");
    EXPECT_FALSE(client.receive_some().empty());
  }
  EXPECT_TRUE(soon([&] { return running == 0; })) << running;
}

TEST_P(BodyStreamTest, TellsTheHandlerAndLeavesNoFileWhenAnUploadIsCut) {
  const std::string whole = posting("PUT /files/cut", std::string(2'000'000, 'x'));
  for (const std::size_t cut : {100u, 70'000u, 1'000'000u, 2'000'000u}) {
    const int before = told;
    {
      Client client(server->addresses()[0]);
      client.send(std::string_view(whole).substr(0, cut));
    }
    EXPECT_TRUE(soon([&] { return told == before + 1; })) << "cut at " << cut;
  }
  EXPECT_TRUE(fs::is_empty(directory));
}

INSTANTIATE_TEST_SUITE_P(HandOffs, BodyStreamTest,
                         testing::Values(loop::Scheduler::HandOff::WhenStuck,
                                         loop::Scheduler::HandOff::Always),
                         [](const auto& each) {
                           return each.param == loop::Scheduler::HandOff::Always ? "Always"
                                                                                 : "WhenStuck";
                         });

// ---- without memory ----

class DeafLog final : public base::Log {
 public:
  void write(const base::LogRecord&) noexcept override {}
};

/// A shard on real sockets, because the real kernel allocates nothing in this process.
struct BodyMemoryTest : testing::Test {
  BodyMemoryTest() {
    site.get<"/words">([this] {
      return Response::text_body(Body::produced_by(words_of("word ", 3, running)))
          .set_trailers({"X-Sum"}, [] {
            http::Fields fields;
            fields.add("X-Sum", "3");
            return fields;
          });
    });
    site.post<"/lines">(sum_lines);
    site.post<"/elements">(sum_elements);
    app.emplace(std::move(site));
    shard.emplace(*loop, *app, options, log, counters);
  }
  ~BodyMemoryTest() override {
    shard->abort_all();
    while (counters.connections() > 0 || shard->exchanges() > 0) (void)loop->turn(0s);
  }
  /// Sends `request` on a new connection while an allocation fails, and returns what comes back
  /// before the time of the handler is over.
  std::string talk(std::string_view request, base::Failures& failures) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    base::Descriptor server_end(base::system_kernel(), ends[0]);
    const base::Descriptor client(base::system_kernel(), ends[1]);
    shard->adopt(std::make_unique<net::SocketStream>(*loop, std::move(server_end)), {});
    EXPECT_GT(send(client.fd(), request.data(), request.size(), MSG_NOSIGNAL), 0);
    failures.during([&] {
      for (int i = 0; i < 8; ++i) (void)loop->turn(1ms);
    });
    for (int i = 0; i < 8; ++i) (void)loop->turn(1ms);
    char bytes[4096];
    const ssize_t got = recv(client.fd(), bytes, sizeof bytes, MSG_DONTWAIT);
    return {bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  DeafLog log;
  ServerCounters counters;
  Options options;
  Router site;
  std::atomic<int> running{0};
  std::optional<app::App> app;
  std::unique_ptr<loop::Loop> loop =
      loop::Loop::open(base::system_kernel(), loop::TransferKind::Syscall).value();
  std::optional<Shard> shard;
};

TEST_F(BodyMemoryTest, AnAnswerIsWholeOrVisiblyNot) {
  if (!base::counts_allocations()) GTEST_SKIP();
  const std::string requests[] = {"GET /words HTTP/1.1\r\nHost: a\r\n\r\n",
                                  posting("POST /lines", repeat("1\n", 9'000)),
                                  posting("POST /elements", "[{\"number\":1},{\"number\":2}]")};
  for (const std::string& request : requests) {
    std::string answer;
    const auto run = [&](base::Failures& failures) {
      answer = talk(request, failures);
      const bool looks_whole =
          answer.starts_with("HTTP/1.1 200") &&
          (answer.contains("\r\n0\r\n") || !answer.contains("Transfer-Encoding"));
      const bool is_right = answer.ends_with("0\r\nX-Sum: 3\r\n\r\n") ||
                            answer.ends_with("\r\n\r\n9000") || answer.ends_with("\r\n\r\n3");
      EXPECT_TRUE(is_right || !looks_whole) << failures.text() << ": " << answer;
    };
    EXPECT_GT(base::for_each_failure(run).allocations, 2u) << request;
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  }
  shard->abort_all();
  while (shard->exchanges() > 0) (void)loop->turn(0s);
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace mastic::server
