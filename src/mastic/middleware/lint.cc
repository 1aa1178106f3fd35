#include "mastic/middleware/lint.h"

#include <optional>

#include "mastic/base/text.h"
#include "mastic/http/date.h"
#include "mastic/http/entity_tag.h"

namespace mastic::middleware {
namespace {

using app::Request;
using app::Response;
using http::FieldName;
using http::Status;

/// Collects the faults of one answer.
class Checker {
 public:
  Checker(const Request& request, const Response& response)
      : request_(request), response_(response), fields_(response.fields.view()) {}

  std::vector<std::string> check() {
    check_status();
    check_framing();
    check_content();
    check_required_fields();
    check_field_values();
    return std::move(faults_);
  }

 private:
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  void check_status() {
    const auto number = code(response_.status);
    if (response_.status == Status::SwitchingProtocols) {
      if (!response_.upgrade) fault("the status is 101, but there is no upgrade");
    } else if (number < 200 || number > 599) {
      fault("the status is " + std::to_string(number));
    }
  }

  void check_framing() {
    for (const FieldName name :
         {FieldName::Connection, FieldName::KeepAlive, FieldName::TransferEncoding,
          FieldName::ProxyConnection, FieldName::Upgrade}) {
      if (fields_.contains(name))
        fault(std::string(to_string(name)) + " must be set by the server only");
    }
    const auto length = fields_.get(FieldName::ContentLength);
    if (!length) return;
    const auto promised = base::parse_decimal(*length);
    const auto size = response_.body.size();
    const bool answers_head = request_.method() == http::Method::Head && size == 0u;
    if (!promised) fault("Content-Length is '" + std::string(*length) + "'");
    // Answers to HEAD, and answers 304, have no content, but may say how long it would be (RFC 9110
    // §8.6).
    if (promised && size && *promised != *size && !answers_head &&
        response_.status != Status::NotModified) {
      fault("Content-Length is " + std::string(*length) + ", and the content has " +
            std::to_string(*size) + " bytes");
    }
  }

  void check_content() {
    const bool has_content = response_.body.size() != 0u;
    if (has_content && forbids_content(response_.status)) {
      fault("the status forbids content, but there is some");
    }
    if (has_content && !fields_.contains(FieldName::ContentType)) {
      fault("there is content without Content-Type");
    }
  }

  void require(Status status, FieldName name) {
    if (response_.status == status && !fields_.contains(name)) {
      fault(std::string(to_string(name)) + " is missing");
    }
  }

  void check_required_fields() {
    for (const Status status : {Status::MovedPermanently, Status::Found, Status::SeeOther,
                                Status::TemporaryRedirect, Status::PermanentRedirect}) {
      require(status, FieldName::Location);
    }
    require(Status::Unauthorized, FieldName::WwwAuthenticate);
    require(Status::MethodNotAllowed, FieldName::Allow);
    require(Status::RangeNotSatisfiable, FieldName::ContentRange);
    const auto type = fields_.get(FieldName::ContentType).value_or("");
    // With several ranges, each part has a Content-Range of its own (RFC 9110 §15.3.7.2).
    if (!type.starts_with("multipart/byteranges")) {
      require(Status::PartialContent, FieldName::ContentRange);
    }
  }

  void check_field_values() {
    for (const FieldName name : {FieldName::ContentType, FieldName::ContentLength, FieldName::ETag,
                                 FieldName::LastModified, FieldName::Location}) {
      if (fields_.count(name) > 1) fault(std::string(to_string(name)) + " is repeated");
    }
    const auto tag = fields_.get(FieldName::ETag);
    if (tag && !http::EntityTag::parse(*tag)) fault("ETag is '" + std::string(*tag) + "'");
    for (const FieldName name : {FieldName::LastModified, FieldName::Date, FieldName::Expires}) {
      const auto date = fields_.get(name);
      // Expires: 0 is not a date, but common for "has expired already" (RFC 9111 §5.3).
      const bool is_date = date && http::parse_date(*date, 0);
      if (date && !is_date && !(name == FieldName::Expires && *date == "0")) {
        fault(std::string(to_string(name)) + " is '" + std::string(*date) + "'");
      }
    }
  }

  const Request& request_;
  const Response& response_;
  http::FieldsView fields_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> Lint::faults_of(const Request& request, const Response& response) {
  return Checker(request, response).check();
}

void Lint::after(Request& request, Response& response) const {
  for (const std::string& fault : faults_of(request, response)) {
    report_(std::string(request.method_text()) + " " + std::string(request.target()) + " (" +
            std::to_string(code(response.status)) + "): " + fault);
  }
}

}  // namespace mastic::middleware
