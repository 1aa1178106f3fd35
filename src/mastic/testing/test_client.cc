#include "mastic/testing/test_client.h"

#include <mutex>
#include <stdexcept>

#include "mastic/async/timer.h"
#include "mastic/base/arena.h"
#include "mastic/base/assert.h"
#include "mastic/base/clock.h"
#include "mastic/base/log_format.h"
#include "mastic/loop/loop.h"
#include "mastic/middleware/lint.h"
#include "mastic/server/shard.h"
#include "mastic/testing/memory_stream.h"
#include "mastic/testing/test_kernel.h"
#include "mastic/wire/http1/head_scanner.h"
#include "mastic/wire/http1/request_writer.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::testing {
namespace {

using http::Method;
using wire::http1::Framing;
using wire::http1::ResponseParser;
using Kind = ResponseParser::Event::Kind;

// A task that has not ended after this many turns waits for an event that never comes.
constexpr int kMaxTurnsToEnd = 10'000;
// By the test's clock, which jumps from timer to timer.
constexpr base::Duration kLongestAnswer = std::chrono::hours(24);

class RecordingLog final : public base::Log {
 public:
  using base::Log::write;
  void write(const base::LogRecord& record) noexcept override {
    const std::lock_guard lock(mutex_);  // the application may log from threads of its own
    append_log_text(lines.emplace_back(), record);
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

/// Reads the interim responses and the final response at the front of `bytes`; returns nullopt
/// while they are incomplete. `ended` tells that no more bytes will come, which completes content
/// without a length.
///
/// Every call begins at the first byte again, so that no parser has to be kept between two turns of
/// the loop; answers in tests are short.
std::optional<TestResponse> read_response(std::string_view bytes, Method method, bool ended) {
  const wire::http1::Limits limits;
  TestResponse response;
  while (!bytes.empty()) {
    // The parser of one response keeps the fields in `memory`; they are copied out below.
    base::Arena memory;
    ResponseParser parser(method, limits, memory);
    response.text.clear();
    for (bool more = true; more;) {
      auto event = parser.next(bytes);
      if (event.kind == Kind::NeedMore && ended) event = parser.end_of_input();
      if (event.kind == Kind::NeedMore) return std::nullopt;
      if (event.kind == Kind::Malformed) {
        throw std::logic_error("the answer is not HTTP: " + std::string(parser.fault().reason));
      }
      if (event.kind == Kind::Data) response.text += event.data;
      more = event.kind != Kind::End;
    }
    response.status = parser.head().status;
    response.fields = http::Fields(parser.head().fields);
    // 101 is informational by its number, but no other response follows it.
    const bool upgrades = response.status == http::Status::SwitchingProtocols;
    if (!is_informational(response.status) || upgrades) return response;
    response.interim.push_back(response.status);
  }
  return std::nullopt;
}

}  // namespace

/// A shard of a server with a loop of its own, and the peers of its connections.
///
/// Requests take the way that they take in a server, except that a MemoryStream replaces the
/// socket:
///
///     request ──► deliver ──► MemoryStream ──► server::Connection ──► exchange ──► App
///     TestResponse ◄── read_response ◄── MemoryPeer::received ◄── MemoryStream ◄─────┘
///
/// The loop has no thread of its own: each call runs turns of it until the answer is there. When
/// nothing is ready, TestKernel moves its clock to the next timer instead of waiting.
///
/// 1. Whatever may enter code of the application does so within a ClockScope, so that mastic::now()
///    reads the clock of this client.
/// 2. One connection at a time carries the requests, as with keep-alive; `peer_` is null until a
///    request needs a new one.
/// 3. Each member is declared before the members whose destructors use it.
class TestClient::Setup {
 public:
  Setup(app::App app, const server::Options& options)
      : options_(options),
        app_(app::wrap(middleware::Lint([this](std::string_view fault) {
                         faults_ += "\n  " + std::string(fault);
                       }),
                       std::move(app))),
        // There are no sockets, so how bytes would be transferred does not matter.
        loop_(loop::Loop::open(kernel_, loop::TransferKind::Syscall).value()),
        shard_(*loop_, app_, options_, log_, counters_) {
    kernel_.wait_for_threads([this] { return loop_->remote_operations(); });
    const base::ClockScope clock(kernel_);
    app_log_ = app_.lifecycle().connect(log_);
    const auto started = app_.lifecycle().start();
    if (!started) throw std::logic_error(started.error().message);
    for (const auto& task : app_.lifecycle().tasks()) shard_.run_in_background(task);
  }
  ~Setup() {
    shard_.abort_all();
    shard_.stop_background();
    // Tasks are cancelled, not destroyed: each has to run until it ends.
    for (int i = 0; is_anything_left(); ++i) {
      MASTIC_ASSERT(i < kMaxTurnsToEnd,
                    {"a task does not end although it was cancelled; turns", i});
      turn();
    }
    (void)loop_->turn(base::Duration::zero());  // deletes the messages that streams have posted
    app_.lifecycle().stop([this](const std::string& fault) {
      log_.write({.level = base::Level::Error, .logger = "app", .message = fault});
    });
  }

