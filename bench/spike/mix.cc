// The client of the hand-off spike: blocking connections that each use one route and check every
// answer.
//
//     mix PORT SECONDS ROUTE=CLIENTS ...        e.g. mix 9000 3 /quick=16 /sleep=16
//
// Prints a line per route: answers, answers per second, p50, p99 and the longest wait in
// milliseconds, and the number of answers that belonged to another client.

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "bench/floor/floor.h"

using namespace floor_program;
using Clock = std::chrono::steady_clock;

namespace {

struct Tally {
  std::vector<double> waits_ms;
  long wrong = 0;
};

int connect_to(int port) {
  const int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  return fd;
}

void ask(int port, const std::string& route, int client, Clock::time_point end, Tally& tally) {
  const int fd = connect_to(port);
  char buffer[4096];
  for (int n = 0; Clock::now() < end; ++n) {
    const std::string target = route + "?" + std::to_string(client) + "." + std::to_string(n);
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const auto begin = Clock::now();
    check(static_cast<int>(send(fd, request.data(), request.size(), MSG_NOSIGNAL)), "send");
    const int size = check(static_cast<int>(recv(fd, buffer, sizeof buffer, 0)), "recv");
    const std::chrono::duration<double, std::milli> wait = Clock::now() - begin;
    tally.waits_ms.push_back(wait.count());
    const std::string_view answer(buffer, static_cast<size_t>(size));
    if (!answer.ends_with("\r\n\r\n" + target + "\n")) ++tally.wrong;
  }
  close(fd);
}

void report(const std::string& route, std::vector<Tally>& tallies, double seconds) {
  Tally all;
  for (Tally& one : tallies) {
    all.waits_ms.insert(all.waits_ms.end(), one.waits_ms.begin(), one.waits_ms.end());
    all.wrong += one.wrong;
  }
  std::sort(all.waits_ms.begin(), all.waits_ms.end());
  const size_t count = all.waits_ms.size();
  if (count == 0) return;
  std::printf("%-8s %8zu answers %8.0f/s  p50 %7.2f  p99 %7.2f  max %7.2f ms  wrong %ld\n",
              route.c_str(), count, static_cast<double>(count) / seconds, all.waits_ms[count / 2],
              all.waits_ms[count * 99 / 100], all.waits_ms.back(), all.wrong);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: mix PORT SECONDS ROUTE=CLIENTS ...\n");
    return 2;
  }
  const int port = std::atoi(argv[1]);
  const double seconds = std::atof(argv[2]);
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(seconds));
  const auto routes = static_cast<size_t>(argc - 3);
  std::vector<std::string> names(routes);
  std::vector<std::vector<Tally>> tallies(routes);
  std::vector<std::thread> threads;
  for (size_t r = 0; r < routes; ++r) {
    const std::string word = argv[r + 3];
    names[r] = word.substr(0, word.find('='));
    tallies[r].resize(static_cast<size_t>(std::atoi(word.c_str() + word.find('=') + 1)));
    for (size_t c = 0; c < tallies[r].size(); ++c) {
      threads.emplace_back(ask, port, names[r], static_cast<int>(c), end, std::ref(tallies[r][c]));
    }
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t r = 0; r < routes; ++r) report(names[r], tallies[r], seconds);
}
