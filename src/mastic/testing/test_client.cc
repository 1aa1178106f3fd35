// Over 500 lines because a client has many verbs, each of which is short.

#include "mastic/testing/test_client.h"

#include <algorithm>
#include <stdexcept>

#include "mastic/base/clock.h"
#include "mastic/base/encoding.h"
#include "mastic/base/sha256.h"
#include "mastic/base/text.h"
#include "mastic/testing/answer_reader.h"
#include "mastic/testing/call_at.h"
#include "mastic/testing/environment.h"
#include "mastic/testing/leak_check.h"
#include "mastic/testing/memory_carrier.h"
#include "mastic/testing/socket_carrier.h"
#include "mastic/testing/target_url.h"
#include "mastic/wire/http1/request_writer.h"
#include "mastic/wire/multipart/form_writer.h"
#include "mastic/wire/websocket/handshake.h"

namespace mastic::testing {

using detail::call_at;
using detail::explain;
using detail::ServerFailed;
using http::FieldName;
using wire::http1::Framing;

namespace {

/// How the answer to a request came to its end.
struct Answered {
  TestResponse response;
  bool has_begun = true;     ///< false: the connection has ended before the first byte
  bool keeps_alive = false;  ///< whether the connection can carry another request
};

/// Waits until the answer to a request by `method` is complete. Throws std::logic_error if the
/// connection is closed within the answer, and ClientLeft if the client has left.
Answered wait_for_answer(Carrier& carrier, ClientEnd& end, http::Method method) {
  AnswerReader reader(carrier, end, method, [](std::string_view) { return false; });
  try {
    reader.wait_for([&] { return reader.has_ended() || end.has_left; }, "answer");
  } catch (const std::logic_error& error) {
    throw std::logic_error(error.what() + remedy_for_events(reader.response().fields));
  }
  // Exchanges end before the call returns, so that a test sees what its on_finish hooks have done.
  if (reader.is_complete()) carrier.finish_exchanges();
  carrier.check_contract();
  if (reader.is_complete()) {
    const bool keeps_alive = reader.keeps_alive() && !end.ended && !end.has_left;
    return {.response = std::move(reader.response()), .keeps_alive = keeps_alive};
  }
  if (end.has_left) throw ClientLeft(detail::kHasLeft);
  if (reader.bytes() == 0) return {.response = {}, .has_begun = false};
  throw ServerFailed("the server closed the connection within the answer, after " +
                     std::to_string(reader.bytes()) + " bytes");
}

/// Throws std::logic_error if the server has sent more than it was asked for, which would otherwise
/// be taken for the answer to the next request.
void check_nothing_follows(const ClientEnd& end) {
  constexpr std::size_t kMaxShown = 200;
  if (end.received.empty()) return;
  std::string message = "the server has sent " + std::to_string(end.received.size()) +
                        " bytes that belong to no answer: ";
  base::append_log_text_escaped(message, end.received, kMaxShown);
  throw std::logic_error(message);
}

/// Sends a request over `connection`, which is opened if it is null, and waits for the answer. Then
/// `connection` is null if it cannot carry another request.
Answered send_and_wait(Carrier& carrier, ClientEnd*& connection, const NetworkFaults& faults,
                       std::string_view bytes, http::Method method) {
  if (connection == nullptr) connection = &carrier.connect(faults);
  ClientEnd& end = *std::exchange(connection, nullptr);
  carrier.send_request(end, bytes);
  Answered answered = wait_for_answer(carrier, end, method);
  // After 101, the connection speaks another protocol.
  if (answered.response.status == http::Status::SwitchingProtocols) return answered;
  if (answered.has_begun) check_nothing_follows(end);
  if (answered.keeps_alive) {
    connection = &end;
  } else if (!end.has_left) {
    carrier.leave(end);
  }
  return answered;
}

/// Whether a request may be sent twice (RFC 9110 §9.2.2).
bool is_idempotent(http::Method method) {
  using enum http::Method;
  return method == Get || method == Head || method == Put || method == Delete ||
         method == Options || method == Trace;
}

/// Whether a list has a field of this name, compared without regard to case.
bool has_field(const FieldList& fields, std::string_view name) {
  return std::ranges::any_of(
      fields, [&](const auto& field) { return base::equal_ignoring_case(field.first, name); });
}

FieldList with_field(const FieldList& fields, std::string_view name, std::string_view value) {
  FieldList all = fields;
  if (!has_field(fields, name)) all.emplace_back(name, value);
  return all;
}

/// Throws std::logic_error for a target that is a mistake of the test.
void check_target(std::string_view method, std::string_view target, const std::string& origin) {
  if (method == "CONNECT" || (method == "OPTIONS" && target == "*")) return;
  const std::string name = "'" + std::string(target) + "'";
  if (!target.starts_with('/')) {
    throw std::logic_error(target.contains("://")
                               ? name + " is on another host: this client talks to " + origin +
                                     "; to name another host, give the request a field Host"
                               : name + " is no target of a request: begin it with /");
  }
  if (target.contains(' ')) {
    throw std::logic_error(name +
                           " has a space, which ends a target: write it as %20, or make a "
                           "query with with_query(path, values)");
  }
}

std::string head_of(const TestRequest& request, const Framing& framing) {
  std::string head;
  wire::http1::append_request_head(head, request.method, request.target, request.fields, framing);
  return head;
}

}  // namespace

/// Destroys an application, and reports what it has left behind.
class DeleteAndLookForLeaks {
 public:
  explicit DeleteAndLookForLeaks(const Where& where) : check_(std::make_shared<LeakCheck>(where)) {}
  void operator()(Carrier* carrier) const {
    const bool is_expected = carrier->expects_leaks();
    delete carrier;
    check_->ended(is_expected);
  }

