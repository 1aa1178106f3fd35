// A site for program_test.py, with handlers that hang or crash and with threads of its own.
//
// Words in the environment variable SITE switch on further faults, such as "make-hangs".

#include <mastic/mastic.h>
#include <mastic/sockets.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "mastic/threads/thread.h"
#include "mastic/threads/thread_pool.h"

namespace {

using namespace std::chrono_literals;
using mastic::Router;
using mastic::threads::ThreadPool;

bool is_asked_for(std::string_view word) {
  const char* const words = std::getenv("SITE");
  return words != nullptr && std::string_view(words).contains(word);
}

/// Writes the file "hangs", which the test waits for, and never returns.
void hang() {
  std::ofstream("hangs") << "here\n" << std::flush;
  while (true) std::this_thread::sleep_for(1h);
}

/// Calls itself until the stack overflows.
int run_over(int depth) {
  volatile char room[1000] = {};
  room[depth % 1000] = 1;
  return depth < 0 ? 0 : run_over(depth + 1) + room[0];
}

/// Starts a thread in its constructor, before there is a server, like the client of a database.
struct Database {
  Database() {
    threads.submit([] {}).get();
  }
  ~Database() {
    if (is_asked_for("destructor-hangs")) hang();
  }
  ThreadPool threads{{.min_threads = 1, .max_threads = 1}};
};

void fail() { throw std::runtime_error("no way on"); }
void fail_where_nothing_may() noexcept { fail(); }

/// Ends the process by a signal. The sanitizer of undefined behaviour must not report it first.
__attribute__((no_sanitize("undefined"))) void crash(std::string_view how) {
  if (how == "segv") *static_cast<volatile int*>(nullptr) = 1;
  if (how == "call") {
    void (*volatile nothing)() = nullptr;
    nothing();
  }
  if (how == "fpe") raise(SIGFPE);
  if (how == "ill") __builtin_trap();
  if (how == "abort") std::abort();
  if (how == "terminate") fail_where_nothing_may();
  if (how == "overflow") run_over(0);
}

/// Runs `command` in a shell and returns its wait status, which has the number of its signal.
std::string run_command(const char* command) { return std::to_string(std::system(command)); }

Router make_site() {
  std::ofstream("made") << "a site\n";
  if (is_asked_for("make-crashes")) crash("segv");
  if (is_asked_for("make-throws")) throw std::runtime_error("no database at db.example");
  if (is_asked_for("make-hangs")) hang();
  Router site;
  if (!is_asked_for("no-threads")) site.own<Database>();
  site.get<"/">([] { return "here\n"; });
  site.get<"/child/{signal}">([](std::string_view signal) {
    return run_command(("kill -s " + std::string(signal) + " $$").c_str());
  });
  site.get<"/crash/{how}">([](std::string_view how) {
    crash(how);
    return "";
  });
  site.get<"/blocking/crash/{how}">(mastic::blocking, [](std::string_view how) {
    crash(how);
    return "";
  });
  site.get<"/task/crash/{how}">([](std::string_view how) -> mastic::Task<std::string> {
    co_await mastic::sleep_for(1ms);
    crash(how);
    co_return "";
  });
  site.get<"/worker/crash/{how}">([](std::string_view how) -> mastic::Task<std::string> {
    auto work = [how] { crash(how); };
    co_await mastic::run_blocking(work);
    co_return "";
  });
  site.get<"/thread/crash/{how}">([](std::string_view how) {
    std::jthread(mastic::threads::named("importer", [how] { crash(how); })).join();
    return "";
  });
  Router below;
  below.get<"/crash/{how}">([](std::string_view how) {
    crash(how);
    return "";
  });
  site.mount("/below", std::move(below));
  if (is_asked_for("background-crashes")) {
    site.in_background("restock", []() -> mastic::Task<> {
      co_await mastic::sleep_for(1ms);
      crash("segv");
    });
  }
  if (is_asked_for("start-hangs")) site.on_start(hang);
  if (is_asked_for("stop-hangs")) site.on_stop(hang);
  site.get<"/wait">([]() -> mastic::Task<std::string> {
    while (!std::filesystem::exists("go")) co_await mastic::sleep_for(1ms);
    co_return "gone\n";
  });
  site.get<"/hang">([] {
    hang();
    return "";
  });
  return site;
}

/// Hangs at the line "hang", crashes at "crash", and sends back any other line.
void answer(mastic::BlockingConnection& connection) {
  while (const auto line = connection.read_line()) {
    if (*line == "hang") hang();
    if (*line == "crash") crash("segv");
    connection.write(*line + "\n");
  }
}

int serve_sockets() {
  const Database database;
  mastic::UnixServer server(mastic::ConnectionHandler(answer), {.drain_timeout = 10ms});
  if (!server.listen("socket")) return 1;
  return server.run();
}

}  // namespace

int main(int argc, char** argv) {
  if (is_asked_for("own-reporter")) {
    struct sigaction own{};
    own.sa_handler = [](int) {
      (void)!write(STDERR_FILENO, "a reporter of its own\n", 22);
      _exit(42);
    };
    sigaction(SIGSEGV, &own, nullptr);
  }
  if (is_asked_for("socket-server")) return serve_sockets();
  if (is_asked_for("ready-made")) return mastic::run(make_site(), argc, argv);
  return mastic::run(make_site, argc, argv);
}
