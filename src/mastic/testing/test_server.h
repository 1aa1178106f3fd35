// A server on a free port, for browsers and other clients in a test.

#pragma once

#include <memory>
#include <string>

#include "mastic/app/app.h"
#include "mastic/base/attributes.h"
#include "mastic/server/options.h"
#include "mastic/testing/recording_log.h"

namespace mastic::server {
class Server;
}

namespace mastic::testing {

/// Serves `app` on 127.0.0.1, on a port that the system chooses, with loops and threads of its own:
///
///     TestServer server(make_site());
///     auto client = TestClient::connect(server.url());
///     std::system(("curl -s " + server.url()).c_str());
///
/// Time is that of the system. The destructor drains the server and waits for it: for what is still
/// open a second, unless `options` say otherwise. What is checked without being asked for in memory
/// (the contract, the log, what is left behind) is not checked here.
class TestServer {
 public:
  /// Starts the server. Throws std::logic_error, with the reason, when it cannot start.
  explicit TestServer(app::App app, const server::Options& options = {});
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// Where it is: "http://127.0.0.1:40123", without a slash at the end.
  [[nodiscard]] const std::string& url() const MASTIC_LIFETIMEBOUND { return url_; }
  /// Drains the server and waits until its last connection has ended. Then `log` may be read.
  void stop();
  /// The log of the server. To be read after `stop`.
  [[nodiscard]] const std::vector<std::string>& log() const MASTIC_LIFETIMEBOUND {
    return log_.lines;
  }

 private:
  RecordingLog log_;
  std::unique_ptr<server::Server> server_;
  std::string url_;
};

}  // namespace mastic::testing
