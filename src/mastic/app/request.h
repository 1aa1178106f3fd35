// A request, as an application sees it.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/answer_notes.h"
#include "mastic/app/body.h"
#include "mastic/app/exchange_context.h"
#include "mastic/app/extensions.h"
#include "mastic/app/path_text.h"
#include "mastic/app/request_log.h"
#include "mastic/app/route_state.h"
#include "mastic/base/attributes.h"
#include "mastic/base/ip_address.h"
#include "mastic/http/content_coding.h"
#include "mastic/http/request_head.h"
#include "mastic/http/trace_context.h"

namespace mastic::app {

/// What is known of a request: plain values, and views into the memory of the exchange.
struct RequestFacts {
  /// The method, target, version and fields, as they were parsed.
  const http::RequestHead& head;
  std::string_view path;  ///< the path of its target, in normal form (http/target.h)
  /// The address of the client.
  base::Endpoint peer;
  /// Whether the request came over TLS.
  bool is_secure = false;
};

/// What a client asked for. It lives as long as its exchange, also across `co_await`, and so do all
/// views that it gives. One thread at a time may use it.
class Request {
 public:
  /// Makes a request without content, which may be put into `body`. `exchange` and everything that
  /// `facts` refer to must outlive the request.
  Request(const RequestFacts& facts, ExchangeContext& exchange)
      : facts_(facts), exchange_(exchange) {}
  /// Makes a request that `outer` causes, without content, at the same mount and in the same
  /// exchange. It finds the values that `outer` carries. `outer` must outlive it. For
  /// InternalRequest.
  Request(const RequestFacts& facts, const Request& outer)
      : facts_(facts), exchange_(outer.exchange_), outer_(&outer) {
    route_state_.begin_in(outer.route_state_);
    extensions_.look_in(outer.extensions_);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// The method, such as Method::Get.
  [[nodiscard]] http::Method method() const { return facts_.head.method; }
  /// The method as the client wrote it. It distinguishes methods that are all Method::Other.
  [[nodiscard]] std::string_view method_text() const { return facts_.head.method_text; }
  /// The version of HTTP that the client speaks.
  [[nodiscard]] http::Version version() const { return facts_.head.version; }
  /// The whole target, as the client wrote it.
  [[nodiscard]] std::string_view target() const { return facts_.head.target_text; }
  /// Which of the four forms the target has; most have a path (`Origin`).
  [[nodiscard]] http::Target::Form target_form() const { return facts_.head.target.form; }
  /// The host that the client named, perhaps with a port; empty when it named none.
  [[nodiscard]] std::string_view authority() const { return facts_.head.authority; }

  /// The path below `mount_path`, in normal form: escapes that make a difference are kept, so a
  /// slash is always a separator. At a mount point itself, the path is empty.
  [[nodiscard]] std::string_view path() const {
    return facts_.path.substr(route_state_.mounted_bytes());
  }
  /// The part of the path that mounts have taken.
  [[nodiscard]] std::string_view mount_path() const {
    return facts_.path.substr(0, route_state_.mounted_bytes());
  }
  /// `path` decoded, to be shown to people. Escaped slashes are decoded too, so do not look
  /// anything up by it.
  [[nodiscard]] std::string_view decoded_path() MASTIC_LIFETIMEBOUND;
  /// The part of the target after the question mark; may be empty.
  [[nodiscard]] std::string_view query() const { return facts_.head.target.query; }
  /// Whether the target has a question mark, even with nothing after it.
  [[nodiscard]] bool has_query() const { return facts_.head.target.has_query; }

  /// All fields of the head, in the order in which they came.
  [[nodiscard]] http::FieldsView fields() const { return facts_.head.fields; }
  /// The value of the first field of that name, or nothing. Names are compared without regard to
  /// case.
  [[nodiscard]] std::optional<std::string_view> field(http::FieldName name) const {
    return facts_.head.fields.get(name);
  }
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    return facts_.head.fields.get(name);
  }

  /// The value of a cookie, or nothing (http/cookie.h).
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;

  /// The media type that the client prefers among those that the handler offers ("text/html" and
  /// the like), or the first of several that it prefers equally; nothing when the client accepts
  /// none of them. In every case, the answer says in Vary that it depends on Accept.
  [[nodiscard]] std::optional<std::string_view> preferred_type(
      std::initializer_list<std::string_view> offered) const;
  /// Chooses a language ("en" and the like) by Accept-Language, as preferred_type chooses a type.
  [[nodiscard]] std::optional<std::string_view> preferred_language(
      std::initializer_list<std::string_view> offered) const;
  /// What Accept-Encoding says of content codings. After this call, the answer says in Vary that it
  /// depends on Accept-Encoding.
  [[nodiscard]] http::AcceptedCodings accepted_codings() const;

