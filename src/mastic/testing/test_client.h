// A client that calls an application in process: no port, no thread, no waiting.

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
#include "mastic/http/fields.h"
#include "mastic/http/status.h"
#include "mastic/json/json.h"
#include "mastic/server/options.h"
#include "mastic/testing/cookie_jar.h"

namespace mastic::testing {

/// What a client has in hand when an answer is complete.
struct TestResponse {
  /// The status of the answer.
  http::Status status = http::Status::Ok;
  /// The fields of the answer, in their order.
  http::Fields fields;
  std::string text;                   ///< the content
  std::vector<http::Status> interim;  ///< 103 and the like, that came before; 101 is an answer

  /// The value of the first field with this name, or nothing.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    return fields.get(name);
  }
  /// The content, read as JSON into a T. Throws std::logic_error when it is not that: with the place
  /// in it, the status and how it begins.
  template <json::JsonReadable T>
  [[nodiscard]] T json() const {
    auto value = json::from_json<T>(text);
    if (!value) throw_no_json(value.error().message);
    return *std::move(value);
  }

 private:
  [[noreturn]] void throw_no_json(const std::string& why) const;
};

/// Serves `app` on a connection in memory, through the very code that a server runs, and reads what
/// comes back as a client does:
///
///     TestClient client(make_site());
///     EXPECT_EQ(client.get("/hi/ada").text, "hi ada");
///
/// Start-up hooks run before the first call, shutdown hooks at the end, background tasks meanwhile.
/// Time passes at once whenever everything waits for it, so nothing is slow; `pass` moves it on.
/// Cookies that answers set are kept and go with later requests, as with a browser (CookieJar).
/// Every answer is held to the contract of applications (middleware/lint): a breach throws
/// std::logic_error from the call, as does an answer that is not HTTP or does not come.
class TestClient {
 public:
  /// Names and values of fields that a request has besides.
  using FieldList = std::vector<std::pair<std::string_view, std::string_view>>;

  /// Starts `app` as a server with these `options` would.
  explicit TestClient(app::App app, const server::Options& options = {});
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
  /// Posts, or sends by `method`, `json` as application/json.
  TestResponse send_json(std::string_view target, std::string_view json,
                         std::string_view method = "POST", const FieldList& fields = {});
  /// Posts `form`, "name=ada&age=36", as a form does.
  TestResponse post_form(std::string_view target, std::string_view form,
                         const FieldList& fields = {});
  /// Any other. Host is set unless `fields` has it, and so is Cookie; Content-Length is when there is
  /// content.
  TestResponse request(std::string_view method, std::string_view target,
                       const FieldList& fields = {}, std::string_view content = {});

  /// Sends any bytes on a connection of their own, and returns all that comes back.
  std::string send_raw(std::string_view bytes);
  /// The cookies that it has.
  [[nodiscard]] CookieJar& cookies() MASTIC_LIFETIMEBOUND;
  /// From now on requests come from another address, "203.0.113.9" or "2001:db8::1", on connections
  /// of their own; at first they come from none, as over a Unix socket. Throws std::invalid_argument
  /// when `ip` is not an address.
  void set_peer(std::string_view ip, std::uint16_t port = 40'000);
  /// Lets time pass, as the application sees it in `mastic::now()`, `steady_now()` and its timers.
  void pass(base::Duration time);
  /// The time of day, as the application sees it.
  [[nodiscard]] base::WallTime now() const;
  /// Sets that to `time`, as an operator does who sets the clock: it jumps, in either direction, and
  /// nothing else notices.
  void set_time(base::WallTime time);
  /// Has the server drain, as at its end, when that time has passed: in the midst of a call that
  /// waits for as long, or now. Calls that follow are requests that came during the drain.
  void drain(base::Duration in = {});
  /// What was logged so far, of every level: `info app: stored 3 items  id=8f3 route=/items`.
  [[nodiscard]] const std::vector<std::string>& log() const;

 private:
  class Setup;
  CookieJar cookies_;
  std::unique_ptr<Setup> setup_;
};

}  // namespace mastic::testing
