// A request whose content a test sends piece by piece, and whose answer it reads piece by piece.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/testing/network_faults.h"
#include "mastic/testing/test_request.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {

class Carrier;

/// A request in progress that TestClient::stream has begun, over a connection of its own:
///
///     auto upload = client.stream("POST", "/photos");
///     upload.send("the first ");
///     upload.send("and the second piece");
///     upload.end();
///     EXPECT_EQ(upload.finish().expect().text, "stored 29 bytes");
///
/// The content is sent in chunks (chunked transfer coding). A stream that is destroyed before its
/// answer is complete leaves, as a browser does. Functions that wait throw std::logic_error when what
/// they wait for does not come, and all do when the application was destroyed with its last client.
/// All calls must come from the thread of the client.
class TestStream {
 public:
  /// Made by TestClient::stream.
  TestStream(Carrier& carrier, const NetworkFaults& faults,
             std::shared_ptr<const TestResponse::Exchange> exchange);
  TestStream(TestStream&&) noexcept;
  TestStream& operator=(TestStream&&) noexcept;
  ~TestStream();

  /// Sends a piece of the content as a chunk, and lets the application do what it can with it. An
  /// empty piece sends nothing. Throws std::logic_error after the end of the content, and for GET and
  /// HEAD, whose requests have no content.
  void send(std::string_view piece, Where where = Where::current());
  /// Ends the content, with these trailer fields. The content of GET and HEAD has ended from the
  /// beginning.
  void end(const FieldList& trailers = {}, Where where = Where::current());
  /// Sends bytes as they are, such as a malformed chunk.
  void send_raw(std::string_view bytes, Where where = Where::current());

  /// Whether the head of the answer has come.
  [[nodiscard]] bool has_answer(Where where = Where::current());
  /// Waits for the head of the answer and returns the answer as far as it has come. Its text is
  /// empty: `read` gives the content.
  const TestResponse& head(Where where = Where::current()) MASTIC_LIFETIMEBOUND;
  /// Waits for the next piece of the answer's content, however large; nothing at its end. Throws
  /// std::logic_error when the answer is cut short.
  std::optional<std::string> read(Where where = Where::current());
  /// Ends the content of the request if it has not ended, waits for the whole answer and returns it.
  /// Pieces that were read before are not in its text. To be called once.
  TestResponse finish(Where where = Where::current());

  /// Takes nothing more from now on, so that the server finds its client behind.
  void stop_reading(Where where = Where::current());
  /// Takes again what comes.
  void read_on(Where where = Where::current());
  /// Leaves: ends the connection without a word.
  void leave(Where where = Where::current());
  /// Leaves with a reset.
  void reset(Where where = Where::current());

 private:
  class Line;
  std::unique_ptr<Line> line_;
};

}  // namespace mastic::testing
