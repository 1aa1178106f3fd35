#include "mastic/testing/test_server.h"

#include <stdexcept>
#include <utility>

#include "mastic/base/address.h"
#include "mastic/base/result.h"
#include "mastic/server/server.h"

namespace mastic::testing {
namespace {

void expect_success(const base::Result<void>& result) {
  if (!result) throw std::logic_error("the test's server cannot start: " + result.error().message);
}

/// A test that has not chosen how long a drain may take does not wait for half a minute when
/// something is still open.
server::Options with_short_drain(server::Options options) {
  const server::Options usual;
  if (options.drain_timeout == usual.drain_timeout) options.drain_timeout = std::chrono::seconds(1);
  return options;
}

}  // namespace

TestServer::TestServer(app::App app, const server::Options& options)
    : server_(std::make_unique<server::Server>(std::move(app), with_short_drain(options), log_,
                                               base::system_kernel())) {
  expect_success(server_->listen(base::Address::parse("127.0.0.1:0").value()));
  expect_success(server_->start());
  url_ = server_->addresses().front().to_url();
  url_.pop_back();  // its slash
}

TestServer::~TestServer() { stop(); }

void TestServer::stop() {
  if (server_ == nullptr) return;
  server_->drain();
  server_->wait();
  server_.reset();
}

}  // namespace mastic::testing
