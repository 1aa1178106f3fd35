#include "mastic/app/request.h"

#include <stdexcept>
#include <string>

#include "mastic/app/own_host.h"
#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/http/accept.h"
#include "mastic/http/cookie.h"

namespace mastic::app {

std::string_view Request::decoded_path() {
  if (path().find('%') == std::string_view::npos) return path();
  return base::percent_decode(path(), memory());
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  return http::find_cookie(fields(), name);
}

std::optional<std::string_view> Request::preferred_type(
    std::initializer_list<std::string_view> offered) const {
  answer_notes_.add_dependence(http::FieldName::Accept);
  const std::span<const std::string_view> types(offered.begin(), offered.size());
  const auto chosen = http::choose_media_type(fields().joined(http::FieldName::Accept), types);
  return chosen ? std::optional(types[*chosen]) : std::nullopt;
}

std::optional<std::string_view> Request::preferred_language(
    std::initializer_list<std::string_view> offered) const {
  answer_notes_.add_dependence(http::FieldName::AcceptLanguage);
  const std::span<const std::string_view> tags(offered.begin(), offered.size());
  const auto chosen = http::choose_language(fields().joined(http::FieldName::AcceptLanguage), tags);
  return chosen ? std::optional(tags[*chosen]) : std::nullopt;
}

http::AcceptedCodings Request::accepted_codings() const {
  answer_notes_.add_dependence(http::FieldName::AcceptEncoding);
  return http::AcceptedCodings::parse(fields().joined(http::FieldName::AcceptEncoding));
}

std::string_view Request::value(std::string_view name) const {
  for (const PathValue& value : values()) {
    if (value.name == name) return value.text;
  }
  throw std::out_of_range("the pattern of this route has no {" + std::string(name) + "}");
}

/// Asks the router that is running first, then the routers around it. The path that a router
/// returns is below its own mount, so the part of the path that the mounts above the router took is
/// put in front.
std::string Request::make_url(std::string_view name,
                              std::initializer_list<std::string> values) const {
  for (const RouterFrame* at = route_state_.routers(); at != nullptr; at = at->outer) {
    const auto path = at->router->path_of(name, {values.begin(), values.size()});
    if (path) return std::string(facts_.path.substr(0, at->mounted_bytes)) + *path;
  }
  throw std::invalid_argument("url_for: no route is named '" + std::string(name) + "'");
}

std::string_view Request::route() { return route_state_.join_route(facts_.path, memory()); }

std::optional<http::TraceContext> Request::trace() const {
  constexpr std::string_view kName = "traceparent";
  std::optional<http::TraceContext> trace;
  for (const http::Field& field : fields()) {
    if (!base::equal_ignoring_case(field.name, kName)) continue;
    if (trace) return std::nullopt;  // there are two, so neither can be trusted
    trace = http::TraceContext::parse(field.value);
    if (!trace) return std::nullopt;
  }
  return trace;
}

std::string Request::traceparent() const {
  // An odd factor, so that the two halves of a new trace id differ.
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
  http::TraceContext context = trace().value_or(http::TraceContext{{id() * kSpread, id()}});
  context.parent_id = id();
  context.flags &= http::TraceContext::kSampled;
  return context.to_string();
}

bool Request::is_debug() const { return exchange_.is_debug() && names_own_host(*this); }

Task<> Request::gather() { return gather(exchange_.max_body_bytes()); }

Task<> Request::gather(std::uint64_t most) {
  return body_.gather(
      most,
      [](void* exchange, std::uint64_t bytes) {
        static_cast<ExchangeContext*>(exchange)->hold(bytes);
      },
      &exchange_);
}

std::string_view Request::text() const {
  if (body_.is_taken()) throw ContentWasRead("the handler has taken the body; read it there");
  const auto bytes = body_.bytes();
  if (!bytes) throw std::logic_error("the body has not been gathered; co_await gather() first");
  return *bytes;
}

}  // namespace mastic::app
