#include "mastic/app/error_response.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <typeinfo>

#include "mastic/app/http_error.h"
#include "mastic/base/encoding.h"

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
  return error_response(Status::InternalServerError,
                        "The error is on our side. Reference: " + reference);
}

}  // namespace

Response error_response(Status status, std::string_view detail) noexcept {
  try {
    std::string page = std::to_string(code(status));
    page.append(" ").append(reason_phrase(status)).append("\n");
    if (!detail.empty()) page.append("\n").append(detail).append("\n");
    Response response = Response::text(std::move(page), status);
    response.fields.add(FieldName::XContentTypeOptions, "nosniff");
    return response;
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response respond_to_exception(Request& request) noexcept {
  try {
    throw;
  } catch (const HttpError& error) {
    Response response = error_response(error.status(), error.detail());
    try {
      for (const http::Field& field : error.fields().view()) response.set(field.name, field.value);
    } catch (...) {
      return Response(Status::ServiceUnavailable);
    }
    return response;
  } catch (const async::Cancelled&) {
    return Response(Status::ServiceUnavailable);
  } catch (const std::bad_alloc&) {
    return error_response(Status::ServiceUnavailable);
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
