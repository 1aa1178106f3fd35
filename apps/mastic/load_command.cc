#include "apps/mastic/load_command.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/deploy/text_file.h"
#include "mastic/threads/signals.h"

#include "apps/mastic/load/cpu_clock.h"
#include "apps/mastic/load/display.h"
#include "apps/mastic/load/fan_out.h"
#include "apps/mastic/load/generator.h"
#include "apps/mastic/load/report.h"
#include "apps/mastic/load/request.h"
#include "apps/mastic/load/socket.h"
#include "apps/mastic/load/target.h"
#include "apps/mastic/load/websocket.h"

namespace mastic::program {
namespace {

constexpr std::string_view kLoad = "load";
/// Of a file, a message, or requests that are sent together.
constexpr std::uint64_t kMostBytes = 1 << 30;

/// Set by Ctrl-C. A handler of a signal can reach nothing but what is global.
std::atomic<bool> load_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// Lets the first Ctrl-C end the run with its result, and the second one the process.
void watch_for_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { load_interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

class LoadCommand final : public Command {
 public:
  void describe(base::OptionTable& table) override {
    table.group("Load");
    table.count("connections", connections_, "Connections that are used at the same time.");
    table.duration("duration", duration_,
                   "How long to measure. With --requests there is no limit, unless it is given.");
    table.duration("warm_up", warm_up_,
                   "How long to send requests before measuring. It lasts until every connection "
                   "has had an answer or a failure, but not longer than 5s. With --requests it is "
                   "0s, unless it is given.");
    table.real("rate", rate_,
               "Requests per second, due at random moments (a Poisson process); latencies count "
               "from then. 0: each connection sends its next request when it has its answer.");
    table.count("seed", seed_,
                "Decides the random moments of --rate: the same seed gives the same moments.");
    table.count("requests", requests_, "Requests to send; 0 for no limit.");
    table.count("pipeline", pipeline_,
                "Requests that a connection sends together, before it has their answers.");
    table.duration("timeout", timeout_,
                   "How long an answer may take. Beyond it, the request has failed, and its "
                   "connection is closed.");
    table.group("Request");
    table.text("method", method_, "METHOD",
               "Method; GET, or POST with content, if it is not given.");
    table.list("header", headers_, "NAME:VALUE",
               "Field of the request. May be given several times.");
    table.text("content", content_, "TEXT", "Content of the request.");
    table.path("content_file", content_file_, "FILE", "File with the content of the request.");
    table.size("echo", echo_bytes_,
               "Send messages of this size over WebSockets, each of which has to come back. 0: "
               "send HTTP requests.");
    table.size("publish", publish_bytes_,
               "Send messages of this size over one WebSocket, each of which has to come back over "
               "all. 0: send HTTP requests.");
    table.group("Answers");
    table.text("expect", expect_, "STATUS",
               "Status of right answers: 200, 200-299 or 2xx; that of the first answer, if it is "
               "not given.");
    table.choice(
        "check", check_, "(same|status)",
        {{"same", load::Check::Same}, {"status", load::Check::Status}},
        "What is compared with the first answer: the status, the content and the fields except "
        "Date, Connection and Keep-Alive; or only the status, for answers that vary.");
    table.group("Output");
    table.flag("json", json_, "Print the result as one JSON object.");
    table.flag("progress", progress_,
               "Show the progress on standard error, if that is a terminal.");
    table.count("process", process_,
                "Process of the server: its CPU time for each request is measured. 0: it is not.");
  }

  int run(const base::CommandLine& line) override {
    if (line.others.size() != 1) {
      return wrong_usage(line.others.empty() ? "write the URL of a server; see --help"
                                             : "write one URL; see --help");
    }
    url_ = line.others[0];
    const auto is_given = [&](std::string_view name) {
      return std::ranges::any_of(line.options,
                                 [&](const auto& given) { return given.option->name == name; });
    };
    if (requests_ > 0 && !is_given("duration")) duration_ = base::Duration::max();
    if (requests_ > 0 && !is_given("warm_up")) warm_up_ = base::Duration::zero();
    auto target = load::parse_target(url_);
    if (!target) return wrong_usage(target.error().message);
    if (const auto right = check_options(*target); !right) {
      return wrong_usage(right.error().message);
    }
    if (!expect_.empty()) {
      const auto statuses = load::StatusRange::parse(expect_);
      if (!statuses) return wrong_usage("--expect: " + statuses.error().message);
      statuses_ = *statuses;
    }
    auto content = read_content();
    if (!content) return wrong_usage(content.error().message);
    auto request = load::make_request(
        *target, {.method = method_, .headers = headers_, .content = *std::move(content)});
    if (!request) return wrong_usage(request.error().message);
    return put_load(*target, *request);
  }

 private:
  static int wrong_usage(std::string_view message) {
    return fail(kLoad, ExitCode::WrongUsage, message);
  }
  static int cannot(std::string_view message) {
    return fail(kLoad, ExitCode::CannotStart, message);
  }

  [[nodiscard]] bool is_websocket() const { return echo_bytes_ > 0 || publish_bytes_ > 0; }

  [[nodiscard]] base::Result<void> check_options(const load::Target& target) const {
    if (const auto some =
            base::require_some({{"--connections", connections_}, {"--pipeline", pipeline_}});
        !some) {
      return some;
    }
    if (const auto some = base::require_time({{"--duration", duration_}, {"--timeout", timeout_}});
        !some) {
      return some;
    }
    if (rate_ < 0) return base::fail("--rate: write how many requests per second, or 0");
    constexpr std::uint64_t kLargestProcess = 1 << 22;  // of Linux
    if (process_ > kLargestProcess) {
      return base::fail("--process: ", std::to_string(process_), " is not the id of a process");
    }
    if (!content_.empty() && !content_file_.empty()) {
      return base::fail("write --content or --content-file, not both");
    }
    if (target.is_websocket && !is_websocket()) {
      return base::fail("a ws:// URL needs --echo or --publish, which say what is sent");
    }
    if (echo_bytes_ > kMostBytes || publish_bytes_ > kMostBytes) {
      return base::fail("--echo and --publish: a message may have up to 1G");
    }
    if (echo_bytes_ > 0 && publish_bytes_ > 0) {
      return base::fail("write --echo or --publish, not both");
    }
    const bool has_request = !method_.empty() || !headers_.empty() || !content_.empty() ||
                             !content_file_.empty() || !expect_.empty();
    if (is_websocket() && has_request) {
      return base::fail(
          "--echo and --publish send messages, which have no method, fields, content "
          "or status");
    }
    if (publish_bytes_ > 0 && (rate_ > 0 || requests_ > 0 || pipeline_ > 1)) {
      return base::fail(
          "--publish sends one message after another, without --rate, --requests and "
          "--pipeline");
    }
    return {};
  }

  /// What is sent together is kept in memory.
  static base::Result<void> check_batch(const load::Options& options) {
    if (options.pipeline <= kMostBytes / options.request.size()) return {};
    return base::fail("--pipeline: more than 1G would be sent together");
  }

  [[nodiscard]] base::Result<std::string> read_content() const {
    if (content_file_.empty()) return content_;
    auto content = deploy::read_text_file(base::system_kernel(), content_file_, kMostBytes);
    if (!content) {
      return base::fail("--content-file: '", content_file_, "' ", content.error().message);
    }
    return content;
  }

  /// Everything is written correctly: now the server is asked once, then again and again.
  int put_load(const load::Target& target, const load::Request& request) {
    threads::let_writes_fail();
    constexpr std::size_t kOtherFiles = 16;
    const std::size_t limit = load::raise_descriptor_limit();
    if (connections_ > limit - std::min(limit, kOtherFiles)) {
      return cannot(load::too_many_connections(connections_, limit));
    }
    const int process = static_cast<int>(process_);
    if (process != 0 && !load::cpu_seconds(load::clock_of(process))) {
      return cannot("--process: there is no process " + std::to_string(process));
    }
    const auto servers = load::resolve(target);
    if (!servers) return cannot(servers.error().message);
    load::Options options = make_options(request);
    if (is_websocket()) return put_messages(target, *servers, std::move(options));
    if (const auto fits = check_batch(options); !fits) return wrong_usage(fits.error().message);
    watch_for_interrupts();
    const auto first = load::ask_once(*servers, request, timeout_);
    if (load_interrupted) return cannot(url_ + ": interrupted while the first answer had not come");
    if (!first) return cannot(url_ + ": " + first.error().message);
    const unsigned status = first->answer.status();
    options.server = first->server;
    options.statuses = expect_.empty() ? load::StatusRange{status, status} : statuses_;
    if (!options.statuses.contains(status)) {
      return cannot(url_ + ": the status is " + std::to_string(status) + " instead of " +
                    options.statuses.to_string());
    }
    if (expect_.empty() && status >= 400) {
      fail(kLoad, ExitCode::Ended,
           "the first answer has the status " + std::to_string(status) +
               ", so this is what is expected; --expect 2xx would refuse it");
    }
    return measure(options, first->answer, false);
  }

  int put_messages(const load::Target& target, const std::vector<load::SocketAddress>& servers,
                   load::Options options) {
    options.opening = load::opening_request(target);
    watch_for_interrupts();
    base::Result<int> opened = base::fail("the server has no address");
    for (const load::SocketAddress& server : servers) {
      options.server = server;
      opened = load::open_websocket(server, options.opening, timeout_);
      if (opened) break;
    }
    if (load_interrupted) return cannot(url_ + ": interrupted while the WebSocket was not open");
    if (!opened) return cannot(url_ + ": " + opened.error().message);
    load::close_with_reset(*opened);
    const std::string message = load::some_text(std::max(echo_bytes_, publish_bytes_));
    options.request = load::masked_frame(message);
    if (const auto fits = check_batch(options); !fits) return wrong_usage(fits.error().message);
    const auto expected = load::ExpectedAnswer::exactly(load::plain_frame(message));
    return measure(options, expected, publish_bytes_ > 0);
  }

  [[nodiscard]] load::Options make_options(const load::Request& request) const {
    load::Options options;
    options.request = request.bytes;
    options.method = request.method;
    options.server_process = static_cast<int>(process_);
    options.connections = connections_;
    options.duration = duration_;
    options.warm_up = warm_up_;
    options.timeout = timeout_;
    options.requests = requests_;
    options.rate = rate_;
    options.seed = seed_;
    options.pipeline = pipeline_;
    options.check = check_;
    return options;
  }

  int measure(load::Options& options, const load::ExpectedAnswer& expected,
              bool is_published) const {
    options.interrupted = &load_interrupted;
    load::Result result;
    {
      load::Display display(options, progress_, wants_colours(STDERR_FILENO));
      if (display.is_shown()) {
        options.on_progress = [&](const load::Result& so_far, bool is_warm) {
          display.show(so_far, is_warm);
        };
      }
      result = is_published ? load::fan_out(options, expected)
                            : load::Generator(options, expected).run();
    }
    const int printed =
        json_ ? print(kLoad, load::report_json(options, result, url_))
              : print(kLoad, load::report_text(options, result, load::look_of(STDOUT_FILENO)));
    for (const std::string& doubt : load::doubts(options, result)) {
      std::fprintf(stderr, "mastic load: %s\n", doubt.c_str());
    }
    if (printed != 0) return printed;
    return load::is_success(result) ? 0 : static_cast<int>(ExitCode::CannotStart);
  }

  std::string url_;
  load::StatusRange statuses_;

  /// Connections that are used at the same time.
  std::uint64_t connections_ = 64;
  /// How long to measure. With --requests there is no limit, unless it is given.
  base::Duration duration_ = std::chrono::seconds(10);
  /// How long to send requests before measuring. It lasts until every connection has had an answer or a
  /// failure, but not longer than 5s. With --requests it is 0s, unless it is given.
  base::Duration warm_up_ = std::chrono::milliseconds(300);
  /// Requests per second, due at random moments (a Poisson process); latencies count from then. 0: each connection
  /// sends its next request when it has its answer.
  double rate_ = 0;
  /// Decides the random moments of --rate: the same seed gives the same moments.
  std::uint64_t seed_ = 20261121;
  /// Requests to send; 0 for no limit.
  std::uint64_t requests_ = 0;
  /// Requests that a connection sends together, before it has their answers.
  std::uint64_t pipeline_ = 1;
  /// How long an answer may take. Beyond it, the request has failed, and its connection is closed.
  base::Duration timeout_ = std::chrono::seconds(5);
  /// Method; GET, or POST with content, if it is not given.
  std::string method_;
  /// Field of the request. May be given several times.
  std::vector<std::string> headers_;
  /// Content of the request.
  std::string content_;
  /// File with the content of the request.
  std::string content_file_;
  /// Send messages of this size over WebSockets, each of which has to come back. 0: send HTTP requests.
  std::uint64_t echo_bytes_ = 0;
  /// Send messages of this size over one WebSocket, each of which has to come back over all. 0: send HTTP requests.
  std::uint64_t publish_bytes_ = 0;
  /// Status of right answers: 200, 200-299 or 2xx; that of the first answer, if it is not given.
  std::string expect_;
  /// What is compared with the first answer: the status, the content and the fields except Date, Connection and
  /// Keep-Alive; or only the status, for answers that vary.
  load::Check check_ = load::Check::Same;
  /// Print the result as one JSON object.
  bool json_ = false;
  /// Show the progress on standard error, if that is a terminal.
  bool progress_ = true;
  /// Process of the server: its CPU time for each request is measured. 0: it is not.
  std::uint64_t process_ = 0;
};

}  // namespace

CommandEntry load_command() {
  return {.name = kLoad,
          .arguments = "URL",
          .meaning = "put load on a server, check every answer, and measure",
          .text =
              "Asks the server once. Then sends the same request over many connections, checks\n"
              "every answer, and prints rates and latencies. Failures are counted, with an\n"
              "example of each kind. Ctrl-C ends the run with the result so far.\n\n"
              "  mastic load http://127.0.0.1:8080/\n"
              "  mastic load http://[::1]:8080/teas --rate 5000 --duration 30s\n"
              "  mastic load unix:/run/site.sock:/teas --connections 256\n"
              "  mastic load http://127.0.0.1:8080/login --content user=ada \\\n"
              "      --header 'Content-Type: application/x-www-form-urlencoded'\n"
              "  mastic load ws://127.0.0.1:8080/echo --echo 100\n",
          .exit_codes =
              "0 every answer was right, 1 an answer was wrong or missing, or the server "
              "cannot be reached, 2 wrong usage",
          .make = make_command<LoadCommand>};
}

}  // namespace mastic::program
