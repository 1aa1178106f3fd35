// A client that calls an application within the process of a test: no port, no thread, no waiting.
// It can also call a live server.

#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
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
#include "mastic/testing/test_request.h"
#include "mastic/testing/test_response.h"
#include "mastic/testing/test_socket.h"
#include "mastic/testing/test_stream.h"

namespace mastic::testing {

class Carrier;
class MemoryCarrier;
struct ClientEnd;

/// Calls an application as a client does, and reads the answers:
///
///     TestClient client(make_site());
///     EXPECT_EQ(client.get("/hi/ada").text, "hi ada");
///
/// There are three ways to the application, and a test is the same on each:
///
///     TestClient client(make_site());                                the code of a server, in memory
///     auto client = TestClient::direct(make_site());                 without HTTP: for large suites
///     auto client = TestClient::connect("http://127.0.0.1:8080");    a server, over a socket
///
/// If the environment variable MASTIC_TARGET_URL has a URL, the first two connect to it as well, so
/// that a whole suite runs against a live server.
///
/// In memory, the constructor runs the functions of on_start and the destructor those of on_stop;
/// background tasks run in between. The application sees the client's clock. The clock jumps to the
/// next timer whenever everything waits, so no timer makes a test slow; `pass` moves the clock, too.
/// While a handler awaits another thread (a threads::Future), the client first waits for that
/// thread, until all threads have slept for a second. Cookies that answers set are kept and sent
/// with later requests, as in a browser (CookieJar).
///
/// Every answer is checked against the contract of applications (middleware/lint). A call throws
/// std::logic_error for a breach of the contract, for an answer that is not HTTP or has more than
/// 256 MiB, when there is no answer within a day of the clock or a million turns of the loop, and
/// when an error was logged meanwhile that the test does not expect. The message says where in the
/// test the call stands, what was asked and what came. What comes after the last call, such as an
/// error of on_stop, and a descriptor, a thread or a temporary file that is left behind, is a
/// failure that the destructor of the last client of the application reports (testing/failure.h).
/// All calls must come from one thread, and none from the application itself.
class TestClient {
 public:
  /// Names and values of additional fields of a request.
  using FieldList = testing::FieldList;

