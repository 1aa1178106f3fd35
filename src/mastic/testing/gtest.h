// Matchers and printers for GoogleTest. The library itself does not need GoogleTest: everything is in
// this header. EXPECT_THAT and matchers such as HasSubstr are in <gmock/gmock.h>.

#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/text.h"
#include "mastic/json/json.h"
#include "mastic/testing/event_reader.h"
#include "mastic/testing/failure.h"
#include "mastic/testing/page_url.h"
#include "mastic/testing/test_request.h"
#include "mastic/testing/test_response.h"
#include "mastic/websocket/message.h"

namespace mastic::testing {

/// A matcher of text: a text, which has to be equal, or a matcher such as HasSubstr("tea").
using TextMatcher = ::testing::Matcher<const std::string&>;
/// A matcher of answers.
using ResponseMatcher = ::testing::Matcher<const TestResponse&>;

namespace detail {

/// Keeps what a matcher explains.
class Explanation final : public ::testing::MatchResultListener {
 public:
  Explanation() : MatchResultListener(&text_) {}
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

/// Passes an explanation on, after a comma.
template <class T>
bool explain(const ::testing::Matcher<T>& matcher, T value,
             ::testing::MatchResultListener* listener) {
  Explanation why;
  const bool is_match = matcher.MatchAndExplain(value, &why);
  if (!why.text().empty()) *listener << ", " << why.text();
  return is_match;
}

class HasStatusMatcher final : public ::testing::MatcherInterface<const TestResponse&> {
 public:
  explicit HasStatusMatcher(ExpectedStatus expected) : expected_(expected) {}
  void DescribeTo(std::ostream* out) const override {
    *out << "has the status " << expected_.to_string();
  }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << "does not have the status " << expected_.to_string();
  }
  bool MatchAndExplain(const TestResponse& response,
                       ::testing::MatchResultListener* listener) const override {
    *listener << "whose status is " << static_cast<int>(response.status);
    return expected_.includes(response.status);
  }

 private:
  ExpectedStatus expected_;
};

/// Matches an answer that has a value of some kind, which a matcher likes.
class HasValueMatcher : public ::testing::MatcherInterface<const TestResponse&> {
 public:
  /// `what` names the values, such as "the field Location". Without `matcher`, one must be there.
  HasValueMatcher(std::string what, std::optional<TextMatcher> matcher)
      : what_(std::move(what)), matcher_(std::move(matcher)) {}
  void DescribeTo(std::ostream* out) const override {
    *out << "has " << what_;
    if (matcher_) matcher_->DescribeTo(&(*out << ", which "));
  }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << "does not have " << what_;
    if (matcher_) matcher_->DescribeNegationTo(&(*out << ", or has one which "));
  }
  bool MatchAndExplain(const TestResponse& response,
                       ::testing::MatchResultListener* listener) const override {
    const std::vector<std::string> values = values_of(response);
    if (values.empty()) {
      *listener << "which does not have " << what_;
      return false;
    }
    *listener << "which has " << what_ << " with the value ";
    for (const std::string& value : values) {
      *listener << (&value == values.data() ? "" : " and ") << ::testing::PrintToString(value);
    }
    if (!matcher_) return true;
    for (const std::string& value : values) {
      if (explain<const std::string&>(*matcher_, value, listener)) return true;
    }
    return false;
  }

 private:
  [[nodiscard]] virtual std::vector<std::string> values_of(const TestResponse&) const = 0;

  std::string what_;
  std::optional<TextMatcher> matcher_;
};

class HasFieldMatcher final : public HasValueMatcher {
 public:
  HasFieldMatcher(const std::string& name, std::optional<TextMatcher> matcher)
      : HasValueMatcher("the field " + name, std::move(matcher)), name_(name) {}

 private:
  [[nodiscard]] std::vector<std::string> values_of(const TestResponse& response) const override {
    std::vector<std::string> values;
    for (const http::Field field : response.fields.view()) {
      if (base::equal_ignoring_case(field.name, name_)) values.emplace_back(field.value);
    }
    return values;
  }

  std::string name_;
};

class HasCookieMatcher final : public HasValueMatcher {
 public:
  HasCookieMatcher(const std::string& name, std::optional<TextMatcher> matcher)
      : HasValueMatcher("a Set-Cookie for the cookie " + name, std::move(matcher)), name_(name) {}

