#include "mastic/app/internal_request.h"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "mastic/base/text.h"
#include "mastic/http/target.h"

namespace mastic::app {
namespace {

/// The requests that were made on behalf of one request. They live as long as it does, because
/// answers may refer to them.
struct InternalRequests {
  std::vector<std::unique_ptr<InternalRequest>> made;
};

bool has_beginning(std::string_view name, std::string_view beginning) {
  return base::equal_ignoring_case(name.substr(0, beginning.size()), beginning);
}

/// Whether a field concerns only the request of the client: its content, the part or version of the
/// answer that is wanted, or the connection.
bool stays_outside(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames{
      "Connection", "Expect", "HTTP2-Settings", "Keep-Alive", "Range", "TE", "Trailer", "Upgrade"};
  const auto is_name = [&](std::string_view known) {
    return base::equal_ignoring_case(name, known);
  };
  return has_beginning(name, "Content-") || has_beginning(name, "If-") ||
         has_beginning(name, "Transfer-") || std::ranges::any_of(kNames, is_name);
}

http::Fields fields_for(const Request& outer) {
  http::Fields fields;
  for (const http::Field field : outer.fields()) {
    if (!stays_outside(field.name)) fields.add(field.name, field.value);
  }
  return fields;
}

/// The whole target, with the path of the mounts, and in normal form.
std::string whole_target(std::string_view mount_path, std::string_view target) {
  const auto parsed = http::Target::parse(http::Method::Get, target);
  std::string whole(mount_path);
  if (parsed && parsed->form == http::Target::Form::Origin) {
    if (const auto normal = http::normalize_path(parsed->path)) {
      whole += normal->value_or(std::string(parsed->path));
      if (parsed->has_query) whole.append("?").append(parsed->query);
      return whole;
    }
  }
  throw std::invalid_argument("'" + std::string(target) + "' is not a path of this site");
}

/// Refuses a target that is being answered already, and one that is nested too deeply.
void check_nesting(const Request& outer, const std::string& target) {
  std::string_view query = target;
  const std::string_view path = base::take_until(query, '?');
  int depth = 1;
  for (const Request* at = &outer; at != nullptr; at = outer_request(*at), ++depth) {
    const bool is_get = at->method() == http::Method::Get || at->method() == http::Method::Head;
    if (is_get && at->facts().path == path && at->query() == query) {
      throw std::logic_error("'" + target + "' asks for itself");
    }
    if (depth > InternalRequest::kMaxDepth) {
      throw std::logic_error("'" + target + "' is nested too deeply");
    }
  }
}

http::RequestHead head_of(const Request& outer, std::string_view target,
                          const http::Fields& fields) {
  http::RequestHead head;
  head.version = outer.version();
  head.target_text = head.target.query = target;
  head.target.has_query = target.find('?') != target.npos;
  head.target.path = base::take_until(head.target.query, '?');
  head.authority = outer.authority();
  head.fields = fields.view();
  return head;
}

}  // namespace

InternalRequest::InternalRequest(Request& outer, std::string whole_target)
    : target_(std::move(whole_target)),
      fields_(fields_for(outer)),
      head_(head_of(outer, target_, fields_)),
      request_({.head = head_,
                .path = head_.target.path,
                .peer = outer.peer(),
                .is_secure = outer.is_secure()},
               outer) {}

Request& InternalRequest::make(Request& outer, std::string_view target) {
  return make_at(place_of(outer), outer, target);
}

InternalRequest::Place InternalRequest::place_of(Request& request) {
  return {route_state(request).mounted_bytes(), route_state(request).routers()};
}

Request& InternalRequest::make_at(const Place& place, Request& outer, std::string_view target) {
  const std::string_view mount_path = outer.facts().path.substr(0, place.mounted_bytes);
  std::string whole = whole_target(mount_path, target);
  check_nesting(outer, whole);
  std::unique_ptr<InternalRequest> made(new InternalRequest(outer, std::move(whole)));
  RouteState& state = route_state(made->request_);  // it has begun where `outer` is
  state.leave_mount(state.mounted_bytes() - place.mounted_bytes);
  while (state.routers() != place.routers) state.leave_router();
  // Its own list, also if a request around it has one.
  auto& all = extensions(outer).own<InternalRequests>(outer.memory()).made;
  all.push_back(std::move(made));
  return all.back()->request_;
}

void take_notes(const Request& from, const Request& to) {
  for (const http::FieldName field : answer_notes(from).dependences()) {
    answer_notes(to).add_dependence(field);
  }
  answer_notes(to).set_style(answer_notes(from).style());
}

}  // namespace mastic::app
