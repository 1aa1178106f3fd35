// What a shard provides to its connections, to the protocols they speak, and to its exchanges.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/app/rejected_request.h"
#include "mastic/base/log.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/loop.h"
#include "mastic/net/protocol_task.h"
#include "mastic/server/hang_policy.h"
#include "mastic/server/held_tasks.h"
#include "mastic/server/options.h"
#include "mastic/server/orphan_list.h"
#include "mastic/server/page_pool.h"
#include "mastic/server/server_counters.h"
#include "mastic/server/shard_drain.h"
#include "mastic/wire/http1/response_head.h"

namespace mastic::server {

/// The loop, the application, and everything that the requests of a shard share. This class knows
/// neither connections nor protocols. Code that serves a request needs nothing else of the shard.
/// Used on the loop, except where a member says otherwise.
class ShardServices : public net::ProtocolServer {
 public:
  ShardServices(const ShardServices&) = delete;
  ShardServices& operator=(const ShardServices&) = delete;

  [[nodiscard]] loop::Loop& loop() const { return loop_; }
  [[nodiscard]] const app::App& app() const { return app_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] base::Log& log() const final { return log_; }
  [[nodiscard]] ServerCounters& counters() const { return counters_; }
  /// Whether requests and answers hold as much memory as they may (max_inflight_bytes).
  [[nodiscard]] bool is_full() const { return counters_.is_full(options_.max_inflight_bytes); }

  /// Returns the memory for one exchange. The exchange counts as running until the page is given
  /// back. Throws std::bad_alloc.
  [[nodiscard]] std::span<std::byte> take_page() { return pages_.take(); }
  /// Gives a page back; a draining shard may settle in this call.
  void give_back_page(std::byte* page) {
    pages_.give_back(page);
    if (draining_) check_settled();
  }
  /// Exchanges whose connection is gone while their application still runs.
  [[nodiscard]] OrphanList& orphans() { return orphans_; }
  void task_begins(net::ProtocolTask& task) noexcept final { protocol_tasks_.add(task); }
  void task_ended(net::ProtocolTask& task) noexcept final {
    protocol_tasks_.remove(task);
    if (draining_) check_settled();
  }
  void task_holds(net::ProtocolTask& task, int thread) noexcept final {
    held_tasks_.holds(task, thread);
  }
  void task_returned(net::ProtocolTask& task) noexcept final { held_tasks_.returned(task); }
  [[nodiscard]] base::Duration drain_timeout() const final { return options_.drain_timeout; }
  /// Reports that the shard has settled, if it drains and has nothing left to wait for.
  virtual void check_settled() = 0;

  /// The current `Date: value\r\n`. The view is valid until the next call of `date_line`.
  [[nodiscard]] std::string_view date_line() noexcept {
    if (loop_.now() - date_checked_ >= kDateEvery || date_second_ < 0) write_date();
    return {date_line_.data(), date_line_.size()};
  }
  /// Makes the id of an exchange: unique in this process, and not predictable.
  [[nodiscard]] std::uint64_t make_id();

  /// Who is told of handlers that hang; null in a test without threads.
  [[nodiscard]] HangPolicy* hang_policy() const { return hang_policy_; }
  /// The server, for pages about it; null in a test without a server.
  [[nodiscard]] base::ServerStatus* server_status() const { return server_status_; }

  /// Whether the shard drains. If so, each answer is the last answer on its connection.
  [[nodiscard]] bool is_draining() const { return draining_; }
  /// Tells tasks of the application that the shard drains.
  [[nodiscard]] app::DrainSignal& drain_signal() { return drain_; }
  /// Whether the server aborts, so that exchanges are now abandoned for that reason.
  [[nodiscard]] bool is_aborting() const final { return aborting_; }

  /// Reports a request that the server answered without the application.
  void refused(const app::RejectedRequest& rejected) {
    if (observer_) observer_(rejected);
  }
  /// Reports a request that was refused because max_inflight_bytes is reached, and logs that at
  /// most once a second.
  void rejected_as_full(const app::RejectedRequest& rejected) noexcept;

 protected:
  /// All arguments must outlive this object. Throws std::system_error when the system has no random
  /// numbers.
  ShardServices(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
                ServerCounters& counters);
  ~ShardServices() = default;

  void observe_rejections(app::RejectionObserver observer) { observer_ = std::move(observer); }
  void watch_by(HangPolicy* hang_policy, base::ServerStatus* status) {
    hang_policy_ = hang_policy;
    server_status_ = status;
  }
  void begin_drain() {
    draining_ = true;
    drain_.begin();
  }
  void begin_abort() { aborting_ = true; }
  /// Code that protocols run beside their connections.
  [[nodiscard]] const net::ProtocolTaskList& protocol_tasks() const { return protocol_tasks_; }
  /// Those of them that hold a thread.
  [[nodiscard]] HeldTasks& held_tasks() { return held_tasks_; }
  /// How many exchanges are not over, including those of requests that are still being read.
  [[nodiscard]] std::size_t exchanges() const { return pages_.taken(); }

 private:
  void write_date() noexcept;

  /// How often the clock is read, and so by how much Date may be behind.
  static constexpr base::Duration kDateEvery = std::chrono::milliseconds(100);

  loop::Loop& loop_;
  const app::App& app_;
  const Options& options_;
  base::Log& log_;
  ServerCounters& counters_;
  PagePool pages_;
  OrphanList orphans_;
  net::ProtocolTaskList protocol_tasks_;
  HeldTasks held_tasks_{*this};
  HangPolicy* hang_policy_ = nullptr;
  base::ServerStatus* server_status_ = nullptr;
  app::RejectionObserver observer_;
  ShardDrain drain_;
  bool draining_ = false;
  bool aborting_ = false;
  std::array<char, wire::http1::kDateLineBytes> date_line_{};
  std::int64_t date_second_ = -1;
  base::Instant date_checked_{};
  std::uint64_t next_id_;
};

}  // namespace mastic::server