 private:
  [[nodiscard]] std::vector<std::string> values_of(const TestResponse& response) const override {
    std::vector<std::string> values;
    for (const http::Field field : response.fields.view()) {
      if (!base::equal_ignoring_case(field.name, "Set-Cookie")) continue;
      std::string_view attributes = field.value;
      std::string_view pair = base::take_until(attributes, ';');
      const std::string_view name = base::trim(base::take_until(pair, '='));
      if (name == name_) values.emplace_back(base::trim(pair));
    }
    return values;
  }

  std::string name_;
};

class HasTextMatcher final : public ::testing::MatcherInterface<const TestResponse&> {
 public:
  explicit HasTextMatcher(TextMatcher matcher) : matcher_(std::move(matcher)) {}
  void DescribeTo(std::ostream* out) const override {
    matcher_.DescribeTo(&(*out << "has a text which "));
  }
  void DescribeNegationTo(std::ostream* out) const override {
    matcher_.DescribeNegationTo(&(*out << "has a text which "));
  }
  bool MatchAndExplain(const TestResponse& response,
                       ::testing::MatchResultListener* listener) const override {
    *listener << "whose text is " << ::testing::PrintToString(response.text);
    return explain<const std::string&>(matcher_, response.text, listener);
  }

 private:
  TextMatcher matcher_;
};

template <class T>
class HasJsonMatcher final : public ::testing::MatcherInterface<const TestResponse&> {
 public:
  explicit HasJsonMatcher(::testing::Matcher<const T&> matcher) : matcher_(std::move(matcher)) {}
  void DescribeTo(std::ostream* out) const override {
    matcher_.DescribeTo(&(*out << "has JSON which "));
  }
  void DescribeNegationTo(std::ostream* out) const override {
    matcher_.DescribeNegationTo(&(*out << "has JSON which "));
  }
  bool MatchAndExplain(const TestResponse& response,
                       ::testing::MatchResultListener* listener) const override {
    const auto value = json::from_json<T>(response.text);
    if (!value) {
      *listener << "whose text is not that JSON: " << value.error().message;
      return false;
    }
    *listener << "whose JSON is " << response.text;
    return explain<const T&>(matcher_, *value, listener);
  }

 private:
  ::testing::Matcher<const T&> matcher_;
};

class IsRedirectMatcher final : public ::testing::MatcherInterface<const TestResponse&> {
 public:
  explicit IsRedirectMatcher(TextMatcher matcher) : matcher_(std::move(matcher)) {}
  void DescribeTo(std::ostream* out) const override {
    matcher_.DescribeTo(&(*out << "redirects to a target which "));
  }
  void DescribeNegationTo(std::ostream* out) const override {
    matcher_.DescribeNegationTo(&(*out << "does not redirect, or to a target which "));
  }
  bool MatchAndExplain(const TestResponse& response,
                       ::testing::MatchResultListener* listener) const override {
    const int status = static_cast<int>(response.status);
    const std::string location(response.field("Location").value_or(""));
    const bool redirects =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (!redirects || location.empty()) {
      *listener << "which does not redirect: its status is " << status;
      if (redirects) *listener << ", and it has no Location";
      return false;
    }
    const std::string target = within_site(location, response);
    *listener << "which redirects to " << ::testing::PrintToString(location);
    return explain<const std::string&>(matcher_, target, listener);
  }

 private:
  /// The path and query of a URL of the site that has answered; any other location as it is.
  static std::string within_site(const std::string& location, const TestResponse& response) {
    const std::string base = response.url();
    const std::string url = resolve_url(base, location);
    const std::string_view origin = origin_of(base);
    const bool is_here = !origin.empty() && origin_of(url) == origin;
    return is_here ? url.substr(origin.size()) : location;
  }

  TextMatcher matcher_;
};

}  // namespace detail

