// A site for program_test.py: with handlers that go wrong, and threads of its own.
//
// What it does besides is said by words of the environment variable SITE.

#include <mastic/mastic.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "mastic/threads/thread_pool.h"

namespace {

using namespace std::chrono_literals;
using mastic::Router;
using mastic::threads::ThreadPool;

bool is_asked_for(std::string_view word) {
  const char* const words = std::getenv("SITE");
  return words != nullptr && std::string_view(words).contains(word);
}

/// Says that it is here, to whoever waits for the file, and stays.
void hang() {
  std::ofstream("hangs") << "here\n" << std::flush;
  while (true) std::this_thread::sleep_for(1h);
}

/// It has a thread before there is a server, as a client of a database has.
struct Database {
  Database() {
    threads.submit([] {}).get();
  }
  ~Database() {
    if (is_asked_for("destructor-hangs")) hang();
  }
  ThreadPool threads{{.min_threads = 1, .max_threads = 1}};
};

/// The number of the signal that ended `command`, or how it ended.
std::string run_command(const char* command) { return std::to_string(std::system(command)); }

Router make_site() {
  std::ofstream("made") << "a site\n";
  if (is_asked_for("make-throws")) throw std::runtime_error("no database at db.example");
  if (is_asked_for("make-hangs")) hang();
  Router site;
  if (!is_asked_for("no-threads")) site.own<Database>();
  site.get<"/">([] { return "here\n"; });
  site.get<"/child/{signal}">([](std::string_view signal) {
    return run_command(("kill -s " + std::string(signal) + " $$").c_str());
  });
  if (is_asked_for("start-hangs")) site.on_start(hang);
  if (is_asked_for("stop-hangs")) site.on_stop(hang);
  site.get<"/hang">([] {
    hang();
    return "";
  });
  return site;
}

}  // namespace

int main(int argc, char** argv) {
  if (is_asked_for("ready-made")) return mastic::run(make_site(), argc, argv);
  return mastic::run(make_site, argc, argv);
}
