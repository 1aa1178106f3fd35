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
#include "mastic/testing/html/document.h"
#include "mastic/testing/test_request.h"

namespace mastic::testing {

class TestClient;
class TestForm;

/// A complete answer, as a client receives it. It can be copied and kept. Functions that send another
/// request throw std::logic_error once the client that it came to was destroyed.
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

  // A page, and what a person does with it. What these send is like the request of a browser: with a
  // Referer, and relative to the page. They are in test_page.cc and test_links.cc.

  /// The page in this answer. It is parsed once. Throws std::logic_error if Content-Type is not that
  /// of HTML.
  [[nodiscard]] const html::Document& html(Where where = Where::current()) const
      MASTIC_LIFETIMEBOUND;
  /// The only element of the page that a CSS selector matches. Throws std::logic_error if there is
  /// none, or if there are several; the message lists them.
  [[nodiscard]] html::Element element(std::string_view css, Where where = Where::current()) const;
  /// Whether the content has `text` in it: as it is, or, of a page, in what people see, where any
  /// white space is equal to any other.
  [[nodiscard]] bool contains(std::string_view text) const;
  /// Returns this answer if it contains `text`. Throws std::logic_error otherwise.
  const TestResponse& expect_contains(std::string_view text,
                                      Where where = Where::current()) const& MASTIC_LIFETIMEBOUND;
  TestResponse expect_contains(std::string_view text, Where where = Where::current()) &&;
  /// Returns this answer if it does not contain `text`. Throws std::logic_error otherwise.
  const TestResponse& expect_absent(std::string_view text,
                                    Where where = Where::current()) const& MASTIC_LIFETIMEBOUND;
  TestResponse expect_absent(std::string_view text, Where where = Where::current()) &&;
  /// Returns this answer if its content is that of the file `path`. Throws std::logic_error with the
  /// lines that differ otherwise. If the environment variable MASTIC_WRITE_GOLDEN is set, the file is
  /// written instead, and its folder is made.
  const TestResponse& expect_golden(const std::string& path,
                                    Where where = Where::current()) const& MASTIC_LIFETIMEBOUND;
  TestResponse expect_golden(const std::string& path, Where where = Where::current()) &&;

  /// Follows the redirection of this answer, as a browser does: after 303 by GET, after 301 and 302
  /// too if it was a POST, after 307 and 308 with the same method and content. Throws
  /// std::logic_error if this is no redirection, or if it leads to another host.
  [[nodiscard]] TestResponse follow(Where where = Where::current()) const;
  /// Follows redirections until an answer is not one; it may be this answer. Throws std::logic_error
  /// after twenty, with the URLs of all.
  [[nodiscard]] TestResponse follow_all(Where where = Where::current()) const;
  /// Follows a link: one with this text, or that this CSS selector matches, or whose text has this
  /// text in it. Throws std::logic_error if there is no such link or there are several that lead to
  /// different places; the message lists links. The answer may be a redirection.
  [[nodiscard]] TestResponse click(std::string_view text_or_selector,
                                   Where where = Where::current()) const;
  /// Follows one of several such links: `index` is 0 for the first.
  [[nodiscard]] TestResponse click(std::string_view text_or_selector, std::size_t index,
                                   Where where = Where::current()) const;
  /// Goes to a URL that is relative to this page, as a link on it would be.
  [[nodiscard]] TestResponse go_to(std::string_view url, Where where = Where::current()) const;
  /// Sends the request of this answer again.
  [[nodiscard]] TestResponse refresh(Where where = Where::current()) const;
  /// The form with this id or name, to be filled in (test_form.h). Throws std::logic_error when there
  /// is not exactly one.
  [[nodiscard]] TestForm form(std::string_view id_or_name, Where where = Where::current()) const;
  /// A form by its index, from 0.
  [[nodiscard]] TestForm form(std::size_t index, Where where = Where::current()) const;
  /// The only form.
  [[nodiscard]] TestForm form(Where where = Where::current()) const;
  /// Writes the content to a temporary file and shows it in a browser: the program in the environment
  /// variable BROWSER, or xdg-open. Returns the path of the file, which stays. For the author of a
  /// test, not for a test.
  std::string open_in_browser() const;

  /// The request that was answered. Lives as long as this response or a copy of it.
  [[nodiscard]] const TestRequest& request() const MASTIC_LIFETIMEBOUND;
  /// The URL that was asked for: "http://test.example/shop?page=2".
  [[nodiscard]] std::string url() const;
  /// The client that the answer came to. Throws std::logic_error for a response that no client has
  /// received, and when the client was destroyed.
  [[nodiscard]] TestClient& client(Where where = Where::current()) const;
  /// Request, answer and log as text, with at most 2,000 bytes of each content.
  [[nodiscard]] std::string to_string() const;

  /// What an answer belongs to. Made by TestClient.
  struct Exchange {
    std::weak_ptr<TestClient> client;  ///< the client that the answer came to, while it exists
    std::string origin;                ///< such as "http://test.example"
    TestRequest request;               ///< what was asked
    std::vector<std::string> log;      ///< what was logged meanwhile
  };
  /// Says what this answer belongs to, for TestClient.
  void set_exchange(std::shared_ptr<const Exchange> exchange) { exchange_ = std::move(exchange); }

 private:
  [[noreturn]] void throw_no_json(const std::string& why, const Where& where) const;
  void check(const ExpectedStatus& expected, const Where& where) const;
  void check_contains(std::string_view part, const Where& where) const;
  void check_absent(std::string_view part, const Where& where) const;
  void check_golden(const std::string& path, const Where& where) const;

  void expect_page(const Where& where) const;
  [[nodiscard]] std::string page_url() const;
  [[nodiscard]] TestResponse visit(std::string_view url, Where where) const;
  [[nodiscard]] TestResponse click_one(std::string_view wanted, const std::size_t* index,
                                       Where where) const;
  [[nodiscard]] std::string base_url(Where where) const;
  [[nodiscard]] TestResponse send(std::string_view method, std::string_view url,
                                  const FieldList& fields, std::string_view content,
                                  Where where) const;
  friend class TestForm;

  std::shared_ptr<const Exchange> exchange_;
  mutable std::shared_ptr<const html::Document> page_;  ///< once it was asked for
};

}  // namespace mastic::testing

#include "mastic/testing/test_form.h"