/// Matches an answer with this status, or with one of a range:
///
///     EXPECT_THAT(client.get("/tea/9"), HasStatus(404));
///     EXPECT_THAT(client.post("/tea", "??"), HasStatus({400, 499}));
[[nodiscard]] inline ResponseMatcher HasStatus(ExpectedStatus status) {
  return ResponseMatcher(new detail::HasStatusMatcher(status));
}
/// Matches an answer that has a field of this name, in any case.
[[nodiscard]] inline ResponseMatcher HasField(const std::string& name) {
  return ResponseMatcher(new detail::HasFieldMatcher(name, std::nullopt));
}
/// Matches an answer that has a field of this name with such a value. If several fields have the
/// name, one such value is enough.
[[nodiscard]] inline ResponseMatcher HasField(const std::string& name, TextMatcher value) {
  return ResponseMatcher(new detail::HasFieldMatcher(name, std::move(value)));
}
/// Matches an answer that has no field of this name.
[[nodiscard]] inline ResponseMatcher HasNoField(const std::string& name);
/// Matches an answer with such a content.
[[nodiscard]] inline ResponseMatcher HasText(TextMatcher text) {
  return ResponseMatcher(new detail::HasTextMatcher(std::move(text)));
}
/// Matches an answer whose content is JSON for a T, and such a T:
///
///     EXPECT_THAT(client.get("/tea/1"), HasJson<Tea>(Field(&Tea::name, "Assam")));
template <json::JsonReadable T>
[[nodiscard]] ResponseMatcher HasJson(::testing::Matcher<const T&> value) {
  return ResponseMatcher(new detail::HasJsonMatcher<T>(std::move(value)));
}
/// Matches a redirection (301, 302, 303, 307 or 308) to such a target. A Location within the site is
/// compared by its path and query: "http://test.example/cart" and "../cart" on "/tea/" are "/cart".
[[nodiscard]] inline ResponseMatcher IsRedirectTo(TextMatcher target) {
  return ResponseMatcher(new detail::IsRedirectMatcher(std::move(target)));
}
/// Matches an answer that sets this cookie.
[[nodiscard]] inline ResponseMatcher HasCookie(const std::string& name) {
  return ResponseMatcher(new detail::HasCookieMatcher(name, std::nullopt));
}
/// Matches an answer that sets this cookie to such a value.
[[nodiscard]] inline ResponseMatcher HasCookie(const std::string& name, TextMatcher value) {
  return ResponseMatcher(new detail::HasCookieMatcher(name, std::move(value)));
}

namespace detail {

class HasNoFieldMatcher final : public ::testing::MatcherInterface<const TestResponse&> {
 public:
  explicit HasNoFieldMatcher(const std::string& name) : name_(name), field_(HasField(name)) {}
  void DescribeTo(std::ostream* out) const override { *out << "has no field " << name_; }
  void DescribeNegationTo(std::ostream* out) const override { field_.DescribeTo(out); }
  bool MatchAndExplain(const TestResponse& response,
                       ::testing::MatchResultListener* listener) const override {
    return !field_.MatchAndExplain(response, listener);
  }

 private:
  std::string name_;
  ResponseMatcher field_;
};

/// Makes a failure of GoogleTest of what a destructor reports. Outside of a test and its suite,
/// GoogleTest may have counted the failures already, so there the program is ended as by default.
inline void report_to_gtest(const std::string& message);

/// The one static registration of this header. Destructors cannot be given a reporter, and the
/// framework is a property of the program: who includes this header has chosen GoogleTest for all
/// tests of the program, and a `main` that could register it is often GoogleTest's own.
inline const FailureReporter kDefaultReporter = set_failure_reporter(report_to_gtest);

inline void report_to_gtest(const std::string& message) {
  const ::testing::UnitTest& tests = *::testing::UnitTest::GetInstance();
  if (tests.current_test_suite() == nullptr) return kDefaultReporter(message);
  ADD_FAILURE() << message;
}

}  // namespace detail

inline ResponseMatcher HasNoField(const std::string& name) {
  return ResponseMatcher(new detail::HasNoFieldMatcher(name));
}

/// Prints the whole exchange, when a test fails.
inline void PrintTo(const TestResponse& response, std::ostream* out) {
  *out << '\n' << response.to_string();
}
/// Prints an event as `name "data"`, and its id if it has one.
inline void PrintTo(const TestEvent& event, std::ostream* out) {
  *out << event.name << ' ' << ::testing::PrintToString(event.data);
  if (!event.id.empty()) *out << " with the id " << ::testing::PrintToString(event.id);
}

}  // namespace mastic::testing

namespace mastic::websocket {

/// Prints a message of a WebSocket as `text "..."` or `bytes "..."`.
inline void PrintTo(const Message& message, std::ostream* out) {
  *out << (message.is_binary ? "bytes " : "text ") << ::testing::PrintToString(message.data);
}

}  // namespace mastic::websocket
