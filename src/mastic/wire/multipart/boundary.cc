#include "mastic/wire/multipart/boundary.h"

#include <algorithm>

#include "mastic/base/text.h"
#include "mastic/wire/multipart/parameters.h"

namespace mastic::wire::multipart {
namespace {

constexpr std::size_t kMaxBoundaryBytes = 70;

bool is_boundary_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= kMaxBoundaryBytes && text.back() != ' ' &&
         std::ranges::all_of(text, is_boundary_character);
}

}  // namespace

std::expected<std::string, ContentFault> find_boundary(std::string_view content_type) {
  const auto is_form = [](std::string_view type) {
    return base::equal_ignoring_case(type, "multipart/form-data");
  };
  std::string_view rest = content_type;
  if (!is_form(base::trim(base::take_until(rest, ';')))) {
    return std::unexpected(ContentFault{http::Status::UnsupportedMediaType,
                                        "Send a form here, as multipart/form-data."});
  }
  const auto parameters = parse_parameters(content_type, EmptyParameters::Skipped);
  const auto boundary = parameters ? parameters->get("boundary") : std::nullopt;
  if (!boundary || !is_boundary(*boundary)) {
    return std::unexpected(ContentFault{
        http::Status::BadRequest,
        "The Content-Type of a multipart form has to name one boundary of 1 to 70 characters."});
  }
  return std::string(*boundary);
}

}  // namespace mastic::wire::multipart