  /// Starts `app` like a server with these `options`. Throws std::logic_error when a function of
  /// on_start fails.
  explicit TestClient(app::App app, const server::Options& options = {},
                      Where where = Where::current());
  /// Starts the application of a site file, such as "config:site.ini" (catalog::load_app). Throws
  /// std::runtime_error with everything that is wrong with the file.
  explicit TestClient(const std::string& uri, const server::Options& options = {},
                      Where where = Where::current());
  /// Starts the application of a site file.
  explicit TestClient(const char* uri, const server::Options& options = {},
                      Where where = Where::current())
      : TestClient(std::string(uri), options, where) {}
  /// Starts `app`, and calls it without a connection and without HTTP: a request is passed to the
  /// exchange of a server, and its answer is read there. This is the fastest way. What a connection
  /// does is missing: limits of heads, keep-alive, `send_raw`, faults of the network. WebSockets and
  /// event streams take the way of the constructor.
  [[nodiscard]] static TestClient direct(app::App app, const server::Options& options = {},
                                         Where where = Where::current());
  /// Starts `app` for a program that is no test: errors in the log are no failures, nor is what the
  /// application leaves behind, and MASTIC_TARGET_URL has no effect.
  [[nodiscard]] static TestClient unchecked(app::App app, const server::Options& options = {});
  /// Calls the server at `url`, such as "http://127.0.0.1:8080", "http://[::1]:8080/shop" or
  /// "unix:/run/site.sock", over sockets. A path in `url` is put before the target of every request.
  /// What needs the server's process throws std::logic_error: `pass` beyond ten seconds, `set_time`,
  /// `drain`, `set_peer`; `log` is empty. An answer may take 30 seconds. When the server has closed a
  /// connection that earlier requests have used, a request is sent again over a new one, unless that
  /// could have effects twice (RFC 9110 §9.2.2). Throws std::invalid_argument when `url` is not such a URL.
  [[nodiscard]] static TestClient connect(std::string_view url, Where where = Where::current());
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// Sends a request by GET.
  TestResponse get(std::string_view target, const FieldList& fields = {},
                   Where where = Where::current());
  /// Sends a request by HEAD.
  TestResponse head(std::string_view target, const FieldList& fields = {},
                    Where where = Where::current());
  /// Sends a request by POST, with this content.
  TestResponse post(std::string_view target, std::string_view content, const FieldList& fields = {},
                    Where where = Where::current());
  /// Sends a request by PUT, with this content.
  TestResponse put(std::string_view target, std::string_view content, const FieldList& fields = {},
                   Where where = Where::current());
  /// Sends a request by PATCH, with this content.
  TestResponse patch(std::string_view target, std::string_view content,
                     const FieldList& fields = {}, Where where = Where::current());
  /// Sends a request by DELETE.
  TestResponse del(std::string_view target, const FieldList& fields = {},
                   Where where = Where::current());
  /// Sends a request by OPTIONS.
  TestResponse options(std::string_view target, const FieldList& fields = {},
                       Where where = Where::current());
  /// Sends `json` as application/json, by POST or `method`.
  TestResponse send_json(std::string_view target, std::string_view json,
                         std::string_view method = "POST", const FieldList& fields = {},
                         Where where = Where::current());
  /// Sends a value as JSON, by POST or `method`.
  template <json::JsonWritable T>
    requires(!std::convertible_to<const T&, std::string_view>)
  TestResponse send_json(std::string_view target, const T& value, std::string_view method = "POST",
                         const FieldList& fields = {}, Where where = Where::current()) {
    return send_json(target, std::string_view(json::to_json(value)), method, fields, where);
  }
  /// Posts `form`, such as "name=ada&age=36", as a browser posts a form. `form_text` makes such a
  /// text of names and values.
  TestResponse post_form(std::string_view target, std::string_view form,
                         const FieldList& fields = {}, Where where = Where::current());
  /// Posts these names and values, as a browser posts a form:
  ///
  ///     client.post_form("/login", {{"user", "ada"}, {"password", "lovelace"}});
  TestResponse post_form(std::string_view target, const FieldList& form,
                         const FieldList& fields = {}, Where where = Where::current());
  /// Posts the fields of a struct, as a browser posts a form.
  template <json::JsonWritable T>
    requires(!std::convertible_to<const T&, std::string_view> &&
             !std::convertible_to<const T&, FieldList>)
  TestResponse post_form(std::string_view target, const T& form, const FieldList& fields = {},
                         Where where = Where::current()) {
    return post_form(target, std::string_view(form_text(form)), fields, where);
  }
  /// Posts a form with files (multipart/form-data), as a browser does: first the fields of `form`,
  /// then `files`.
  ///
  ///     client.upload("/photos", {{"title", "The sea"}}, {{"photo", "sea.jpg", "image/jpeg", bytes}});
  TestResponse upload(std::string_view target, const FieldList& form,
                      const std::vector<TestFile>& files, const FieldList& fields = {},
                      Where where = Where::current());
  /// Sends a request by any method. Host and Cookie are added unless `fields` has them, and
  /// Content-Length when there is content or the method is POST, PUT or PATCH. A fragment of the
  /// target is not sent. Throws std::logic_error for a target that must be a mistake of the test: one
  /// with a space, or one that neither begins with / nor is a URL of this host, except * for OPTIONS
  /// and any for CONNECT. `send_raw` sends what is wrong on purpose.
  TestResponse request(std::string_view method, std::string_view target,
                       const FieldList& fields = {}, std::string_view content = {},
                       Where where = Where::current());

  /// Sends a field with every later request that does not have it; an empty `value` stops that.
  void set_field(std::string_view name, std::string_view value);
  /// Sends this user and password with every later request (RFC 7617).
  void basic_auth(std::string_view user, std::string_view password);
  /// Sends this token with every later request (RFC 6750).
  void bearer_auth(std::string_view token);

  /// Opens a WebSocket, over a connection of its own. `fields` may have Origin,
  /// Sec-WebSocket-Protocol and the like; a field of the handshake in `fields` replaces the client's
  /// own. The answer is TestSocket::response.
  TestSocket websocket(std::string_view target, const FieldList& fields = {},
                       Where where = Where::current());

  /// Asks for a stream of server-sent events, over a connection of its own.
  TestEvents events(std::string_view target, const FieldList& fields = {},
                    Where where = Where::current());

  /// Begins a request whose content the test sends in pieces, over a connection of its own.
  TestStream stream(std::string_view method, std::string_view target, const FieldList& fields = {},
                    Where where = Where::current());