  /// Sends a request and runs turns of the loop until its answer is complete. A handler that sleeps
  /// for an hour takes no time, because the clock jumps to the next timer.
  TestResponse exchange(std::string_view bytes, Method method) {
    const base::ClockScope clock(kernel_);
    if (peer_ == nullptr || peer_->ended) peer_ = &connect();
    deliver(*peer_, bytes);
    const base::Instant deadline = kernel_.monotonic_now() + kLongestAnswer;
    while (true) {
      auto response = read_response(peer_->received, method, peer_->ended);
      if (response || peer_->ended) peer_->received.clear();
      // Exchanges end before the call returns, so that a test sees what its on_finish hooks have
      // done.
      if (response) finish_exchanges();
      const bool upgrades = response && response->status == http::Status::SwitchingProtocols;
      if (upgrades) peer_ = nullptr;  // that connection speaks another protocol from now on
      // A breach may be the reason why no answer comes, so it is reported even without an answer.
      if (response || !faults_.empty()) check_contract();
      if (response) return *std::move(response);
      if (peer_->ended) {
        throw std::logic_error("the server closed the connection before the answer was complete");
      }
      if (kernel_.monotonic_now() >= deadline)
        throw std::logic_error("there is no answer after a day of the test's clock");
      turn();
    }
  }

  /// Sends bytes over a new connection. After bytes that are not a request, the end of an answer
  /// cannot be recognized, so the connection of the other calls must not be used.
  std::string send_raw(std::string_view bytes) {
    const base::ClockScope clock(kernel_);
    MemoryPeer& peer = connect();
    deliver(peer, bytes);
    const base::Instant deadline = kernel_.monotonic_now() + kLongestAnswer;
    finish_exchanges();
    while (!peer.ended && shard_.exchanges() > 0 && kernel_.monotonic_now() < deadline) turn();
    finish_exchanges();
    check_contract();
    return peer.received;
  }

  void pass(base::Duration time) {
    const base::ClockScope clock(kernel_);
    const base::Instant end = base::after(kernel_.monotonic_now(), time);
    while (kernel_.monotonic_now() < end) (void)loop_->turn(end - kernel_.monotonic_now());
    (void)loop_->turn(base::Duration::zero());  // runs what the last timer has made ready
  }

  void drain(base::Duration in) {
    // A timer begins the drain, so that the drain can begin while `exchange` runs the loop.
    loop_->arm(drain_, base::after(loop_->now(), in));
    if (in <= base::Duration::zero()) pass(std::chrono::milliseconds(1));
  }

  [[nodiscard]] const std::vector<std::string>& log() const { return log_.lines; }
  [[nodiscard]] TestKernel& kernel() { return kernel_; }
  /// The next request opens a connection from `endpoint`; the open one keeps its address.
  void set_peer(base::Endpoint endpoint) {
    endpoint_ = endpoint;
    peer_ = nullptr;
  }

 private:
  class Drain final : public async::Timer {
   public:
    explicit Drain(server::Shard& shard) : shard_(shard) {}
    void expired() noexcept override { shard_.drain(); }

   private:
    server::Shard& shard_;
  };
  [[nodiscard]] bool is_anything_left() {
    return counters_.connections() > 0 || shard_.exchanges() > 0 || shard_.background_tasks() > 0;
  }
  /// Runs one turn, for which the clock moves by an hour at most.
  void turn() { (void)loop_->turn(std::chrono::hours(1)); }

  /// Delivers the head first and then the content, as any client may, so that a handler that
  /// forgets to wait for its content fails in tests.
  static void deliver(MemoryPeer& peer, std::string_view bytes) {
    using wire::http1::kHeadEnd;
    const std::size_t end = bytes.find(kHeadEnd);
    const std::size_t head = end == bytes.npos ? bytes.size() : end + kHeadEnd.size();
    peer.stream->owner().received(bytes.substr(0, head));
    // The server may have closed the stream because of the head.
    if (head == bytes.size() || peer.stream == nullptr) return;
    peer.stream->owner().received(bytes.substr(head));
  }

  /// Runs the turns after the last byte of an answer, in which the exchange ends and on_finish
  /// hooks are called. These turns do not move the clock. Their number is limited, because an
  /// exchange may have other work to do before it ends.
  void finish_exchanges() {
    constexpr int kMaxTurns = 20;
    for (int i = 0; i < kMaxTurns && (i == 0 || shard_.exchanges() > 0); ++i) {
      (void)loop_->turn(base::Duration::zero());
    }
  }

  MemoryPeer& connect() {
    MemoryPeer& peer = *peers_.emplace_back(std::make_unique<MemoryPeer>());
    shard_.adopt(std::make_unique<MemoryStream>(*loop_, peer), endpoint_);
    return peer;
  }

