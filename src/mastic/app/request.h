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

/// What arrived: plain facts, and views into the memory of the exchange.
struct RequestFacts {
  /// The method, target, version and fields, as they were parsed.
  const http::RequestHead& head;
  std::string_view path;  ///< of its target, in normal form (http/target.h)
  /// The address of the client.
  base::Endpoint peer;
  /// Whether the request came over TLS.
  bool is_secure = false;
};

/// What a client asked for. It lives as long as its exchange, also across `co_await`, and so do all
/// views it gives. Used by one thread at a time.
class Request {
 public:
  /// What `facts` point to outlives the request, as does `exchange`.
  Request(const RequestFacts& facts, Body&& body, ExchangeContext& exchange)
      : facts_(facts), body_(std::move(body)), exchange_(exchange) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// The method, such as Method::Get.
  [[nodiscard]] http::Method method() const { return facts_.head.method; }
  /// The method as it was written, which tells methods apart that Method calls Other.
  [[nodiscard]] std::string_view method_text() const { return facts_.head.method_text; }
  /// The version of HTTP that the client speaks.
  [[nodiscard]] http::Version version() const { return facts_.head.version; }
  /// The whole target, as it was written.
  [[nodiscard]] std::string_view target() const { return facts_.head.target_text; }
  /// Which of the four forms the target has; most have a path (`Origin`).
  [[nodiscard]] http::Target::Form target_form() const { return facts_.head.target.form; }
  /// Host and perhaps port that the client named; empty when it named none.
  [[nodiscard]] std::string_view authority() const { return facts_.head.authority; }

  /// The path below `mount_path`, in normal form: escapes that mean something are kept, so a slash
  /// is always a separator. Empty right at a mount point.
  [[nodiscard]] std::string_view path() const {
    return facts_.path.substr(route_state_.mounted_bytes());
  }
  /// The part of the path that mounts have taken.
  [[nodiscard]] std::string_view mount_path() const {
    return facts_.path.substr(0, route_state_.mounted_bytes());
  }
  /// `path`, decoded for people; escaped slashes too, so not for finding things.
  [[nodiscard]] std::string_view decoded_path() MASTIC_LIFETIMEBOUND;
  /// What stands after the question mark; empty when nothing does.
  [[nodiscard]] std::string_view query() const { return facts_.head.target.query; }
  /// Whether the target has a question mark, even with nothing behind it.
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

  /// A cookie's value (http/cookie.h).
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;

  /// The media type that the client likes best among those that the handler offers, "text/html" and
  /// the like; of several the first. Nothing when it takes none. The answer then says, in Vary,
  /// that it depends on Accept.
  [[nodiscard]] std::optional<std::string_view> preferred_type(
      std::initializer_list<std::string_view> offered) const;
  /// Chooses among languages, "en" and the like, by Accept-Language, as preferred_type does among
  /// types.
  [[nodiscard]] std::optional<std::string_view> preferred_language(
      std::initializer_list<std::string_view> offered) const;
  /// What Accept-Encoding says of content codings; the answer then depends on it.
  [[nodiscard]] http::AcceptedCodings accepted_codings() const;

  /// What the route's pattern took for `{name}`. Throws std::out_of_range when it has no such name.
  [[nodiscard]] std::string_view value(std::string_view name) const;

  /// The content, for a handler that pulls it or moves it elsewhere. That of a plain handler has
  /// arrived already.
  [[nodiscard]] Body& body() MASTIC_LIFETIMEBOUND { return body_; }
  /// Waits until the whole body is at hand. Throws HttpError: 413 when it is larger than the
  /// server's limit (max_body_bytes), or than `most` in place of it; 503 when the process holds too
  /// much already.
  [[nodiscard]] Task<> gather();
  [[nodiscard]] Task<> gather(std::uint64_t most);
  /// The body's bytes. Handlers that are no tasks have it whole; tasks `co_await gather()` first,
  /// or pull. Throws std::logic_error when it is not at hand.
  [[nodiscard]] std::string_view text() const MASTIC_LIFETIMEBOUND;

  /// The address of the client, which may be that of a proxy.
  [[nodiscard]] const base::Endpoint& peer() const { return facts_.peer; }
  /// Whether the request came over TLS.
  [[nodiscard]] bool is_secure() const { return facts_.is_secure; }

