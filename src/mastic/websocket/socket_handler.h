// Handlers of WebSockets, and how each becomes what a session runs. There are two kinds.
//
//     [](WebSocket& socket, std::string room) -> Task<> { ... }      a task
//
//     struct Member {                                                an object with event functions
//       Room& room;
//       void opened(WebSocket& socket);                              may be left out
//       void received(WebSocket& socket, Message& message);
//       void closed(WebSocket& socket, const Closed& how);           may be left out
//     };
//     [](std::string room) { return Member{rooms.at(room)}; }
//
// The parameters besides the WebSocket are those of other routes (routing/from_request.h). Their
// arguments are taken while the request lives, before the client is answered, and outlive the
// request, so they must not refer to it.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/routing/handler_arguments.h"
#include "mastic/routing/route_handler.h"
#include "mastic/websocket/handshake.h"
#include "mastic/websocket/open.h"

namespace mastic::websocket {
namespace detail {

template <class P>
inline constexpr bool kIsSocket = std::is_same_v<P, WebSocket&>;

/// The parameters other than the WebSocket.
template <class List>
struct Besides;
template <class... P>
struct Besides<std::tuple<P...>> {
  using Parameters = decltype(std::tuple_cat(
      std::declval<std::conditional_t<kIsSocket<P>, std::tuple<>, std::tuple<P>>>()...));
};

/// Whether a P refers to its request: text as a view.
template <class P>
inline constexpr bool kIsView = routing::detail::kIsView<P>;
template <base::FixedText Name, class T>
inline constexpr bool kIsView<routing::Header<Name, T>> = kIsView<T>;
template <base::FixedText Name, class T>
inline constexpr bool kIsView<routing::Cookie<Name, T>> = kIsView<T>;

/// Whether P can be taken by a handler of a WebSocket.
template <class P>
inline constexpr bool kMayBeTaken =
    !std::is_reference_v<P> && !kIsView<std::remove_cv_t<P>> && !routing::detail::kTakesContent<P>;

/// Says in plain words what is wrong with a parameter.
template <class P>
consteval void check_parameter() {
  if constexpr (!kIsSocket<P>) {
    constexpr bool kIsRequest = routing::detail::kIsRequest<P>;
    constexpr bool kByReference = std::is_reference_v<P> && !kIsRequest;
    constexpr bool kIsText = kIsView<std::remove_cv_t<P>>;
    constexpr bool kIsContent = routing::detail::kTakesContent<P>;
    static_assert(!kIsRequest,
                  "the handler of a WebSocket outlives its request: take what you need of the "
                  "request as parameters (Header, Cookie, Query, a type with a FromRequest)");
    static_assert(!kByReference,
                  "the handler of a WebSocket takes values, and only the WebSocket by reference");
    static_assert(!kIsText,
                  "the handler of a WebSocket outlives its request: take text as std::string, "
                  "also in a Header or Cookie: Cookie<\"name\", std::string>");
    static_assert(!kIsContent, "a WebSocket begins without content: no Json, Form or Body");
    if constexpr (!kIsRequest && !kByReference && !kIsText && !kIsContent) {
      routing::detail::check_parameter<P>();
    }
  }
}

/// Whether the functions of an object of event functions are there, and have the right types.
template <class E>
concept HasReceived = requires(E& events, WebSocket& socket, Message& message) {
  { events.received(socket, message) } -> std::same_as<void>;
};
template <class E>
concept HasOpened = requires(E& events, WebSocket& socket) {
  { events.opened(socket) } -> std::same_as<void>;
};
template <class E>
concept HasClosed = requires(E& events, WebSocket& socket, const Closed& how) {
  { events.closed(socket, how) } -> std::same_as<void>;
};
template <class E>
concept NamesReceived = requires { &E::received; };
template <class E>
concept NamesOpened = requires { &E::opened; };
template <class E>
concept NamesClosed = requires { &E::closed; };

template <class E>
inline constexpr bool kAreEvents =
    HasReceived<E> && (HasOpened<E> || !NamesOpened<E>) && (HasClosed<E> || !NamesClosed<E>);

template <class Result, bool takes_socket>
consteval void check_result() {
  constexpr bool kIsTask = std::is_same_v<Result, async::Task<>>;
  constexpr bool kIsKnown = takes_socket ? kIsTask : NamesReceived<Result>;
  static_assert(kIsKnown,
                "the handler of a WebSocket takes a WebSocket& and returns Task<>, or returns an "
                "object that has `void received(WebSocket&, Message&)`, and then takes no "
                "WebSocket");
  if constexpr (kIsKnown && !takes_socket) {
    static_assert(HasReceived<Result>,
                  "`received` has to be `void received(WebSocket&, Message&)`, not a task");
    static_assert(HasOpened<Result> || !NamesOpened<Result>,
                  "`opened` has to be `void opened(WebSocket&)`, not a task");
    static_assert(HasClosed<Result> || !NamesClosed<Result>,
                  "`closed` has to be `void closed(WebSocket&, const Closed&)`, not a task");
  }
}

/// The events of a socket, passed on to an object of the application.
template <class E>
class Events final : public EventHandler {
 public:
  /// Makes the object where it stays, so that it need not be movable.
  template <class Make>
  explicit Events(Make make) : events_(make()) {}

