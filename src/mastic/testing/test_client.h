// A client that calls an application within the process of a test: no port, no thread, no waiting.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/attributes.h"
#include "mastic/base/units.h"
#include "mastic/server/options.h"
#include "mastic/testing/cookie_jar.h"
#include "mastic/testing/test_events.h"
#include "mastic/testing/test_response.h"
#include "mastic/testing/test_socket.h"

namespace mastic::testing {

class TestServer;
struct MemoryPeer;

/// A file of a form that TestClient::upload posts.
struct TestFile {
  std::string_view field;       ///< the name of the field of the form
  std::string_view name;        ///< the name of the file, such as "sea.jpg"
  std::string_view media_type;  ///< such as "image/jpeg"
  std::string_view content;     ///< any bytes
};

/// Serves `app` over connections in memory, with the code that a server runs, and reads the answers
/// as a client does:
///
///     TestClient client(make_site());
///     EXPECT_EQ(client.get("/hi/ada").text, "hi ada");
///
/// The constructor runs the start-up hooks and the destructor the shutdown hooks; background tasks
/// run in between. The application sees the client's clock. The clock jumps to the next timer
/// whenever everything waits, so no timer makes a test slow; `pass` moves the clock, too. While a
/// handler awaits another thread (a threads::Future), the client first waits for that thread, until
/// all threads have slept for a second. Cookies that answers set are kept and sent with later
/// requests, as in a browser (CookieJar).
///
/// Every answer is checked against the contract of applications (middleware/lint). A call throws
/// std::logic_error for a breach of the contract, for an answer that is not HTTP, and when there is
/// no answer. All calls must come from one thread.
class TestClient {
 public:
  /// Names and values of additional fields of a request.
  using FieldList = std::vector<std::pair<std::string_view, std::string_view>>;

  /// Starts `app` like a server with these `options`. Throws std::logic_error when a start-up hook
  /// fails.
  explicit TestClient(app::App app, const server::Options& options = {});
  /// Starts the application of a site file, such as "config:site.ini" (catalog::load_app). Throws
  /// std::runtime_error with everything that is wrong with the file.
  explicit TestClient(const std::string& uri, const server::Options& options = {});
  /// Starts the application of a site file.
  explicit TestClient(const char* uri, const server::Options& options = {})
      : TestClient(std::string(uri), options) {}
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// Sends a request by GET.
  TestResponse get(std::string_view target, const FieldList& fields = {});
  /// Sends a request by HEAD.
  TestResponse head(std::string_view target, const FieldList& fields = {});
  /// Sends a request by POST, with this content.
  TestResponse post(std::string_view target, std::string_view content,
                    const FieldList& fields = {});
  /// Sends a request by PUT, with this content.
  TestResponse put(std::string_view target, std::string_view content, const FieldList& fields = {});
  /// Sends a request by PATCH, with this content.
  TestResponse patch(std::string_view target, std::string_view content,
                     const FieldList& fields = {});
  /// Sends a request by DELETE.
  TestResponse del(std::string_view target, const FieldList& fields = {});
  /// Sends a request by OPTIONS.
  TestResponse options(std::string_view target, const FieldList& fields = {});
  /// Sends `json` as application/json, by POST or `method`.
  TestResponse send_json(std::string_view target, std::string_view json,
                         std::string_view method = "POST", const FieldList& fields = {});
  /// Posts `form`, such as "name=ada&age=36", as a browser posts a form.
  TestResponse post_form(std::string_view target, std::string_view form,
                         const FieldList& fields = {});
  /// Sends a request by any method. Host and Cookie are added unless `fields` has them, and
  /// Content-Length when there is content or the method is POST, PUT or PATCH.
  TestResponse request(std::string_view method, std::string_view target,
                       const FieldList& fields = {}, std::string_view content = {});

  /// Opens a WebSocket, over a connection of its own. `fields` may have Origin,
  /// Sec-WebSocket-Protocol and the like; a field of the handshake in `fields` replaces the client's
  /// own. The answer is TestSocket::response.
  TestSocket websocket(std::string_view target, const FieldList& fields = {});

  /// Asks for a stream of server-sent events, over a connection of its own.
  TestEvents events(std::string_view target, const FieldList& fields = {});
  /// Posts a form with files (multipart/form-data), as a browser does: first the fields of `form`,
  /// then `files`.
  ///
  ///     client.upload("/photos", {{"title", "The sea"}}, {{"photo", "sea.jpg", "image/jpeg", bytes}});
  TestResponse upload(std::string_view target, const FieldList& form,
                      const std::vector<TestFile>& files, const FieldList& fields = {});

  /// Sends any bytes, HTTP or not, over a new connection. Returns everything that comes back until
  /// the server closes the connection or has answered every request.
  std::string send_raw(std::string_view bytes);
  /// The cookies of this client.
  [[nodiscard]] CookieJar& cookies() MASTIC_LIFETIMEBOUND;
  /// Makes later requests come from another address, such as "203.0.113.9" or "2001:db8::1", over a
  /// new connection. Requests before the first call have no address, as over a Unix socket. Throws
  /// std::invalid_argument when `ip` is not an IP address.
  void set_peer(std::string_view ip, std::uint16_t port = 40'000);
  /// Lets `time` pass for the application: for `mastic::now()`, `steady_now()` and its timers.
  void pass(base::Duration time);
  /// The time of day, as the application sees it.
  [[nodiscard]] base::WallTime now() const;
  /// Sets the time of day to `time`, as an operator sets a clock. The time of day may jump in
  /// either direction; the monotonic clock and timers stay as they are.
  void set_time(base::WallTime time);
  /// Begins the drain of the server after the time `in`: by default at once, and otherwise during a
  /// later call that lets this much time pass. Later requests arrive during the drain.
  void drain(base::Duration in = {});
  /// The log so far, with messages of every level: `info app: stored 3 items  id=8f3 route=/items`.
  [[nodiscard]] const std::vector<std::string>& log() const;

 private:
  /// Adds Host and Cookie to the fields of a request, unless they have them.
  [[nodiscard]] http::Fields complete(std::string_view target, const FieldList& fields);
  /// Keeps the cookies that a response to a request with `fields` sets.
  void take_cookies(const TestResponse& response, const http::Fields& fields,
                    std::string_view target);
  TestResponse exchange(std::string_view bytes, http::Method method);

  CookieJar cookies_;
  std::unique_ptr<TestServer> server_;
  MemoryPeer* peer_ = nullptr;  ///< the connection of requests; null when a new one is needed
};

}  // namespace mastic::testing