 private:
  std::shared_ptr<LeakCheck> check_;
};

/// How requests reach the application.
struct TestClient::Way {
  std::shared_ptr<Carrier> carrier;
  MemoryCarrier* memory = nullptr;  ///< the carrier, if it is in memory
  bool is_direct = false;
  std::string prefix;

  static Way to(std::string_view url) {
    TargetUrl target = TargetUrl::parse(url);
    std::string prefix = target.prefix;
    return {.carrier = std::make_shared<SocketCarrier>(std::move(target)),
            .prefix = std::move(prefix)};
  }
  /// In memory, for a program that is no test.
  static Way unchecked(app::App app, const server::Options& options) {
    auto carrier = std::make_shared<MemoryCarrier>(std::move(app), options);
    carrier->expect_errors({});
    MemoryCarrier* const memory = carrier.get();
    return {std::move(carrier), memory, false, {}};
  }
  /// In memory, unless the environment names a live server.
  static Way to(app::App app, const server::Options& options, bool is_direct, const Where& where) {
    return call_at(where, "TestClient", {}, [&]() -> Way {
      if (const std::string url = environment("MASTIC_TARGET_URL"); !url.empty()) return to(url);
      // Made first, so that it sees what the carrier opens.
      const DeleteAndLookForLeaks at_end(where);
      auto* const memory = new MemoryCarrier(std::move(app), options);
      return {std::shared_ptr<Carrier>(memory, at_end), memory, is_direct, {}};
    });
  }
};

TestClient::TestClient(Way way)
    : origin_("http://" + way.carrier->authority()),
      prefix_(std::move(way.prefix)),
      carrier_(std::move(way.carrier)),
      memory_(way.memory),
      is_direct_(way.is_direct) {}
TestClient::TestClient(app::App app, const server::Options& options, Where where)
    : TestClient(Way::to(std::move(app), options, false, where)) {}
TestClient TestClient::direct(app::App app, const server::Options& options, Where where) {
  return TestClient(Way::to(std::move(app), options, true, where));
}
TestClient TestClient::unchecked(app::App app, const server::Options& options) {
  return TestClient(Way::unchecked(std::move(app), options));
}
TestClient TestClient::connect(std::string_view url, Where where) {
  try {
    return TestClient(Way::to(url));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(detail::to_text(where) + error.what());
  }
}
TestClient::~TestClient() {
  const base::FailuresPaused paused;
  const base::ClockScope clock(carrier_->clock());  // for the destructors of the application, too
  carrier_.reset();
}

TestResponse TestClient::get(std::string_view target, const FieldList& fields, Where where) {
  return request("GET", target, fields, {}, where);
}
TestResponse TestClient::head(std::string_view target, const FieldList& fields, Where where) {
  return request("HEAD", target, fields, {}, where);
}
TestResponse TestClient::post(std::string_view target, std::string_view content,
                              const FieldList& fields, Where where) {
  return request("POST", target, fields, content, where);
}
TestResponse TestClient::put(std::string_view target, std::string_view content,
                             const FieldList& fields, Where where) {
  return request("PUT", target, fields, content, where);
}
TestResponse TestClient::del(std::string_view target, const FieldList& fields, Where where) {
  return request("DELETE", target, fields, {}, where);
}
TestResponse TestClient::patch(std::string_view target, std::string_view content,
                               const FieldList& fields, Where where) {
  return request("PATCH", target, fields, content, where);
}
TestResponse TestClient::options(std::string_view target, const FieldList& fields, Where where) {
  return request("OPTIONS", target, fields, {}, where);
}
TestResponse TestClient::send_json(std::string_view target, std::string_view json,
                                   std::string_view method, const FieldList& fields, Where where) {
  return request(method, target, with_field(fields, "Content-Type", "application/json"), json,
                 where);
}
TestResponse TestClient::post_form(std::string_view target, std::string_view form,
                                   const FieldList& fields, Where where) {
  return request("POST", target,
                 with_field(fields, "Content-Type", "application/x-www-form-urlencoded"), form,
                 where);
}
TestResponse TestClient::post_form(std::string_view target, const FieldList& form,
                                   const FieldList& fields, Where where) {
  return post_form(target, std::string_view(form_text(form)), fields, where);
}
TestResponse TestClient::upload(std::string_view target, const FieldList& form,
                                const std::vector<TestFile>& files, const FieldList& fields,
                                Where where) {
  wire::multipart::FormWriter writer;
  for (const auto& [name, text] : form) writer.add_field(name, text);
  for (const TestFile& file : files) {
    writer.add_file(file.field, file.name, file.media_type, file.content);
  }
  return request("POST", target, with_field(fields, "Content-Type", writer.content_type()),
                 writer.content(), where);
}

TestResponse TestClient::request(std::string_view method, std::string_view target,
                                 const FieldList& fields, std::string_view content, Where where) {
  return call_at(where, method, target, [&] {
    std::shared_ptr<TestResponse::Exchange> exchange = begin(method, target, fields, content);
    const std::size_t logged = log().size();
    TestResponse response = exchange_or_explain(exchange->request);
    exchange->log.assign(log().begin() + static_cast<std::ptrdiff_t>(logged), log().end());
    take_cookies(response, exchange->request);
    response.set_exchange(std::move(exchange));
    check_errors(response);
    if (listener_) listener_(response);
    return response;
  });
}

/// The message of an unexpected error shows the whole exchange.
void TestClient::check_errors(const TestResponse& response) {
  try {
    carrier_->check_errors();
  } catch (const ServerFailed& error) {
    throw ServerFailed(error.what() + ("\n" + response.to_string()));
  }
}

std::shared_ptr<TestResponse::Exchange> TestClient::begin(std::string_view method,
                                                          std::string_view target,
                                                          const FieldList& fields,
                                                          std::string_view content) {
  return std::make_shared<TestResponse::Exchange>(
      TestResponse::Exchange{.client = self_,
                             .origin = origin_,
                             .request = make(method, target, fields, content),
                             .log = {}});
}

TestRequest TestClient::make(std::string_view method, std::string_view target,
                             const FieldList& fields, std::string_view content) {
  const std::string_view sent = target.substr(0, target.find('#'));
  // A URL of this site, such as one that an answer has named, is whole already.
  const bool is_url = sent.starts_with(origin_) && sent.substr(origin_.size()).starts_with('/');
  if (!is_url) check_target(method, sent, origin_);
  TestRequest request{.method = std::string(method), .content = std::string(content)};
  if (is_url) {
    request.target = sent.substr(origin_.size());
  } else {
    if (sent.starts_with('/')) request.target = prefix_;
    request.target += sent;
  }
  http::Fields& list = request.fields;
  for (const auto& [name, value] : fields) list.add(name, value);
  for (const auto& [name, value] : always_) {
    if (!list.get(name)) list.add(name, value);
  }
  if (!list.contains(FieldName::Host)) list.add(FieldName::Host, carrier_->authority());
  if (!list.contains(FieldName::Cookie)) {
    // The cookies of the host that the test names, which need not be the default.
    const std::string_view host = list.get(FieldName::Host).value_or("");
    const std::string cookies = cookies_.field_for({host, request.target, now()});
    if (!cookies.empty()) list.add(FieldName::Cookie, cookies);
  }
  return request;
}

void TestClient::take_cookies(const TestResponse& response, const TestRequest& request) {
  cookies_.take(response.fields.view(),
                {request.fields.get(FieldName::Host).value_or(""), request.target, now()});
}

TestResponse TestClient::exchange_or_explain(const TestRequest& request) {
  if (is_calling_) {
    throw std::logic_error(
        "this client is in the middle of another call; each script of interleave needs a client of "
        "its own, and an application cannot call its own test");
  }
  is_calling_ = true;
  const struct End {
    bool& is_calling;
    ~End() { is_calling = false; }
  } end{is_calling_};
  return explain(*carrier_, [&] { return exchange(request); });
}

TestResponse TestClient::exchange(const TestRequest& request) {
  if (!is_direct_) return exchange_bytes(request);
  if (faults_ == NetworkFaults()) return memory_->call(request);
  throw std::logic_error(
      "direct calls have no network that could misbehave as `network` says; make the client by its "
      "constructor");
}

/// Sends a request and returns the answer. One connection at a time carries the requests, as with
/// keep-alive.
TestResponse TestClient::exchange_bytes(const TestRequest& request) {
  // RFC 9110 §8.6 asks for a length with these methods even when there is no content.
  const std::string& method = request.method;
  Framing framing;
  if (!request.content.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    framing = {Framing::Kind::Length, request.content.size()};
  }
  const std::string bytes = head_of(request, framing) + request.content;
  const http::Method known = http::parse_method(method);
  const bool is_reused = can_use_connection_again();
  Answered answered = send_and_wait(*carrier_, connection_, faults_, bytes, known);
  // A server may close an idle connection just as a request comes (RFC 9112 §9.3.1).
  if (!answered.has_begun && is_reused && is_live() && is_idempotent(known)) {
    answered = send_and_wait(*carrier_, connection_, faults_, bytes, known);
  }
  if (answered.has_begun) return std::move(answered.response);
  std::string message = detail::kNoAnswer;
  if (is_reused && is_live() && !is_idempotent(known)) {
    message += "; it had answered other requests before, and " + method +
               " may have been obeyed, so it is not sent again";
  }
  throw ServerFailed(message);
}

/// Whether the connection of the last request can carry another one.
bool TestClient::can_use_connection_again() {
  if (connection_ == nullptr) return false;
  if (is_live()) carrier_->run_ready();  // sees that the server has closed it
  if (!connection_->ended && !connection_->has_left) {
    ClientEnd& end = *connection_;
    if (!end.received.empty()) connection_ = nullptr;
    check_nothing_follows(end);
    return true;
  }
  connection_ = nullptr;
  return false;
}

void TestClient::set_field(std::string_view name, std::string_view value) {
  std::erase_if(always_,
                [&](const auto& field) { return base::equal_ignoring_case(field.first, name); });
  if (!value.empty()) always_.emplace_back(name, value);
}
void TestClient::basic_auth(std::string_view user, std::string_view password) {
  const std::string both = std::string(user) + ":" + std::string(password);
  set_field("Authorization", "Basic " + base::to_base64(both));
}
void TestClient::bearer_auth(std::string_view token) {
  set_field("Authorization", "Bearer " + std::string(token));
}

TestSocket TestClient::websocket(std::string_view target, const FieldList& fields, Where where) {
  constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // that of RFC 6455
  return call_at(where, "WebSocket", target, [&] {
    std::shared_ptr<TestResponse::Exchange> exchange = begin("GET", target, fields);
    TestRequest& request = exchange->request;
    // A field that the test gives stays, also a wrong one: so a test can see it refused.
    for (const auto& [name, value] : FieldList{{"Connection", "Upgrade"},
                                               {"Upgrade", "websocket"},
                                               {"Sec-WebSocket-Version", "13"},
                                               {"Sec-WebSocket-Key", kKey}}) {
      if (!request.fields.get(name)) request.fields.add(name, value);
    }
    ClientEnd& end = carrier_->connect(faults_);
    TestResponse response = explain(*carrier_, [&] {
      carrier_->send(end, head_of(request, {}));
      Answered answered = wait_for_answer(*carrier_, end, http::Method::Get);
      if (!answered.has_begun) throw ServerFailed(detail::kNoAnswer);
      carrier_->check_errors();
      return std::move(answered.response);
    });
    const bool is_accepted = response.status == http::Status::SwitchingProtocols;
    if (!is_accepted) carrier_->leave(end);
    const std::string_view key = request.fields.get(FieldName::SecWebSocketKey).value_or("");
    if (is_accepted &&
        response.field("Sec-WebSocket-Accept") != wire::websocket::accept_value(key)) {
      throw std::logic_error("Sec-WebSocket-Accept is not the value for Sec-WebSocket-Key");
    }
    take_cookies(response, request);
    response.set_exchange(std::move(exchange));
    return TestSocket(*carrier_, end, std::move(response));
  });
}

TestEvents TestClient::events(std::string_view target, const FieldList& fields, Where where) {
  return call_at(where, "GET", target, [&] {
    auto exchange = begin("GET", target, with_field(fields, "Accept", "text/event-stream"));
    return explain(*carrier_, [&] { return TestEvents(*carrier_, faults_, std::move(exchange)); });
  });
}

TestStream TestClient::stream(std::string_view method, std::string_view target,
                              const FieldList& fields, Where where) {
  return call_at(where, method, target,
                 [&] { return TestStream(*carrier_, faults_, begin(method, target, fields)); });
}

/// Uses a new connection: after bytes that are not a request, the end of an answer cannot be
/// recognized, so the connection of the other calls must not be used.
TestClient::RawAnswer TestClient::exchange_raw(std::string_view bytes, Where where) {
  return call_at(where, "raw", "bytes", [&] {
    ClientEnd& end = carrier_->connect(faults_);
    carrier_->send_request(end, bytes);
    carrier_->finish_exchanges();
    const auto is_too_much = [&] { return end.received.size() > kMaxAnswerBytes; };
    (void)carrier_->run_until(
        [&] { return end.ended || is_too_much() || carrier_->is_quiet(end); });
    carrier_->finish_exchanges();
    carrier_->check_contract();
    if (is_too_much()) {
      carrier_->leave(end);
      throw std::logic_error("more than 256 MiB have come back");
    }
    return RawAnswer{std::exchange(end.received, {}), end.ended};
  });
}
std::string TestClient::send_raw(std::string_view bytes, Where where) {
  return exchange_raw(bytes, where).bytes;
}
void TestClient::on_answer(std::function<void(const TestResponse&)> listener) {
  listener_ = std::move(listener);
}

CookieJar& TestClient::cookies() { return cookies_; }
void TestClient::set_peer(std::string_view ip, std::uint16_t port, Where where) {
  const auto address = base::IpAddress::parse(ip);
  if (!address) {
    throw std::invalid_argument(detail::to_text(where) + "set_peer: '" + std::string(ip) +
                                "' is not an IP address; write it as 203.0.113.9 or 2001:db8::1");
  }
  call_at(where, "set_peer", {}, [&] {
    use_new_connection();
    carrier_->set_endpoint({*address, port});
  });
}
void TestClient::pass(base::Duration time, Where where) {
  call_at(where, "pass", {}, [&] {
    carrier_->pass(time);
    carrier_->check_errors();
  });
}
base::WallTime TestClient::now() const { return carrier_->clock().wall_now(); }
void TestClient::set_time(base::WallTime time, Where where) {
  call_at(where, "set_time", {}, [&] { carrier_->set_time(time); });
}
void TestClient::drain(base::Duration in, Where where) {
  call_at(where, "drain", {}, [&] { carrier_->drain(in); });
}
void TestClient::network(const NetworkFaults& faults, Where where) {
  call_at(where, "network", {}, [&] {
    faults_ = faults;
    use_new_connection();
  });
}
void TestClient::use_new_connection() {
  ClientEnd* const old = std::exchange(connection_, nullptr);
  if (old != nullptr && !old->ended && !old->has_left) carrier_->leave(*old);
}
TestClient TestClient::another() const {
  return TestClient(Way{carrier_, memory_, is_direct_, prefix_});
}
void TestClient::expect_leaks() { carrier_->expect_leaks(); }
void TestClient::expect_errors(std::string_view part) { carrier_->expect_errors(part); }
const std::vector<std::string>& TestClient::log() const { return carrier_->log(); }

}  // namespace mastic::testing