  void opened(WebSocket& socket) override {
    if constexpr (HasOpened<E>) events_.opened(socket);
  }
  void received(WebSocket& socket, Message& message) override { events_.received(socket, message); }
  void closed(WebSocket& socket, const Closed& how) override {
    if constexpr (HasClosed<E>) events_.closed(socket, how);
  }

 private:
  E events_;
};

}  // namespace detail

/// The handler of a route of WebSockets, as the handler of a request: takes the arguments, and
/// answers with the upgrade.
template <class F>
class SocketHandler {
  using List = typename routing::detail::Parameters<F>::List;
  using Taken = typename detail::Besides<List>::Parameters;  // all parameters but the socket
  using Arguments = routing::HandlerArguments<Taken>;

  template <class... P>
  static consteval bool may_be_called(std::type_identity<std::tuple<P...>>) {
    if constexpr (!routing::detail::Parameters<F>::kAreKnown ||
                  routing::detail::Parameters<F>::kAreOfMutable || !Arguments::fit() ||
                  !((detail::kIsSocket<P> || detail::kMayBeTaken<P>) && ...)) {
      return false;
    } else {
      using Result = std::invoke_result_t<const F&, P...>;
      if constexpr (kTakesSocket) return std::is_same_v<Result, async::Task<>>;
      return detail::kAreEvents<Result>;
    }
  }
  template <class... P>
  static constexpr auto make_matchers(std::type_identity<std::tuple<P...>>) {
    routing::detail::check_handler<F>();
    (detail::check_parameter<P>(), ...);
    if constexpr (routing::detail::Parameters<F>::kAreKnown &&
                  !routing::detail::Parameters<F>::kAreOfMutable && Arguments::fit()) {
      detail::check_result<std::invoke_result_t<const F&, P...>, kTakesSocket>();
    }
    return Arguments::matchers();
  }
  template <class... P>
  static constexpr std::size_t count_sockets(std::type_identity<std::tuple<P...>>) {
    return (std::size_t{0} + ... + (detail::kIsSocket<P> ? 1 : 0));
  }
  static constexpr bool kTakesSocket = count_sockets(std::type_identity<List>()) > 0;

 public:
  /// Whether the handler can be called. If it cannot, the assertions above have said why.
  static constexpr bool kFits = may_be_called(std::type_identity<List>());
  /// The matchers of the path values' types, in the order of the pattern.
  static constexpr auto kMatchers = make_matchers(std::type_identity<List>());

  /// Makes the handler of a route from the application's `function`.
  SocketHandler(F function, std::shared_ptr<const RouteSettings> route)
      : function_(std::move(function)), route_(std::move(route)) {}

  /// Takes the arguments and accepts the WebSocket. What is thrown while arguments are taken, or by
  /// a function that makes an object, refuses it.
  app::Response operator()(app::Request& request) const {
    if constexpr (!kFits) {
      return app::Response();
    } else if constexpr (kTakesSocket) {
      return accept_handshake(
          request, *route_,
          [this, arguments = take_all(request, Arguments::kAll)](Agreement agreement) mutable {
            TaskHandler handler = [this,
                                   arguments = std::move(arguments)](WebSocket& socket) mutable {
              return start(socket, arguments, std::make_index_sequence<std::tuple_size_v<List>>());
            };
            return make_upgrade(std::move(agreement), std::move(handler), route_->history);
          });
    } else {
      auto events = make_events(request, Arguments::kAll);
      return accept_handshake(
          request, *route_, [this, events = std::move(events)](Agreement agreement) mutable {
            return make_upgrade(std::move(agreement), std::move(events), route_->history);
          });
    }
  }

 private:
  template <std::size_t... I>
  static auto take_all(app::Request& request, std::index_sequence<I...>) {
    // Braces, so that the arguments are taken in order.
    return std::tuple<std::remove_cv_t<std::tuple_element_t<I, Taken>>...>{
        Arguments::template take<I>(request)...};
  }
  template <std::size_t... I>
  std::unique_ptr<EventHandler> make_events(app::Request& request,
                                            std::index_sequence<I...>) const {
    using Result = std::invoke_result_t<const F&, std::tuple_element_t<I, Taken>...>;
    return std::make_unique<detail::Events<Result>>(
        [&] { return function_(Arguments::template take<I>(request)...); });
  }

  /// How many of the parameters before `index` are not the socket.
  static constexpr std::size_t taken_before(std::size_t index) {
    return []<std::size_t... I>(std::size_t end, std::index_sequence<I...>) {
      return (std::size_t{0} + ... +
              (I < end && !detail::kIsSocket<std::tuple_element_t<I, List>> ? 1 : 0));
    }(index, std::make_index_sequence<std::tuple_size_v<List>>());
  }
  template <std::size_t I, class Tuple>
  static decltype(auto) argument(WebSocket& socket, Tuple& arguments) {
    if constexpr (detail::kIsSocket<std::tuple_element_t<I, List>>) {
      return (socket);
    } else {
      return std::get<taken_before(I)>(std::move(arguments));
    }
  }
  /// Calls the task, which gets the arguments moved.
  template <class Tuple, std::size_t... I>
  async::Task<> start(WebSocket& socket, Tuple& arguments, std::index_sequence<I...>) const {
    return function_(argument<I>(socket, arguments)...);
  }

  F function_;
  std::shared_ptr<const RouteSettings> route_;
};

}  // namespace mastic::websocket
