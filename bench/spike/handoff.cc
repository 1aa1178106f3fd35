// The hand-off spike: an experiment that shows whether a loop can move between threads, and the
// cost.
//
// It has one loop (epoll readiness; transfer by io_uring batches or by plain calls), one watch
// thread and a reserve of rescuers. A driver runs handlers inline, within a bracket that tells the
// watch that it is in user code:
//
//     driver   ── open ── handler ─────────────── close: lost ── post the answer ── back to pool
//     watch       tick: inside ── tick: same bracket, steal ──► a rescuer drives the loop
//
// A driver that is in the same bracket at two ticks of the watch loses the loop to a rescuer, and
// posts its answer when the handler has returned. The route of this handler runs on workers from
// then on. ADR 0001 is the decision that this experiment led to.
//
//     handoff PORT [io_uring|syscall] [bracket|bare] [remember|forget]
//
// Routes: /quick, /sleep (50 ms), /spin (50 ms of CPU), /disk (64 KiB past the page cache), /leave
// (the answer comes from another thread). Each answers its own path with its query, so that a
// client notices an answer that is not its own. It has no parser, no limits, no pipelining and no
// back-pressure.

#include <fcntl.h>
#include <liburing.h>
#include <sys/eventfd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/floor/floor.h"

using namespace floor_program;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kBatch = 64;
constexpr int kThreads = 40;  // rescuers and workers together

// ---- handlers: user code, which knows nothing of the loop ----

/// One request and its answer. The target is copied from the receive buffer, which stays the loop's
/// when a handler outlives its driver's hold on the loop.
struct Exchange {
  int fd;
  std::string target;
  std::string answer;
};

void sleep_a_while() { std::this_thread::sleep_for(50ms); }

void spin_a_while() {
  const auto end = Clock::now() + 50ms;
  while (Clock::now() < end) {
  }
}

void read_from_disk() {
  static const int fd = [] {
    char name[] = "handoff-disk-XXXXXX";
    const int created = mkstemp(name);
    unlink(name);
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 16; ++i)
      check(static_cast<int>(write(created, block.data(), block.size())), "write");
    fsync(created);
    return created;
  }();
  static std::atomic<unsigned> turn{0};
  const off_t offset = static_cast<off_t>(turn++ % 256) * 65536;
  posix_fadvise(fd, offset, 65536, POSIX_FADV_DONTNEED);  // drops it from the page cache
  std::vector<char> block(65536);
  check(static_cast<int>(pread(fd, block.data(), block.size(), offset)), "pread");
}

void handle(Exchange& exchange) {
  const std::string_view target = exchange.target;
  if (target.starts_with("/sleep")) sleep_a_while();
  if (target.starts_with("/spin")) spin_a_while();
  if (target.starts_with("/disk")) read_from_disk();
  exchange.answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(target.size() + 1) +
                    "\r\n\r\n" + exchange.target + "\n";
}

// ---- the bracket: the thread whose compare-and-swap succeeds owns the loop ----

class LoopOwnership {
 public:
  /// Enters user code. The sequence is odd while inside, and the token identifies this one bracket.
  uint64_t open() {
    const uint64_t token = sequence_.load(std::memory_order_relaxed) + 1;
    sequence_.store(token, std::memory_order_release);
    return token;
  }

  /// Leaves user code. Returns whether the driver still owns the loop.
  bool close(uint64_t token) { return leave(token); }

  /// Called by the watch. Returns whether it now owns the loop.
  bool steal(uint64_t seen) { return leave(seen); }

  uint64_t look() const { return sequence_.load(std::memory_order_acquire); }
  static bool inside(uint64_t seen) { return (seen & 1) != 0; }

 private:
  bool leave(uint64_t token) {
    return sequence_.compare_exchange_strong(token, token + 1, std::memory_order_acq_rel);
  }

  std::atomic<uint64_t> sequence_{0};
};

// ---- the loop: it holds its whole state, so nothing of it is on a driver's stack ----

struct Options {
  bool ring = true;
  bool bracket = true;
  bool remember = true;
};

class Loop;

/// Threads that wait for a loop to drive, as rescuers, or for a job to run, as workers.
class Pool {
 public:
  void start(int threads) {
    for (int i = 0; i < threads; ++i) std::thread([this] { work(); }).detach();
  }
  void rescue(Loop& loop) { put({&loop, nullptr}, true); }
  void run(std::function<void()> job) { put({nullptr, std::move(job)}, false); }

 private:
  struct Order {
    Loop* loop;
    std::function<void()> job;
  };
  void put(Order order, bool urgent) {
    {
      const std::lock_guard lock(mutex_);
      if (urgent)
        orders_.push_front(std::move(order));
      else
        orders_.push_back(std::move(order));
    }
    ready_.notify_one();
  }
  void work();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Order> orders_;
};

