#include "mastic/server/http1/http1_upgrade.h"

#include <string_view>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/base/text.h"

namespace mastic::server {
namespace {

using http::FieldName;
using http::Status;

/// Whether the client's Upgrade fields, which are lists, contain `protocol`.
bool names(http::FieldsView fields, std::string_view protocol) {
  for (const http::Field& field : fields) {
    if (field.known != FieldName::Upgrade) continue;
    for (std::string_view members = field.value; !members.empty();) {
      const std::string_view member = base::trim(base::take_until(members, ','));
      if (base::equal_ignoring_case(member, protocol)) return true;
    }
  }
  return false;
}

struct Verdict {
  Status status = Status::SwitchingProtocols;
  std::string_view detail = {};
};

/// Whether the protocol may change, and if not, the answer.
Verdict judge(const Http1Request& request, std::string_view protocol, bool is_draining) {
  const wire::http1::RequestHead& head = request.head();
  if (!head.asks_for_upgrade || !names(head.fields, protocol)) {
    return {Status::UpgradeRequired,
            "This is served over another protocol; the Upgrade field names it."};
  }
  if (!request.complete) {
    return {Status::BadRequest, "The protocol cannot change while content is unread."};
  }
  if (is_draining) return {Status::ServiceUnavailable, "The server is shutting down."};
  return {};
}

}  // namespace

void settle_upgrade(app::Response& response, Http1Request& request, bool is_draining) noexcept {
  std::unique_ptr<app::Upgrade> upgrade = std::move(response.upgrade);
  // With any other status, the application has refused the upgrade.
  if (response.status == Status::SwitchingProtocols) {
    const Verdict verdict = judge(request, upgrade->protocol(), is_draining);
    if (verdict.status != Status::SwitchingProtocols) {
      response = app::error_response(verdict.status, verdict.detail);
    }
  }
  // The writer names the protocol of `request.upgrade` in the head, for 101 and for 426, which has
  // to name the protocol in Upgrade (RFC 9110 §15.5.22).
  const bool is_named =
      response.status == Status::SwitchingProtocols || response.status == Status::UpgradeRequired;
  if (is_named) request.upgrade = std::move(upgrade);
}

}  // namespace mastic::server