  /// The value of `{name}` in the route's pattern. Throws std::out_of_range when the pattern has no
  /// such name.
  [[nodiscard]] std::string_view value(std::string_view name) const;

  /// The content, for a handler that pulls it or moves it elsewhere. When a plain handler is
  /// called, the content has arrived already.
  [[nodiscard]] Body& body() MASTIC_LIFETIMEBOUND { return body_; }
  [[nodiscard]] const Body& body() const MASTIC_LIFETIMEBOUND { return body_; }
  /// Waits until the whole body has arrived. Throws HttpError: 413 when it has more bytes than the
  /// server's limit (max_body_bytes), or than `most` if that is given; 503 when the process holds
  /// too much content already.
  [[nodiscard]] Task<> gather();
  [[nodiscard]] Task<> gather(std::uint64_t most);
  /// The bytes of the body. For plain handlers the body is always here; tasks `co_await gather()`
  /// first, or pull the body instead. Throws std::logic_error when the body has not been gathered,
  /// or has been taken.
  [[nodiscard]] std::string_view text() const MASTIC_LIFETIMEBOUND;

  /// The fields that came after the content, in its trailers; empty before the content was read to
  /// its end, and in most requests also then. A trailer never changes what `fields` returns. Do not
  /// decide anything by a trailer that the head decides, such as who the client is: proxies check
  /// the head only.
  [[nodiscard]] http::FieldsView trailers() const {
    return outer_ == nullptr ? exchange_.trailers() : http::FieldsView();
  }

  /// The address of the client, which may be that of a proxy.
  [[nodiscard]] const base::Endpoint& peer() const { return facts_.peer; }
  /// Whether the request came over TLS.
  [[nodiscard]] bool is_secure() const { return facts_.is_secure; }

  /// The number that identifies this exchange in logs and error pages. It cannot be guessed.
  [[nodiscard]] std::uint64_t id() const { return exchange_.id(); }
  /// The log for messages about this request: `request.log().info("stored ", count)`. `logger` is a
  /// literal; another logger can have a level of its own (--log-level store=debug).
  [[nodiscard]] RequestLog log(std::string_view logger = "app") {
    return RequestLog(*this, logger);
  }
  /// The trace that the request belongs to, if the client named one (http/trace_context.h).
  [[nodiscard]] std::optional<http::TraceContext> trace() const;
  /// The field `traceparent` for requests that are made on behalf of this one. Those requests
  /// belong to the trace of this request, or to a new trace if this request has none. Their parent
  /// is this exchange.
  [[nodiscard]] std::string traceparent() const;
  /// Memory that lives as long as the exchange.
  [[nodiscard]] base::Arena& memory() MASTIC_LIFETIMEBOUND { return exchange_.memory(); }
  /// A token that is stopped when the client resets the connection, at a deadline and at shutdown;
  /// awaits then throw Cancelled. The token is also stopped when the client ends only its own side
  /// of the connection; awaits then continue (ADR 0005).
  [[nodiscard]] std::stop_token stop_token() { return exchange_.stop_token(); }
  /// Why the token of `stop_token` was stopped; nothing while it is not stopped. Callable from any
  /// thread.
  [[nodiscard]] std::optional<StopReason> stop_reason() const { return exchange_.stop_reason(); }
  /// Tells when the server begins to drain, which cancels nothing (ADR 0021). The result converts
  /// to a std::stop_token, and a task can await it. Callable from any thread.
  [[nodiscard]] Draining draining() { return Draining(exchange_.drain_signal()); }
  /// Sends an interim response, such as 103 with Link fields, before the answer.
  [[nodiscard]] Task<> inform(http::Status status, http::Fields fields) {
    return exchange_.inform(status, std::move(fields));
  }
  /// Calls `then(outcome)` after the last byte of the answer was sent, or when the answer was
  /// aborted. The function that was registered last is called first. `then` must not throw.
  template <class Then>
  void on_finish(Then then);

  /// The value of type T that this request carries, made by T() at the first call. The value lives
  /// as long as the exchange. Middleware uses such values to pass data to the handlers below. Every
  /// shared object of the process finds the same value, unless T is in an anonymous namespace or a
  /// function.
  template <class T>
  [[nodiscard]] T& ext() MASTIC_LIFETIMEBOUND {
    T* const value = extensions_.find<T>();
    return value != nullptr ? *value : extensions_.emplace<T>(memory());
  }
  /// The value of type T that this request carries, or null when there is none.
  template <class T>
  [[nodiscard]] T* find_ext() const MASTIC_LIFETIMEBOUND {
    return extensions_.find<T>();
  }

