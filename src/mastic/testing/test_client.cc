#include "mastic/testing/test_client.h"

#include <stdexcept>

#include "mastic/base/clock.h"
#include "mastic/testing/memory_stream.h"
#include "mastic/testing/test_server.h"
#include "mastic/wire/http1/request_writer.h"
#include "mastic/wire/multipart/form_writer.h"
#include "mastic/wire/websocket/handshake.h"

namespace mastic::testing {

using http::FieldName;
using wire::http1::Framing;

namespace {

/// Runs the server until the answer to a request by `method` is complete, and takes it from what the
/// peer has received. Returns nothing if the server closes the connection before.
std::optional<TestResponse> wait_for_answer(TestServer& server, MemoryPeer& peer,
                                            http::Method method) {
  std::optional<TestResponse> response;
  server.wait_for(
      [&] {
        response = read_response(peer.received, method, peer.ended);
        return response || peer.ended;
      },
      "answer");
  return response;
}

}  // namespace

TestClient::TestClient(app::App app, const server::Options& options)
    : server_(std::make_unique<TestServer>(std::move(app), options)) {}
TestClient::~TestClient() {
  const base::ClockScope clock(server_->kernel());  // for the destructors of the application, too
  server_.reset();
}

TestResponse TestClient::get(std::string_view target, const FieldList& fields) {
  return request("GET", target, fields);
}
TestResponse TestClient::head(std::string_view target, const FieldList& fields) {
  return request("HEAD", target, fields);
}
TestResponse TestClient::post(std::string_view target, std::string_view content,
                              const FieldList& fields) {
  return request("POST", target, fields, content);
}
TestResponse TestClient::put(std::string_view target, std::string_view content,
                             const FieldList& fields) {
  return request("PUT", target, fields, content);
}
TestResponse TestClient::del(std::string_view target, const FieldList& fields) {
  return request("DELETE", target, fields);
}
TestResponse TestClient::patch(std::string_view target, std::string_view content,
                               const FieldList& fields) {
  return request("PATCH", target, fields, content);
}
TestResponse TestClient::options(std::string_view target, const FieldList& fields) {
  return request("OPTIONS", target, fields);
}
TestResponse TestClient::send_json(std::string_view target, std::string_view json,
                                   std::string_view method, const FieldList& fields) {
  FieldList all = fields;
  all.emplace_back("Content-Type", "application/json");
  return request(method, target, all, json);
}
TestResponse TestClient::post_form(std::string_view target, std::string_view form,
                                   const FieldList& fields) {
  FieldList all = fields;
  all.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return request("POST", target, all, form);
}

TestResponse TestClient::request(std::string_view method, std::string_view target,
                                 const FieldList& fields, std::string_view content) {
  const http::Fields list = complete(target, fields);
  // RFC 9110 §8.6 asks for a length with these methods even when there is no content.
  Framing framing;
  if (!content.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    framing = {Framing::Kind::Length, content.size()};
  }
  std::string bytes;
  wire::http1::append_request_head(bytes, method, target, list, framing);
  bytes += content;
  TestResponse response = exchange(bytes, http::parse_method(method));
  take_cookies(response, list, target);
  return response;
}

/// Sends a request and returns the answer. One connection at a time carries the requests, as with
/// keep-alive.
TestResponse TestClient::exchange(std::string_view bytes, http::Method method) {
  if (peer_ == nullptr || peer_->ended) peer_ = &server_->connect();
  MemoryPeer& peer = *peer_;
  server_->deliver_request(peer, bytes);
  std::optional<TestResponse> response = wait_for_answer(*server_, peer, method);
  // Exchanges end before the call returns, so that a test sees what its on_finish hooks have done.
  if (response) server_->finish_exchanges();
  if (response && response->status == http::Status::SwitchingProtocols) {
    peer_ = nullptr;  // that connection speaks another protocol from now on
  }
  server_->check_contract();
  if (!response) {
    throw std::logic_error("the server closed the connection before the answer was complete");
  }
  return *std::move(response);
}

http::Fields TestClient::complete(std::string_view target, const FieldList& fields) {
  http::Fields list;
  for (const auto& [name, value] : fields) list.add(name, value);
  if (!list.contains(FieldName::Host)) list.add(FieldName::Host, "test.example");
  if (!list.contains(FieldName::Cookie)) {
    // The cookies of the host that the test names, which need not be the default.
    const std::string_view host = list.get(FieldName::Host).value_or("");
    const std::string cookies = cookies_.field_for({host, target, now()});
    if (!cookies.empty()) list.add(FieldName::Cookie, cookies);
  }
  return list;
}

void TestClient::take_cookies(const TestResponse& response, const http::Fields& fields,
                              std::string_view target) {
  cookies_.take(response.fields.view(), {fields.get(FieldName::Host).value_or(""), target, now()});
}

TestSocket TestClient::websocket(std::string_view target, const FieldList& fields) {
  constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // that of RFC 6455
  http::Fields list = complete(target, fields);
  // A field that the test gives stays, also a wrong one: so a test can see it refused.
  for (const auto& [name, value] : FieldList{{"Connection", "Upgrade"},
                                             {"Upgrade", "websocket"},
                                             {"Sec-WebSocket-Version", "13"},
                                             {"Sec-WebSocket-Key", kKey}}) {
    if (!list.get(name)) list.add(name, value);
  }
  std::string head;
  wire::http1::append_request_head(head, "GET", target, list, {});
  MemoryPeer& peer = server_->connect();
  server_->deliver(peer, head);
  std::optional<TestResponse> response = wait_for_answer(*server_, peer, http::Method::Get);
  server_->check_contract();
  if (!response) {
    throw std::logic_error("the server closed the connection before it answered the handshake");
  }
  server_->finish_exchanges();
  const bool is_accepted = response->status == http::Status::SwitchingProtocols;
  if (!is_accepted) server_->leave(peer);
  const std::string_view key = list.get(FieldName::SecWebSocketKey).value_or("");
  if (is_accepted &&
      response->field("Sec-WebSocket-Accept") != wire::websocket::accept_value(key)) {
    throw std::logic_error("Sec-WebSocket-Accept is not the value for Sec-WebSocket-Key");
  }
  take_cookies(*response, list, target);
  return {*server_, peer, *std::move(response)};
}

TestEvents TestClient::events(std::string_view target, const FieldList& fields) {
  // The request is made again when the stream reconnects, so it is kept.
  http::Fields list = complete(target, fields);
  if (!list.contains(FieldName::Accept)) list.add(FieldName::Accept, "text/event-stream");
  return {*server_, [list = std::move(list), path = std::string(target)](std::string_view last_id) {
            http::Fields all = list;
            if (!last_id.empty()) all.set("Last-Event-ID", last_id);
            std::string head;
            wire::http1::append_request_head(head, "GET", path, all, {});
            return head;
          }};
}

TestResponse TestClient::upload(std::string_view target, const FieldList& form,
                                const std::vector<TestFile>& files, const FieldList& fields) {
  wire::multipart::FormWriter writer;
  for (const auto& [name, text] : form) writer.add_field(name, text);
  for (const TestFile& file : files) {
    writer.add_file(file.field, file.name, file.media_type, file.content);
  }
  const std::string type = writer.content_type();  // FieldList has views
  FieldList all = fields;
  all.emplace_back("Content-Type", type);
  return request("POST", target, all, writer.content());
}

/// Uses a new connection: after bytes that are not a request, the end of an answer cannot be
/// recognized, so the connection of the other calls must not be used.
std::string TestClient::send_raw(std::string_view bytes) {
  MemoryPeer& peer = server_->connect();
  server_->deliver_request(peer, bytes);
  server_->finish_exchanges();
  (void)server_->run_until([&] { return peer.ended || !server_->has_exchanges(); });
  server_->finish_exchanges();
  server_->check_contract();
  return peer.received;
}

CookieJar& TestClient::cookies() { return cookies_; }
void TestClient::set_peer(std::string_view ip, std::uint16_t port) {
  const auto address = base::IpAddress::parse(ip);
  if (!address) {
    throw std::invalid_argument("set_peer: '" + std::string(ip) +
                                "' is not an IP address; write it as 203.0.113.9 or 2001:db8::1");
  }
  server_->set_endpoint({*address, port});
  peer_ = nullptr;
}
void TestClient::pass(base::Duration time) { server_->pass(time); }
base::WallTime TestClient::now() const { return server_->kernel().wall_now(); }
void TestClient::set_time(base::WallTime time) { server_->kernel().set_wall(time); }
void TestClient::drain(base::Duration in) { server_->drain(in); }
const std::vector<std::string>& TestClient::log() const { return server_->log(); }

}  // namespace mastic::testing
