#include "mastic/app/error_response.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <typeinfo>

#include "mastic/app/http_error.h"
#include "mastic/base/encoding.h"
#include "mastic/base/json.h"
#include "mastic/http/accept.h"

namespace mastic::app {
namespace {

using http::FieldName;
using http::Status;

constexpr std::size_t kMostLoggedBytes = 4096;

/// "std::runtime_error: the words" of the exception being handled.
std::string describe_current_exception() {
  std::string text = "an exception";
  if (const std::type_info* const type = abi::__cxa_current_exception_type()) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
    text = status == 0 ? name.get() : type->name();
  }
  try {
    throw;
  } catch (const std::exception& error) {
    text += ": ";
    base::append_log_escaped(text, error.what(), kMostLoggedBytes);
  } catch (...) {  // it has no words
  }
  return text;
}

Response internal_error(Request& request) {
  const std::string reference = reference_id(request.id());
  std::string line = "reference " + reference + ", ";
  line.append(request.method_text()).append(" ");
  base::append_log_escaped(line, request.target(), kMostLoggedBytes);
  request.log().write(base::Level::Error, line + ": " + describe_current_exception());
  return error_response(request, Status::InternalServerError, "The error is on our side.",
                        reference);
}

/// RFC 9457.
struct Problem {
  std::string type = "about:blank";
  std::string title;
  int status = 0;
  std::optional<std::string> detail;
  std::optional<std::string> reference;
};

Problem make_problem(Status status, std::string_view detail, std::string_view reference) {
  const auto text_or_nothing = [](std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(std::string(text));
  };
  return {.title = std::string(reason_phrase(status)),
          .status = code(status),
          .detail = text_or_nothing(detail),
          .reference = text_or_nothing(reference)};
}

std::string plain_page(const Problem& problem) {
  std::string page = std::to_string(problem.status) + " " + problem.title + "\n";
  if (problem.detail) page.append("\n").append(*problem.detail).append("\n");
  if (problem.reference) page.append("\nReference: ").append(*problem.reference).append("\n");
  return page;
}

constexpr std::string_view kPolicy = "default-src 'none'; style-src 'unsafe-inline'";

std::string html_page(const Problem& problem) {
  const std::string title = std::to_string(problem.status) + " " + base::html_escape(problem.title);
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n";
  page.append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
  page.append(title).append("</title>\n");
  page +=
      "<style>:root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;"
      "max-width:36rem;margin:15vh auto;padding:0 1.5rem}small{opacity:.7}</style>\n";
  page.append("<h1>").append(title).append("</h1>\n");
  if (problem.detail)
    page.append("<p>").append(base::html_escape(*problem.detail)).append("</p>\n");
  if (problem.reference) {
    page.append("<p><small>Reference: ").append(*problem.reference).append("</small></p>\n");
  }
  return page;
}

/// The page in the form that `accept` likes best.
Response render(const Problem& problem, std::string_view accept, Status status) {
  constexpr std::string_view kForms[] = {"text/plain", "text/html", "application/problem+json",
                                         "application/json"};
  const std::size_t form = http::choose_media_type(accept, kForms).value_or(0);
  Response response;
  if (form == 0) {
    response = Response::text(plain_page(problem), status);
  } else if (form == 1) {
    response = Response::html(html_page(problem), status);
    response.set(FieldName::ContentSecurityPolicy, kPolicy);
  } else {
    response = Response::of_type("application/problem+json", Body(base::to_json(problem)), status);
  }
  response.set(FieldName::XContentTypeOptions, "nosniff");
  response.set(FieldName::Vary, "Accept");
  return response;
}

}  // namespace

Response error_response(Status status, std::string_view detail) noexcept {
  try {
    Response response = Response::text(plain_page(make_problem(status, detail, {})), status);
    response.fields.add(FieldName::XContentTypeOptions, "nosniff");
    return response;
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response error_response(const Request& request, Status status, std::string_view detail,
                        std::string_view reference) noexcept {
  try {
    return render(make_problem(status, detail, reference),
                  request.fields().joined(FieldName::Accept), status);
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response respond_to_exception(Request& request) noexcept {
  try {
    throw;
  } catch (const HttpError& error) {
    Response response = error_response(request, error.status(), error.detail());
    try {
      for (const http::Field& field : error.fields().view()) response.set(field.name, field.value);
    } catch (...) {
      return Response(Status::ServiceUnavailable);
    }
    return response;
  } catch (const async::Cancelled&) {
    return Response(Status::ServiceUnavailable);
  } catch (const std::bad_alloc&) {
    return error_response(request, Status::ServiceUnavailable);
  } catch (...) {
    try {
      return internal_error(request);
    } catch (...) {
      return error_response(Status::InternalServerError);
    }
  }
}

std::string reference_id(std::uint64_t id) {
  constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";  // no i l o u
  std::string text;
  for (int i = 0; i < 13; ++i, id >>= 5) text += kLetters[id & 31];
  return text;
}

}  // namespace mastic::app
