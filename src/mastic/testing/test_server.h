// A server on a free port, for browsers and other clients in a test.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/attributes.h"
#include "mastic/server/options.h"
#include "mastic/testing/expected_errors.h"
#include "mastic/testing/recording_log.h"
#include "mastic/testing/test_request.h"

namespace mastic::server {
class Server;
}

namespace mastic::testing {

class LeakCheck;

/// Serves `app` on 127.0.0.1, on a port that the system chooses, with loops and threads of its own:
///
///     TestServer server(make_site());
///     auto client = TestClient::connect(server.url());
///     std::system(("curl -s " + server.url()).c_str());
///
/// Time is that of the system. The destructor drains the server and waits for it. Unless `options`
/// have drains of their own, that takes a fifth of a second while a client has an idle connection,
/// and at most two seconds while a request or a WebSocket does not end; a handler that holds its
/// thread is waited for as long as in every server.
///
/// The server is checked as TestClient checks its application: an error in the log that the test does
/// not expect, a breach of the contract of applications (middleware/lint), and what is left behind are
/// failures, which `stop` or the destructor reports (testing/failure.h).
class TestServer {
 public:
  /// Starts the server. Throws std::logic_error, with the reason, when it cannot start.
  explicit TestServer(app::App app, const server::Options& options = {},
                      Where where = Where::current());
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// Where it is: "http://127.0.0.1:40123", without a slash at the end.
  [[nodiscard]] const std::string& url() const MASTIC_LIFETIMEBOUND { return url_; }
  /// Says that errors whose line in the log contains `part` belong to the test.
  void expect_errors(std::string_view part = {});
  /// Says that what is left behind at the end belongs to the test.
  void expect_leaks();
  /// Drains the server and waits until its last connection has ended. Then `log` may be read. Reports
  /// errors in the log and breaches of the contract; what is left behind is reported by the
  /// destructor, because clients may still have connections.
  void stop();
  /// The log of the server. To be read after `stop`.
  [[nodiscard]] const std::vector<std::string>& log() const MASTIC_LIFETIMEBOUND {
    return log_.lines;
  }

 private:
  class Faults;

  const Where where_;
  const std::unique_ptr<LeakCheck> leaks_;  ///< made first, so that it sees what the server opens
  RecordingLog log_;
  const std::unique_ptr<Faults> faults_;
  ExpectedErrors expected_errors_;
  bool expects_leaks_ = false;
  std::unique_ptr<server::Server> server_;
  std::string url_;
};

}  // namespace mastic::testing