  /// The path of the route that was named `name` (Router::Route), with `values` in place of the
  /// names in its pattern. The route is looked for in the router that is running and in the routers
  /// around that one, not in routers that are mounted in it. While content is produced, no router
  /// is running, so no route is found. Throws std::invalid_argument when there is no such route, or
  /// the values do not fit.
  template <PathText... V>
  [[nodiscard]] std::string url_for(std::string_view name, const V&... values) const {
    return make_url(name, {to_path_text(values)...});
  }

  /// Whether answers to errors may show details: in debug mode, if the request names a host that no
  /// other site can have (own_host.h).
  [[nodiscard]] bool is_debug() const;
  /// The exchange that carries the request, for code that extends applications, such as your own
  /// middleware.
  [[nodiscard]] ExchangeContext& exchange() MASTIC_LIFETIMEBOUND { return exchange_; }
  [[nodiscard]] const ExchangeContext& exchange() const MASTIC_LIFETIMEBOUND { return exchange_; }

  /// The pattern of the route that was taken, with the paths of the mounts above it; empty when no
  /// route was taken.
  [[nodiscard]] std::string_view route() MASTIC_LIFETIMEBOUND;
  /// The route in two parts: the part of the path that mounts have taken, and the pattern.
  /// Allocates nothing.
  [[nodiscard]] std::pair<std::string_view, std::string_view> route_parts() const {
    const auto [begins_at, pattern] = route_state_.route();
    return {facts_.path.substr(0, begins_at), pattern};
  }
  /// All values of the route, in the order of its pattern.
  [[nodiscard]] std::span<const PathValue> values() const { return route_state_.values(); }

  /// The facts that the request was made with. Their path is the whole path, also below mounts.
  [[nodiscard]] const RequestFacts& facts() const MASTIC_LIFETIMEBOUND { return facts_; }

  // Functions that are not for handlers are friends, not members: `route_state(request)` and so on.

  /// For routers and mounts (route_state.h).
  [[nodiscard]] friend RouteState& route_state(Request& request MASTIC_LIFETIMEBOUND) {
    return request.route_state_;
  }
  /// For code that makes pages, and for code that sends the answer (answer_notes.h).
  [[nodiscard]] friend AnswerNotes& answer_notes(const Request& request MASTIC_LIFETIMEBOUND) {
    return request.answer_notes_;
  }
  /// For code that makes requests of its own (internal_request.h): the request that has caused this
  /// request, or null for the request of a client.
  [[nodiscard]] friend const Request* outer_request(const Request& request) {
    return request.outer_;
  }
  /// For code that discards an answer (attempt.h).
  [[nodiscard]] friend Extensions& extensions(Request& request MASTIC_LIFETIMEBOUND) {
    return request.extensions_;
  }
  /// For middleware that changes what is below it sees of the request: from now on the request has
  /// `head`, which must live as long as the exchange.
  friend void replace_head(Request& request, const http::RequestHead& head) {
    const RequestFacts& old = request.facts_;
    const RequestFacts facts{head, old.path, old.peer, old.is_secure};
    std::destroy_at(&request.facts_);
    std::construct_at(&request.facts_, facts);
  }
  /// For the exchange of the request: whether destroying the request runs code of the application,
  /// because it has values of `ext` or a body that is not plain.
  [[nodiscard]] friend bool carries_anything(const Request& request) {
    return !request.extensions_.empty() || !request.body_.is_plain();
  }
  /// For the exchange of the request, in user code: destroys the values of `ext`, the last one
  /// first, and the body.
  friend void drop_carried(Request& request) noexcept {
    request.extensions_.clear();
    request.body_ = Body();
  }

 private:
  [[nodiscard]] std::string make_url(std::string_view name,
                                     std::initializer_list<std::string> values) const;

  RequestFacts facts_;
  Body body_;
  ExchangeContext& exchange_;
  RouteState route_state_;
  Extensions extensions_;
  const Request* outer_ = nullptr;
  mutable AnswerNotes answer_notes_;
};

template <class Then>
void Request::on_finish(Then then) {
  class Call final : public Finisher {
   public:
    explicit Call(Then then) : then_(std::move(then)) {}
    void finished(const Outcome& outcome) noexcept override { then_(outcome); }

   private:
    Then then_;
  };
  void* const place = memory().allocate(sizeof(Call), alignof(Call));
  exchange_.finishers().add(*::new (place) Call(std::move(then)));
}

}  // namespace mastic::app
