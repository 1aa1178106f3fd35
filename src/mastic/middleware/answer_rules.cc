#include "mastic/middleware/answer_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/http/date.h"
#include "mastic/http/entity_tag.h"
#include "mastic/http/media_type.h"
#include "mastic/middleware/field_rules.h"

namespace mastic::middleware {
namespace {

using app::Request;
using app::Response;
using http::FieldName;
using http::Status;

constexpr std::string_view kServersOwn =
    "app/response.h, Response: the server frames the message (RFC 9110 §7.6.1)";

std::string quoted(std::string_view name, std::string_view value) {
  return std::string(name) + " is '" + std::string(value) + "'";
}

/// Collects the faults of one answer.
class Checker {
 public:
  Checker(const Request& request, const Response& response)
      : request_(request), response_(response), fields_(response.fields.view()) {
    for (const http::Field field : fields_) ++counts_[to_index(field.known)];
  }

  std::vector<Fault> check() {
    check_status();
    check_framing();
    check_content();
    check_required_fields();
    check_single_fields();
    check_fields();
    check_dates();
    check_ranges();
    check_cookies();
    return std::move(faults_);
  }

 private:
  void fault(std::string text, std::string_view source) {
    faults_.push_back({std::move(text), source});
  }

  static std::size_t to_index(FieldName name) { return static_cast<std::size_t>(name); }
  [[nodiscard]] bool has(FieldName name) const { return counts_[to_index(name)] > 0; }

  // Interim responses are not answers: a handler sends them by Request::inform. 101 is one only in
  // name, because nothing else follows it.
  void check_status() {
    const auto number = code(response_.status);
    if (response_.status == Status::SwitchingProtocols) {
      if (!response_.upgrade) {
        fault("the status is 101, but there is no upgrade", "RFC 9110 §15.2.2");
      }
    } else if (number < 200 || number > 599) {
      fault("the status is " + std::to_string(number), "RFC 9110 §15");
    }
    if (response_.status == Status::UpgradeRequired && !response_.upgrade) {
      fault("the status is 426, but no upgrade names a protocol", "RFC 9110 §15.5.22");
    }
  }

  // The server frames a message from what it knows of its content. A second opinion on where it ends is
  // how a request or an answer is smuggled past a proxy.
  void check_framing() {
    for (const FieldName name :
         {FieldName::Connection, FieldName::KeepAlive, FieldName::TransferEncoding,
          FieldName::ProxyConnection, FieldName::Upgrade}) {
      if (has(name)) {
        fault(std::string(to_string(name)) + " must be set by the server only", kServersOwn);
      }
    }
    const auto length = fields_.get(FieldName::ContentLength);
    if (!length) return;
    const auto promised = base::parse_decimal(*length);
    const auto size = response_.body.size();
    const bool answers_head = request_.method() == http::Method::Head && size == 0u;
    if (!promised) return fault(quoted("Content-Length", *length), "RFC 9110 §8.6");
    if (response_.status == Status::NoContent) {
      fault("Content-Length is set, and an answer with the status 204 has none", "RFC 9110 §8.6");
    }
    // Answers to HEAD, and answers 304, have no content, but may say how long it would be (RFC 9110
    // §8.6).
    if (size && *promised != *size && !answers_head && response_.status != Status::NotModified) {
      fault("Content-Length is " + std::string(*length) + ", and the content has " +
                std::to_string(*size) + " bytes",
            "RFC 9112 §6.2");
    }
  }

  // Content of an unknown size counts as some: it is not pulled to find out.
  [[nodiscard]] bool has_content() const { return response_.body.size() != 0u; }

  void check_content() {
    if (has_content() && forbids_content(response_.status)) {
      fault("the status forbids content, but there is some",
            response_.status == Status::NoContent      ? "RFC 9110 §15.3.5"
            : response_.status == Status::ResetContent ? "RFC 9110 §15.3.6"
            : response_.status == Status::NotModified  ? "RFC 9110 §15.4.5"
                                                       : "RFC 9110 §15.2");
    }
    if (has_content() && !has(FieldName::ContentType)) {
      fault("there is content without Content-Type", "RFC 9110 §8.3");
    }
  }

  void require(Status status, FieldName name, std::string_view source) {
    if (response_.status == status && !has(name)) {
      fault(std::string(to_string(name)) + " is missing", source);
    }
  }

