// Exchanges that are kept in a file, as tests that need not be written.
//
// The file is text that people read, review and edit:
//
//     ==========
//     POST /cart
//     Content-Type: application/x-www-form-urlencoded
//
//     tea=1
//     ----------
//     303 See Other
//     Location: /cart/<id 1>
//     ==========
//     GET /cart/<id 1>
//     ----------
//     200 OK
//     Content-Type: application/json
//
//     {"teas":1}
//
// Each exchange begins with a line of equals signs. A line of dashes stands before its answer. The
// content follows an empty line and ends before the next such line; the last line feed before that
// is not a part of it. \\ \r \t and \xHH stand for a backslash and for bytes that cannot be seen.
// What stands before the first exchange is a comment.

#pragma once

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/test_client.h"

namespace mastic::testing {

class VaryingValues;

/// What may differ from run to run in recorded exchanges:
///
///     const Varying kVarying = Varying()
///                                  .leave_out("X-Request-Id")
///                                  .same("id", "/cart/([0-9a-f]+)")
///                                  .any("time", "[0-9]{2}:[0-9]{2}");
///
/// These fields are always left out: of requests Host and Cookie, which every client adds itself;
/// of answers Date, and what a connection decides: Content-Length, Transfer-Encoding, Connection and
/// Keep-Alive. The scheme and host of the client are written as <origin>.
///
/// A pattern is a regular expression of ECMAScript; if it has a group, only what the first group
/// matches is the value. It is looked for in each line of a field, "Location: /cart/8f3a", and in the
/// content of answers. Throws std::invalid_argument for a pattern that is no regular expression.
class Varying {
 public:
  /// Leaves out all fields of this name, in requests and answers.
  Varying& leave_out(std::string_view field);
  /// Writes <name> in place of every value that matches.
  Varying& any(std::string_view name, const std::string& pattern, Where where = Where::current());
  /// Writes <name 1> in place of the first value that matches, <name 2> in place of the next other
  /// value, and so on. Where the same value is needed again it has the same number; so a later
  /// request that sends the value is repeated with the value that came this time. A value of fewer
  /// than four characters is only recognized where the pattern matches.
  Varying& same(std::string_view name, const std::string& pattern, Where where = Where::current());

 private:
  friend class VaryingValues;
  Varying& add(std::string_view name, const std::string& pattern, bool is_numbered,
               const Where& where);
  struct Pattern {
    std::string name;
    std::regex pattern;
    bool is_numbered;
  };

  std::vector<std::string> left_out_;
  std::vector<Pattern> patterns_;
};

/// Records every exchange of a client while it exists, and compares them with a file:
///
///     TestClient client(make_shop());
///     Recording recording(client, "recorded/shop.txt");
///     client.post_form("/cart", "tea=1");
///     client.get("/cart").expect();
///     recording.check();
///
/// With MASTIC_WRITE_GOLDEN in the environment, `check` writes the file instead. WebSockets, streams
/// and raw bytes are not recorded. The client must outlive the recording.
class Recording {
 public:
  /// Records what `client` sends and receives from now on. `path` is that of the file.
  Recording(TestClient& client, std::string path, Varying varying = {});
  /// A recording that was never checked is a failure (report_failure).
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// Compares what was recorded so far with the file. Throws std::logic_error when there is no file,
  /// and when it differs; the message shows the lines that do. If MASTIC_WRITE_GOLDEN is set, writes
  /// the file and its folder; a comment at its beginning stays.
  void check(Where where = Where::current());
  /// What was recorded so far, as it is written.
  [[nodiscard]] const std::string& text() const MASTIC_LIFETIMEBOUND { return text_; }

 private:
  TestClient& client_;
  std::string path_;
  std::unique_ptr<VaryingValues> values_;
  std::string text_;
  bool is_checked_ = false;
};

/// Sends every request of a recorded file to `client`, which may reach its application in any way, and
/// compares the answers:
///
///     auto client = TestClient::connect("http://127.0.0.1:8080");
///     replay(client, "recorded/shop.txt", kVarying);
///
/// Cookies are those that the client keeps. Throws std::logic_error when a request cannot be sent, and
/// when answers differ; the message shows the lines that do. If MASTIC_WRITE_GOLDEN is set, writes the
/// answers that came into the file, so a file may begin as requests with a line of dashes after each.
void replay(TestClient& client, const std::string& path, const Varying& varying = {},
            Where where = Where::current());

}  // namespace mastic::testing
