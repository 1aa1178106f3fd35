#include "mastic/testing/test_server.h"

#include <mutex>
#include <stdexcept>
#include <utility>

#include "mastic/base/address.h"
#include "mastic/base/failures.h"
#include "mastic/base/result.h"
#include "mastic/middleware/lint.h"
#include "mastic/server/server.h"
#include "mastic/testing/failure.h"
#include "mastic/testing/leak_check.h"

namespace mastic::testing {
namespace {

void expect_success(const base::Result<void>& result, const Where& where) {
  if (result) return;
  throw std::logic_error(detail::to_text(where) +
                         "the test's server cannot start: " + result.error().message);
}

/// Makes the end of a server short, as far as the test leaves it to the default.
server::Options with_short_drains(server::Options options) {
  using std::chrono::milliseconds;
  const server::Options usual;
  const auto shorten = [](base::Duration& each, base::Duration its_default, milliseconds to) {
    if (each == its_default) each = to;
  };
  shorten(options.drain_idle, usual.drain_idle, milliseconds(100));
  shorten(options.linger_idle, usual.linger_idle, milliseconds(100));
  shorten(options.linger_total, usual.linger_total, milliseconds(1000));
  shorten(options.drain_timeout, usual.drain_timeout, milliseconds(1000));
  return options;
}

}  // namespace

/// Breaches of the contract, which any loop may report.
class TestServer::Faults {
 public:
  void add(std::string_view fault) {
    const std::lock_guard lock(mutex_);
    text_.append("\n  ").append(fault);
  }
  [[nodiscard]] std::string take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(text_, {});
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

TestServer::TestServer(app::App app, const server::Options& options, Where where)
    : where_(where),
      leaks_(std::make_unique<LeakCheck>(where)),
      faults_(std::make_unique<Faults>()),
      server_(std::make_unique<server::Server>(
          app::wrap(middleware::Lint(
                        [faults = faults_.get()](std::string_view fault) { faults->add(fault); }),
                    std::move(app)),
          with_short_drains(options), log_, base::system_kernel())) {
  expect_success(server_->listen(base::Address::parse("127.0.0.1:0").value()), where);
  expect_success(server_->start(), where);
  url_ = server_->addresses().front().to_url();
  url_.pop_back();  // its slash
}

TestServer::~TestServer() {
  const base::FailuresPaused paused;
  stop();
  leaks_->ended(expects_leaks_);
}

void TestServer::stop() {
  if (server_ == nullptr) return;
  server_->drain();
  server_->wait();
  server_.reset();
  const std::string unexpected = expected_errors_.unexpected(std::exchange(log_.errors, {}));
  const std::string place = detail::to_text(where_) + "TestServer: ";
  if (const std::string breaches = faults_->take(); !breaches.empty()) {
    report_failure(place + "the application breaks its contract:" + breaches);
  }
  if (!unexpected.empty()) {
    report_failure(place + "errors were logged that the test does not expect:" + unexpected +
                   "\nIf they belong to the test, call server.expect_errors(\"...\") before");
  }
}

void TestServer::expect_errors(std::string_view part) { expected_errors_.add(part); }
void TestServer::expect_leaks() { expects_leaks_ = true; }

}  // namespace mastic::testing