  void check_required_fields() {
    require(Status::MovedPermanently, FieldName::Location, "RFC 9110 §15.4.2");
    require(Status::Found, FieldName::Location, "RFC 9110 §15.4.3");
    require(Status::SeeOther, FieldName::Location, "RFC 9110 §15.4.4");
    require(Status::TemporaryRedirect, FieldName::Location, "RFC 9110 §15.4.8");
    require(Status::PermanentRedirect, FieldName::Location, "RFC 9110 §15.4.9");
    require(Status::Unauthorized, FieldName::WwwAuthenticate, "RFC 9110 §15.5.2");
    require(Status::MethodNotAllowed, FieldName::Allow, "RFC 9110 §15.5.6");
    require(Status::ProxyAuthenticationRequired, FieldName::ProxyAuthenticate, "RFC 9110 §15.5.8");
    require(Status::RangeNotSatisfiable, FieldName::ContentRange, "RFC 9110 §15.5.17");
    if (!has_parts()) require(Status::PartialContent, FieldName::ContentRange, "RFC 9110 §15.3.7");
    // A client that believes Allow would ask again, and again be refused.
    const auto allow = fields_.joined(FieldName::Allow);
    if (response_.status == Status::MethodNotAllowed && is_listed(allow, request_.method_text())) {
      fault("the status is 405, but Allow has " + std::string(request_.method_text()),
            "RFC 9110 §15.5.6");
    }
  }

  // Recipients choose differently between two lines with one name, so that a cache and a browser may
  // read different answers.
  void check_single_fields() {
    for (const FieldName name :
         {FieldName::Age, FieldName::ContentDisposition, FieldName::ContentLength,
          FieldName::ContentRange, FieldName::ContentType, FieldName::Date, FieldName::ETag,
          FieldName::Expires, FieldName::LastModified, FieldName::Location, FieldName::RetryAfter,
          FieldName::StrictTransportSecurity}) {
      if (counts_[to_index(name)] > 1) {
        fault(std::string(to_string(name)) + " is repeated", "RFC 9110 §5.3");
      }
    }
  }

  /// The syntax of each field, also of those that nothing but their text is known of.
  void check_fields() {
    for (const http::Field field : fields_) {
      if (auto wrong = wrong_bytes(field)) {
        fault(*std::move(wrong), "RFC 9110 §5.5");
      } else if (const std::string_view source = broken_syntax(field); !source.empty()) {
        fault(quoted(field.name, field.value), source);
      }
    }
  }

  // A client that revalidates by a date in the future would be told for ever that nothing has changed.
  void check_dates() {
    const auto modified = date(FieldName::LastModified);
    const auto sent = date(FieldName::Date);
    if (modified && sent && *modified > *sent) {
      fault("Last-Modified is later than Date", "RFC 9110 §8.8.2.1");
    }
  }
  [[nodiscard]] std::optional<std::int64_t> date(FieldName name) const {
    const auto text = fields_.get(name);
    return text ? http::parse_date(*text, 0) : std::nullopt;
  }

  void check_ranges() {
    if (response_.status != Status::PartialContent) return;
    if (has_parts()) {
      if (has(FieldName::ContentRange)) {
        fault("Content-Range is set, and the ranges of the parts are in the parts",
              "RFC 9110 §15.3.7.2");
      }
    } else if (const auto range = fields_.get(FieldName::ContentRange)) {
      const auto bytes = bytes_of_range(*range);
      const auto size = response_.body.size();
      if (bytes && size && *bytes != *size && request_.method() != http::Method::Head) {
        fault(quoted("Content-Range", *range) + ", and the content has " + std::to_string(*size) +
                  " bytes",
              "RFC 9110 §14.4");
      }
    }
    // Parts of two versions must not be put together, and a weak tag does not tell them apart.
    const auto tag = http::EntityTag::parse(fields_.get(FieldName::ETag).value_or(""));
    if (tag && tag->weak && request_.fields().contains(FieldName::IfRange)) {
      fault("the status is 206 for If-Range, but the ETag is weak", "RFC 9110 §13.1.5");
    }
  }
  // With several ranges, each part has a Content-Range of its own (RFC 9110 §15.3.7.2).
  [[nodiscard]] bool has_parts() const {
    constexpr std::string_view kType = "multipart/byteranges";
    const std::string_view type = fields_.get(FieldName::ContentType).value_or("");
    return base::equal_ignoring_case(type.substr(0, kType.size()), kType);
  }

  void check_cookies() {
    for (const http::Field field : fields_) {
      if (field.known != FieldName::SetCookie) continue;
      const std::string_view wrong = wrong_in_cookie(field.value);
      // The value of a cookie may be a secret, so that only its name is shown.
      const std::string name(base::trim(field.value.substr(0, field.value.find_first_of("=;"))));
      if (!wrong.empty()) fault("the cookie '" + name + "' " + std::string(wrong), kCookies);
    }
  }
  static constexpr std::string_view kCookies = "RFC 6265 §4.1.1";

  const Request& request_;
  const Response& response_;
  http::FieldsView fields_;
  // Most rules only ask whether there is a field, so the fields are gone through once.
  std::array<std::uint32_t, http::kFieldNameCount> counts_{};
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> faults_of(const Request& request, const Response& response) {
  return Checker(request, response).check();
}

}  // namespace mastic::middleware
