#include "mastic/websocket/handshake.h"

#include <stdexcept>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/base/clock.h"
#include "mastic/base/text.h"
#include "mastic/net/protocol.h"
#include "mastic/websocket/origin.h"
#include "mastic/wire/websocket/handshake.h"

namespace mastic::websocket {
namespace {

using app::Request;
using app::Response;
using http::FieldName;
using http::Status;

constexpr std::string_view kVersion = "13";

/// Whether the fields of this name, which are lists, contain `token`.
bool have_token(http::FieldsView fields, FieldName name, std::string_view token) {
  for (const http::Field& field : fields) {
    if (field.known != name) continue;
    for (std::string_view members = field.value; !members.empty();) {
      if (base::equal_ignoring_case(base::trim(base::take_until(members, ',')), token)) return true;
    }
  }
  return false;
}

bool has_content(const Request& request) {
  return request.fields().contains(FieldName::TransferEncoding) ||
         request.field(FieldName::ContentLength).value_or("0") != "0";
}

/// The value of a field that must be there once; nothing otherwise.
std::optional<std::string_view> only_one(const Request& request, FieldName name) {
  if (request.fields().count(name) != 1) return std::nullopt;
  return request.field(name);
}

/// Names the protocol in an answer 426 (RFC 9110 §15.5.22).
class OnlyName final : public app::Upgrade {
 public:
  [[nodiscard]] std::string_view protocol() const override { return "websocket"; }
  [[nodiscard]] std::unique_ptr<net::Protocol> open(net::ProtocolHost&) override { return nullptr; }
};

Response refuse_version(Request& request) {
  Response response =
      app::error_response(request, Status::UpgradeRequired, "Sec-WebSocket-Version must be 13.");
  response.set(FieldName::SecWebSocketVersion, kVersion);
  response.upgrade = std::make_unique<OnlyName>();
  return response;
}

std::optional<Response> refuse_form(Request& request) {
  const auto malformed = [&](std::string_view why) {
    return app::error_response(request, Status::BadRequest, why);
  };
  if (request.method() != http::Method::Get) {
    return app::error_response(request, Status::MethodNotAllowed, "A WebSocket begins with GET.")
        .set(FieldName::Allow, "GET");
  }
  if (request.version() != http::Version::Http11) {
    return malformed("A WebSocket begins with HTTP/1.1.");
  }
  if (!have_token(request.fields(), FieldName::Upgrade, "websocket") ||
      !have_token(request.fields(), FieldName::Connection, "upgrade")) {
    return malformed(
        "This is the address of a WebSocket: the request needs the fields 'Upgrade: websocket' and "
        "'Connection: Upgrade'. A proxy in between has to pass them on.");
  }
  if (only_one(request, FieldName::SecWebSocketVersion) != kVersion) {
    return refuse_version(request);
  }
  const auto key = only_one(request, FieldName::SecWebSocketKey);
  if (!key || !wire::websocket::is_key(*key)) {
    return malformed("Sec-WebSocket-Key must be there once, with 16 bytes in base64.");
  }
  if (has_content(request)) return malformed("A request for a WebSocket has no content.");
  return std::nullopt;
}

/// Any page can have its visitors refused as often as it likes, so only one refusal a second is a
/// warning.
void log_refusal(Request& request, const RouteSettings& route, const auto&... why) {
  const app::RequestLog log = request.log("websocket");
  route.refusals.may_log(base::steady_now()) ? log.warning(why...) : log.debug(why...);
}

std::optional<Response> refuse_origin(Request& request, const RouteSettings& route) {
  const Options& options = route.options(request);
  const std::size_t named = request.fields().count(FieldName::Origin);
  if (named > 1) {
    return app::error_response(request, Status::BadRequest, "Origin must be there once.");
  }
  if (named == 0 && !options.require_origin) return std::nullopt;  // no browser
  if (named == 0) {
    log_refusal(request, route, "refused a client without Origin, because of ws_require_origin");
    return app::error_response(request, Status::Forbidden,
                               "A WebSocket has to be opened with an Origin here, as browsers do.");
  }
  const std::string_view origin = *request.field(FieldName::Origin);
  if (is_own_origin(origin, request.is_secure(), request.authority()) ||
      is_allowed_origin(origin, options.allowed_origin)) {
    return std::nullopt;
  }
  const std::string_view scheme = request.is_secure() ? "https://" : "http://";
  // No advice is given for "null", which pages of any site can have, nor for what is no origin.
  const bool may_be_allowed = origin != "null" && origin != "*" && is_origin_rule(origin);
  log_refusal(request, route, "refused a page of ", origin, ": the origin of this site is ", scheme,
              request.authority(),
              may_be_allowed ? "; if that page may open WebSockets here, or is this site behind a "
                               "proxy, set ws_allowed_origin = "
                             : "",
              may_be_allowed ? origin : "");
  return app::error_response(
      request, Status::Forbidden,
      "A page of another origin must not open a WebSocket here. Who runs this site can allow its "
      "origin with the option ws_allowed_origin; the log has more.");
}

}  // namespace

const Options& RouteSettings::options(const Request& request) const {
  static const Options kDefaults;
  const Options* const given = request.exchange().websocket_options();
  const Options& of_server = given != nullptr ? *given : kDefaults;
  if (!change) return of_server;
  std::call_once(is_changed_, [&] {
    Options changed = of_server;
    change(changed);
    if (const auto fits = changed.check(); !fits) {
      throw std::invalid_argument("the options of a route of WebSockets: " + fits.error().message);
    }
    changed_ = std::move(changed);
  });
  return changed_;
}

std::optional<Response> refuse_handshake(Request& request, const RouteSettings& route) {
  if (auto refusal = refuse_form(request)) return refusal;
  if (auto refusal = refuse_origin(request, route)) return refusal;
  if (!wire::websocket::choose_protocol(request.fields(), route.protocols)) {
    return app::error_response(request, Status::BadRequest,
                               "Sec-WebSocket-Protocol must be a list of names.");
  }
  return std::nullopt;
}

Response accept_handshake(const Request& request, const RouteSettings& route,
                          std::move_only_function<std::unique_ptr<app::Upgrade>(Agreement)> open) {
  const Options& options = route.options(request);
  http::Fields fields;
  fields.set(FieldName::SecWebSocketAccept,
             wire::websocket::accept_value(*request.field(FieldName::SecWebSocketKey)));
  Agreement agreement{.options = &options};
  const auto protocol = wire::websocket::choose_protocol(request.fields(), route.protocols);
  if (protocol && *protocol) {
    agreement.protocol = **protocol;
    fields.set(FieldName::SecWebSocketProtocol, agreement.protocol);
  }
  if (options.compression.compress) {
    const wire::websocket::DeflateOffer willing{
        .server_takeover = options.compression.takeover,
        .client_takeover = options.compression.takeover,
        .server_window_bits = options.compression.window_bits};
    if (const auto deflate = wire::websocket::accept_deflate(request.fields(), willing)) {
      agreement.deflate = deflate->parameters;
      fields.set(FieldName::SecWebSocketExtensions, deflate->extension);
    }
  }
  Response response = Response::upgrade_to(open(std::move(agreement)));
  response.fields = std::move(fields);
  return response;
}

}  // namespace mastic::websocket