  /// Names this exchange in logs and error pages; not to be guessed.
  [[nodiscard]] std::uint64_t id() const { return exchange_.id(); }
  /// The log, for what is to be said of this request: `request.log().info("stored ", count)`. The
  /// name of another logger has a level of its own (--log-level store=debug); it is a literal.
  [[nodiscard]] RequestLog log(std::string_view logger = "app") {
    return RequestLog(*this, logger);
  }
  /// The trace that the client's request belongs to, when it said so (http/trace_context.h).
  [[nodiscard]] std::optional<http::TraceContext> trace() const;
  /// The `traceparent` of requests that are made on behalf of this one: in the same trace, or in a
  /// new one, with this exchange as their parent.
  [[nodiscard]] std::string traceparent() const;
  /// Memory that lives as long as the exchange.
  [[nodiscard]] base::Arena& memory() MASTIC_LIFETIMEBOUND { return exchange_.memory(); }
  /// Requested when the client resets the connection, at a deadline and at shutdown, and awaits
  /// throw Cancelled then; also when the client ends its side, and awaits go on then (ADR 0005).
  [[nodiscard]] std::stop_token stop_token() { return exchange_.stop_token(); }
  /// Why that was requested; nothing while it was not. From any thread.
  [[nodiscard]] std::optional<StopReason> stop_reason() const { return exchange_.stop_reason(); }
  /// Says that the server has begun to drain, which cancels nothing: a token, and what tasks await
  /// (ADR 0021). From any thread.
  [[nodiscard]] Draining draining() { return Draining(exchange_.drain_signal()); }
  /// Sends an interim response, such as 103 with Link fields, before the answer.
  [[nodiscard]] Task<> inform(http::Status status, http::Fields fields) {
    return exchange_.inform(status, std::move(fields));
  }
  /// Calls `then(outcome)` after the last byte of the answer, or when it was aborted; the last one
  /// registered first. It must not throw.
  template <class Then>
  void on_finish(Then then);

  /// The value of type T that this request carries, made with T() when first asked for: what a
  /// middleware found out, for the handlers below it. Lives as long as the exchange. It is found
  /// from every shared object of the process, unless T is in an anonymous namespace or a function.
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

  /// The path of the route that was named `name` (Router::Route), with `values` for those of its
  /// pattern. Looked for in the router that is running and in those around it, not in those that
  /// are mounted in it; while content is produced no router is running. Throws
  /// std::invalid_argument when there is no such route, or the values do not fit.
  template <PathText... V>
  [[nodiscard]] std::string url_for(std::string_view name, const V&... values) const {
    return make_url(name, {to_path_text(values)...});
  }

  /// Whether answers to errors may show what is inside: in debug mode, to a host that no other site
  /// can have taken (own_host.h).
  [[nodiscard]] bool is_debug() const;
  /// The exchange that carries the request, for code that extends applications, such as middleware
  /// of one's own.
  [[nodiscard]] ExchangeContext& exchange() MASTIC_LIFETIMEBOUND { return exchange_; }
  [[nodiscard]] const ExchangeContext& exchange() const MASTIC_LIFETIMEBOUND { return exchange_; }

  /// The pattern of the route that was taken, with the mounts above it; empty when none was.
  [[nodiscard]] std::string_view route() MASTIC_LIFETIMEBOUND;
  /// The route in two parts: what mounts had taken of the path, and the pattern. Takes no memory.
  [[nodiscard]] std::pair<std::string_view, std::string_view> route_parts() const {
    const auto [begins_at, pattern] = route_state_.route();
    return {facts_.path.substr(0, begins_at), pattern};
  }
  /// All values of the route, in the order of its pattern.
  [[nodiscard]] std::span<const PathValue> values() const { return route_state_.values(); }

  /// What it was made of: its whole path, wherever it is being handled.
  [[nodiscard]] const RequestFacts& facts() const MASTIC_LIFETIMEBOUND { return facts_; }

  // What is not for handlers is found beside the request: `route_state(request)` and the like.

  /// For routers and mounts (route_state.h).
  [[nodiscard]] friend RouteState& route_state(Request& request MASTIC_LIFETIMEBOUND) {
    return request.route_state_;
  }
  /// For who makes pages, and for who sends the answer (answer_notes.h).
  [[nodiscard]] friend AnswerNotes& answer_notes(const Request& request MASTIC_LIFETIMEBOUND) {
    return request.answer_notes_;
  }
  /// For its exchange: whether something of the application's goes with it, values of `ext` or a
  /// body with an owner.
  [[nodiscard]] friend bool carries_anything(const Request& request) {
    return !request.extensions_.empty() || !request.body_.is_plain();
  }
  /// For its exchange, in user code: destroys that, the values that were made last first.
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