  void check_contract() {
    if (faults_.empty()) return;
    throw std::logic_error("the application breaks its contract:" + std::exchange(faults_, {}));
  }

  TestKernel kernel_;
  RecordingLog log_;
  std::string faults_;
  server::ServerCounters counters_;
  const server::Options options_;
  app::LogConnection app_log_;  ///< outlives the application, whose destructors may log
  const app::App app_;
  std::vector<std::unique_ptr<MemoryPeer>> peers_;  ///< each outlives its stream, even when retired
  std::unique_ptr<loop::Loop> loop_;
  base::Endpoint endpoint_;     ///< the client's address in new connections
  MemoryPeer* peer_ = nullptr;  ///< the connection of `exchange`; null when a new one is needed
  server::Shard shard_;
  Drain drain_{shard_};
};

void TestResponse::throw_no_json(const std::string& why) const {
  constexpr std::size_t kMaxShown = 200;
  throw std::logic_error("the answer is not the JSON that was expected: " + why + "; status " +
                         std::to_string(static_cast<int>(status)) + ", content: " +
                         text.substr(0, kMaxShown) + (text.size() > kMaxShown ? "..." : ""));
}

TestClient::TestClient(app::App app, const server::Options& options)
    : setup_(std::make_unique<Setup>(std::move(app), options)) {}
TestClient::~TestClient() {
  const base::ClockScope clock(setup_->kernel());  // for the destructors of the application, too
  setup_.reset();
}

TestResponse TestClient::get(std::string_view target, const FieldList& fields) {
  return request("GET", target, fields);
}
TestResponse TestClient::head(std::string_view target, const FieldList& fields) {
  return request("HEAD", target, fields);
}
TestResponse TestClient::post(std::string_view target, std::string_view content,
                              const FieldList& fields) {
  return request("POST", target, fields, content);
}
TestResponse TestClient::put(std::string_view target, std::string_view content,
                             const FieldList& fields) {
  return request("PUT", target, fields, content);
}
TestResponse TestClient::del(std::string_view target, const FieldList& fields) {
  return request("DELETE", target, fields);
}

TestResponse TestClient::patch(std::string_view target, std::string_view content,
                               const FieldList& fields) {
  return request("PATCH", target, fields, content);
}
TestResponse TestClient::options(std::string_view target, const FieldList& fields) {
  return request("OPTIONS", target, fields);
}
TestResponse TestClient::send_json(std::string_view target, std::string_view json,
                                   std::string_view method, const FieldList& fields) {
  FieldList all = fields;
  all.emplace_back("Content-Type", "application/json");
  return request(method, target, all, json);
}
TestResponse TestClient::post_form(std::string_view target, std::string_view form,
                                   const FieldList& fields) {
  FieldList all = fields;
  all.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return request("POST", target, all, form);
}

TestResponse TestClient::request(std::string_view method, std::string_view target,
                                 const FieldList& fields, std::string_view content) {
  http::Fields list;
  for (const auto& [name, value] : fields) list.add(name, value);
  if (!list.contains(http::FieldName::Host)) list.add(http::FieldName::Host, "test.example");
  const std::string authority(list.get(http::FieldName::Host).value_or(""));
  if (!list.contains(http::FieldName::Cookie)) {
    const std::string cookies = cookies_.field_for({authority, target, now()});
    if (!cookies.empty()) list.add(http::FieldName::Cookie, cookies);
  }
  // RFC 9110 §8.6 asks for a length with these methods even when there is no content.
  Framing framing;
  if (!content.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    framing = {Framing::Kind::Length, content.size()};
  }
  std::string bytes;
  wire::http1::append_request_head(bytes, method, target, list, framing);
  bytes += content;
  TestResponse response = setup_->exchange(bytes, http::parse_method(method));
  cookies_.take(response.fields.view(), {authority, target, now()});
  return response;
}

CookieJar& TestClient::cookies() { return cookies_; }
void TestClient::set_peer(std::string_view ip, std::uint16_t port) {
  const auto address = base::IpAddress::parse(ip);
  if (!address) {
    throw std::invalid_argument("set_peer: '" + std::string(ip) +
                                "' is not an IP address; write it as 203.0.113.9 or 2001:db8::1");
  }
  setup_->set_peer({*address, port});
}
std::string TestClient::send_raw(std::string_view bytes) { return setup_->send_raw(bytes); }
void TestClient::pass(base::Duration time) { setup_->pass(time); }
base::WallTime TestClient::now() const { return setup_->kernel().wall_now(); }
void TestClient::set_time(base::WallTime time) { setup_->kernel().set_wall(time); }
void TestClient::drain(base::Duration in) { setup_->drain(in); }
const std::vector<std::string>& TestClient::log() const { return setup_->log(); }

}  // namespace mastic::testing
