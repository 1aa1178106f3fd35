// An answer, as a test sees it.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/http/fields.h"
#include "mastic/http/method.h"
#include "mastic/http/status.h"
#include "mastic/json/json.h"
#include "mastic/testing/test_request.h"

namespace mastic::testing {

class TestClient;

/// A complete answer, as a client receives it. It can be copied and kept; the client that it came
/// to must outlive it only for functions that send another request.
class TestResponse {
 public:
  /// The status of the answer.
  http::Status status = http::Status::Ok;
  /// The fields of the answer, in their order.
  http::Fields fields;
  std::string text;                   ///< the content
  std::vector<http::Status> interim;  ///< the interim responses before, such as 103; 101 is final
  http::Fields trailers;              ///< the trailer fields after the content

  /// The value of the first field with this name, or nullopt. The view points into this response.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    return fields.get(name);
  }
  /// Reads the content as JSON into a T. Throws std::logic_error when the content is not JSON or
  /// does not fit T; the message has the place in the content, what was expected there and what was
  /// found, and the whole exchange.
  template <json::JsonReadable T>
  [[nodiscard]] T json(Where where = Where::current()) const {
    auto value = json::from_json<T>(text);
    if (!value) throw_no_json(value.error().message, where);
    return *std::move(value);
  }

  /// Returns this answer if it has the status that the test expects, which by default is any 2xx or
  /// 3xx. Throws std::logic_error otherwise; the message shows the request, the answer and what was
  /// logged meanwhile:
  ///
  ///     client.get("/cart").expect();
  ///     client.get("/cart/9").expect(404);
  ///     client.post("/cart", "??").expect({400, 499});
  const TestResponse& expect(ExpectedStatus status = {},
                             Where where = Where::current()) const& MASTIC_LIFETIMEBOUND;
  TestResponse expect(ExpectedStatus status = {}, Where where = Where::current()) &&;

  /// The request that was answered. Lives as long as this response or a copy of it.
  [[nodiscard]] const TestRequest& request() const MASTIC_LIFETIMEBOUND;
  /// The URL that was asked for: "http://test.example/shop?page=2".
  [[nodiscard]] std::string url() const;
  /// The client that the answer came to. Throws std::logic_error for a response that no client has
  /// received.
  [[nodiscard]] TestClient& client() const;
  /// Request, answer and log as text, with at most 2,000 bytes of each content.
  [[nodiscard]] std::string to_string() const;

  /// What an answer belongs to. Made by TestClient.
  struct Exchange {
    TestClient* client = nullptr;
    std::string origin;  ///< such as "http://test.example"
    TestRequest request;
    std::vector<std::string> log;  ///< what was logged meanwhile
  };
  /// Says what this answer belongs to, for TestClient.
  void set_exchange(std::shared_ptr<const Exchange> exchange) { exchange_ = std::move(exchange); }

 private:
  [[noreturn]] void throw_no_json(const std::string& why, const Where& where) const;
  void check(const ExpectedStatus& expected, const Where& where) const;

  std::shared_ptr<const Exchange> exchange_;
};

/// Reads the interim responses and the final response at the front of `bytes`, and removes them;
/// returns nullopt, and removes nothing, while they are incomplete. `ended` tells that no more
/// bytes will come, which completes content without a length. Throws std::logic_error when `bytes`
/// are not HTTP.
[[nodiscard]] std::optional<TestResponse> read_response(std::string& bytes, http::Method method,
                                                        bool ended);

}  // namespace mastic::testing
