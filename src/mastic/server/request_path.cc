#include "mastic/server/request_path.h"

#include "mastic/http/target.h"

namespace mastic::server {
namespace {

using http::Status;

MeaninglessRequest meaningless(http::PathFault fault) {
  switch (fault) {
    case http::PathFault::BrokenEscape:
      return {Status::BadRequest, "The path has a broken escape."};
    case http::PathFault::ControlEscape:
      return {Status::BadRequest, "The path has an escaped control character."};
    case http::PathFault::Outside:
      break;
  }
  return {Status::NotFound, ""};  // nothing can be found above the root
}

}  // namespace

std::expected<std::string_view, MeaninglessRequest> application_path(const http::RequestHead& head,
                                                                     base::Arena& memory) {
  if (head.method == http::Method::Connect) {
    return std::unexpected(MeaninglessRequest{Status::NotImplemented, "", true});
  }
  if (head.target.path_is_normal) return head.target.path;
  const auto normal = http::normalize_path(head.target.path);
  if (!normal) return std::unexpected(meaningless(normal.error()));
  return *normal ? memory.copy(**normal) : head.target.path;
}

}  // namespace mastic::server