class Loop {
 public:
  Loop(int port, Options options, Pool& pool) : options_(options), pool_(pool) {
    listener_ = listen_on(port);
    epoll_ = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    wake_ = check(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    watch(epoll_, listener_, EPOLLIN);
    watch(epoll_, wake_, EPOLLIN | EPOLLET);
    if (options.ring) check(io_uring_queue_init(kBatch, &ring_, 0), "io_uring_queue_init");
  }

  /// Drives the loop on this thread until the watch takes it away.
  void drive() {
    // A route is still marked as running when this driver has taken the loop from a stuck one.
    if (options_.remember && !running_.empty()) slow_routes_.emplace(running_, true);
    running_.clear();
    while (run_handlers()) {
      flush();
      receive();
    }
  }

  /// One tick of the watch: takes the loop from a driver that it has seen twice in the same
  /// bracket.
  bool take_if_stuck() {
    const uint64_t now = ownership_.look();
    const bool stuck = LoopOwnership::inside(now) && now == last_seen_;
    last_seen_ = now;
    if (!stuck || !ownership_.steal(now)) return false;
    ++thefts;
    return true;
  }

  /// Gives the loop an answer that was made elsewhere. From any thread.
  void post(std::unique_ptr<Exchange> done) {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(done));
    }
    const uint64_t one = 1;
    check(static_cast<int>(write(wake_, &one, sizeof one)), "write");
  }

  std::atomic<int> thefts{0};
  std::atomic<int> queued{0};

 private:
  /// Runs the handlers of all received requests. Returns false when the loop was taken away: then
  /// this thread must not touch it any more, because another one drives it.
  bool run_handlers() {
    while (next_ < received_.size()) {
      auto exchange = std::move(received_[next_++]);
      const std::string route = exchange->target.substr(0, exchange->target.find('?'));
      if (route == "/leave" || slow_routes_.contains(route)) {
        ++queued;
        pool_.run([this, kept = std::make_shared<std::unique_ptr<Exchange>>(std::move(exchange))] {
          handle(**kept);
          post(std::move(*kept));
        });
        continue;
      }
      if (!options_.bracket) {
        handle(*exchange);
        answering_.push_back(std::move(exchange));
        continue;
      }
      running_ = route;
      const uint64_t token = ownership_.open();
      handle(*exchange);
      if (!ownership_.close(token)) {
        post(std::move(exchange));
        return false;
      }
      running_.clear();
      answering_.push_back(std::move(exchange));
    }
    received_.clear();
    next_ = 0;
    return true;
  }

  void receive() {
    epoll_event events[kBatch];
    const int ready = epoll_wait(epoll_, events, kBatch, -1);
    int count = 0;
    int receiving[kBatch];
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener_)
        accept_all(listener_, epoll_);
      else if (fd == wake_)
        take_posted();
      else
        receiving[count++] = fd;
    }
    if (options_.ring && count > 1) {
      for (int i = 0; i < count; ++i) {
        io_uring_sqe* entry = io_uring_get_sqe(&ring_);
        io_uring_prep_recv(entry, receiving[i], buffers_[i], sizeof buffers_[0], MSG_DONTWAIT);
        entry->user_data = static_cast<unsigned>(i);
      }
      submit([&](unsigned i, int size) { start(receiving[i], buffers_[i], size); });
    } else {
      for (int i = 0; i < count; ++i) {
        start(receiving[i], buffers_[0],
              static_cast<int>(recv(receiving[i], buffers_[0], sizeof buffers_[0], 0)));
      }
    }
  }

  void flush() {
    const size_t count = answering_.size();
    if (options_.ring && count > 1) {
      for (size_t first = 0; first < count; first += kBatch) {
        for (size_t i = first; i < std::min(count, first + kBatch); ++i) {
          io_uring_sqe* entry = io_uring_get_sqe(&ring_);
          const std::string& answer = answering_[i]->answer;
          io_uring_prep_send(entry, answering_[i]->fd, answer.data(), answer.size(),
                             MSG_DONTWAIT | MSG_NOSIGNAL);
          entry->user_data = i;
        }
        submit([](unsigned, int) {});
      }
    } else {
      for (const auto& exchange : answering_) {
        send(exchange->fd, exchange->answer.data(), exchange->answer.size(), MSG_NOSIGNAL);
      }
    }
    answering_.clear();
  }

  template <class Each>
  void submit(Each each) {
    io_uring_submit(&ring_);
    io_uring_cqe* completion;
    unsigned head;
    unsigned seen = 0;
    io_uring_for_each_cqe(&ring_, head, completion) {
      each(static_cast<unsigned>(completion->user_data), completion->res);
      ++seen;
    }
    io_uring_cq_advance(&ring_, seen);
  }

  void start(int fd, const char* bytes, int size) {
    if (size <= 0) {
      close(fd);
      return;
    }
    const std::string_view head(bytes, static_cast<size_t>(size));
    const size_t begin = head.find(' ') + 1;
    const size_t end = head.find(' ', begin);
    received_.push_back(
        std::make_unique<Exchange>(Exchange{fd, std::string(head.substr(begin, end - begin)), {}}));
  }

  void take_posted() {
    const std::lock_guard lock(mutex_);
    for (auto& done : posted_) answering_.push_back(std::move(done));
    posted_.clear();
  }

  const Options options_;
  Pool& pool_;
  int listener_, epoll_, wake_;
  io_uring ring_;
  LoopOwnership ownership_;
  uint64_t last_seen_ = 0;  // used by the watch only
  char buffers_[kBatch][4096];
  std::vector<std::unique_ptr<Exchange>> received_, answering_;
  size_t next_ = 0;
  std::string running_;  // the route of the open bracket; drive() finds it set after a steal
  std::unordered_map<std::string, bool> slow_routes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Exchange>> posted_;
};

void Pool::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return !orders_.empty(); });
    Order order = std::move(orders_.front());
    orders_.pop_front();
    lock.unlock();
    if (order.loop)
      order.loop->drive();
    else
      order.job();
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "syscall") options.ring = false;
    if (word == "bare") options.bracket = false;
    if (word == "forget") options.remember = false;
  }
  static Pool pool;
  static Loop loop(std::atoi(argv[1]), options, pool);
  pool.start(kThreads);
  pool.rescue(loop);
  for (int tick = 1; options.bracket; ++tick) {
    std::this_thread::sleep_for(1ms);
    if (loop.take_if_stuck()) pool.rescue(loop);
    if (tick % 2000 == 0) {
      std::fprintf(stderr, "thefts %d, to workers %d\n", loop.thefts.load(), loop.queued.load());
    }
  }
  pause();
}