  /// Sends any bytes, HTTP or not, over a new connection. Returns everything that comes back until
  /// the server closes the connection or has answered every request.
  std::string send_raw(std::string_view bytes, Where where = Where::current());
  /// What came back over a connection of its own.
  struct RawAnswer {
    std::string bytes;       ///< everything that came
    bool has_ended = false;  ///< whether the server has closed its side of the connection
  };
  /// Sends bytes like `send_raw`, and also tells whether the server has closed the connection.
  RawAnswer exchange_raw(std::string_view bytes, Where where = Where::current());
  /// Calls `listener` with every answer to a request of this client, before the call that has sent the
  /// request returns. Replaces the one before; nullptr removes it.
  void on_answer(std::function<void(const TestResponse&)> listener);
  /// The cookies of this client.
  [[nodiscard]] CookieJar& cookies() MASTIC_LIFETIMEBOUND;
  /// Makes later requests come from another address, such as "203.0.113.9" or "2001:db8::1", over a
  /// new connection. Requests before the first call have no address, as over a Unix socket. Throws
  /// std::invalid_argument when `ip` is not an IP address.
  void set_peer(std::string_view ip, std::uint16_t port = 40'000, Where where = Where::current());
  /// Lets `time` pass for the application: for `mastic::now()`, `steady_now()` and its timers.
  void pass(base::Duration time, Where where = Where::current());
  /// The time of day, as the application sees it.
  [[nodiscard]] base::WallTime now() const;
  /// Sets the time of day to `time`, as an operator sets a clock. The time of day may jump in
  /// either direction; the monotonic clock and timers stay as they are.
  void set_time(base::WallTime time, Where where = Where::current());
  /// Begins the drain of the server after the time `in`: by default at once, and otherwise during a
  /// later call that lets this much time pass. Later requests arrive during the drain.
  void drain(base::Duration in = {}, Where where = Where::current());
  /// The log so far, with messages of every level: `info app: stored 3 items  id=8f3 route=/items`.
  [[nodiscard]] const std::vector<std::string>& log() const;
  /// Makes the network of this client misbehave, from its next connection on: it is slow, cuts what
  /// is sent, or lets the client leave in the middle, which throws ClientLeft. The next request opens
  /// a new connection. Over a socket, `receive_bytes` has no effect. A direct call, which has no
  /// network, throws std::logic_error while there are faults.
  void network(const NetworkFaults& faults, Where where = Where::current());
  /// Another client of the same application, with cookies and connections of its own. It has the same
  /// clock and log. The application lives until its last client is destroyed.
  [[nodiscard]] TestClient another() const;
  /// Says that errors whose line in the log contains `part` belong to the test. Without this, a call
  /// during which an error is logged throws std::logic_error. It is a permission: no error has to come.
  void expect_errors(std::string_view part = {});
  /// Says that what is left behind at the end belongs to the test, such as the threads of a pool that
  /// the test has made and that outlives the client.
  void expect_leaks();
  /// The scheme and host of the URLs of this client: "http://test.example".
  [[nodiscard]] const std::string& origin() const MASTIC_LIFETIMEBOUND { return origin_; }
  /// Whether the application is a server somewhere else, so that what needs its process must be left
  /// out.
  [[nodiscard]] bool is_live() const { return memory_ == nullptr; }

 private:
  struct Way;
  explicit TestClient(Way way);
  /// The request that these arguments make.
  [[nodiscard]] TestRequest make(std::string_view method, std::string_view target,
                                 const FieldList& fields, std::string_view content);
  /// What the answer to this request will belong to.
  [[nodiscard]] std::shared_ptr<TestResponse::Exchange> begin(std::string_view method,
                                                              std::string_view target,
                                                              const FieldList& fields,
                                                              std::string_view content = {});
  /// Keeps the cookies that the answer to `request` sets.
  void take_cookies(const TestResponse& response, const TestRequest& request);
  void check_errors(const TestResponse& response);
  [[nodiscard]] TestResponse exchange_or_explain(const TestRequest& request);
  [[nodiscard]] TestResponse exchange(const TestRequest& request);
  [[nodiscard]] TestResponse exchange_bytes(const TestRequest& request);
  [[nodiscard]] bool can_use_connection_again();
  /// Closes the connection that requests have used so far.
  void use_new_connection();

  CookieJar cookies_;
  std::string origin_;
  std::string prefix_;                                       ///< the path before every target
  std::vector<std::pair<std::string, std::string>> always_;  ///< fields of every request
  std::function<void(const TestResponse&)> listener_;
  NetworkFaults faults_;
  std::shared_ptr<Carrier> carrier_;
  MemoryCarrier* memory_ = nullptr;  ///< the carrier, if it is in memory
  bool is_direct_ = false;
  ClientEnd* connection_ = nullptr;  ///< that of requests; null when a new one is needed
  bool is_calling_ = false;
  const std::shared_ptr<TestClient> self_{this, [](TestClient*) {}};  ///< tells answers of its end
};

}  // namespace mastic::testing
