// An answer, as a test sees it.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/http/fields.h"
#include "mastic/http/method.h"
#include "mastic/http/status.h"
#include "mastic/json/json.h"

namespace mastic::testing {

/// A complete answer, as a client receives it.
struct TestResponse {
  /// The status of the answer.
  http::Status status = http::Status::Ok;
  /// The fields of the answer, in their order.
  http::Fields fields;
  std::string text;                   ///< the content
  std::vector<http::Status> interim;  ///< the interim responses before, such as 103; 101 is final

  /// The value of the first field with this name, or nullopt. The view points into this response.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    return fields.get(name);
  }
  /// Reads the content as JSON into a T. Throws std::logic_error when the content is not JSON or
  /// does not fit T; the message has the place in the content, the status of the answer and the
  /// beginning of the content.
  template <json::JsonReadable T>
  [[nodiscard]] T json() const {
    auto value = json::from_json<T>(text);
    if (!value) throw_no_json(value.error().message);
    return *std::move(value);
  }

 private:
  [[noreturn]] void throw_no_json(const std::string& why) const;
};

/// Reads the interim responses and the final response at the front of `bytes`, and removes them;
/// returns nullopt, and removes nothing, while they are incomplete. `ended` tells that no more
/// bytes will come, which completes content without a length. Throws std::logic_error when `bytes`
/// are not HTTP.
[[nodiscard]] std::optional<TestResponse> read_response(std::string& bytes, http::Method method,
                                                        bool ended);

}  // namespace mastic::testing
