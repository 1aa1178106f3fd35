#include "mastic/testing/direct_call.h"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/server/page_pool.h"
#include "mastic/server/request_path.h"
#include "mastic/testing/answer_reader.h"
#include "mastic/testing/call_at.h"

namespace mastic::testing {

using http::FieldName;
using http::Method;
using http::Status;

DirectCall::DirectCall(server::ShardServices& shard, std::span<std::byte> page)
    : shard_(shard),
      memory_(page.subspan(sizeof(DirectCall))),
      exchange_(shard, *this, memory_, page.data(), [](std::byte* ended) {
        DirectCall& call = *reinterpret_cast<DirectCall*>(ended);
        call.exchange_is_over_ = true;
        call.release();
      }) {}

DirectCall& DirectCall::begin(server::ShardServices& shard, const TestRequest& request,
                              const base::Endpoint& peer) {
  static_assert(sizeof(DirectCall) <= server::PagePool::kPageBytes - 512);
  const base::FailuresPaused paused;  // what the call itself needs
  const std::span<std::byte> page = shard.take_page();
  DirectCall& call = *::new (page.data()) DirectCall(shard, page);
  call.start(request, peer);
  return call;
}

void DirectCall::start(const TestRequest& request, const base::Endpoint& peer) {
  fields_ = request.fields;
  content_ = request.content;
  head_.method = http::parse_method(request.method);
  head_.method_text = memory_.copy(request.method);
  head_.target_text = memory_.copy(request.target);
  const auto target = http::Target::parse(head_.method, head_.target_text);
  if (!target) return answer_itself(Status::BadRequest);
  head_.target = *target;
  if (!content_.empty()) fields_.set(FieldName::ContentLength, std::to_string(content_.size()));
  head_.fields = fields_.view();
  head_.authority = target->authority.empty() ? head_.fields.get(FieldName::Host).value_or("")
                                              : target->authority;
  const auto path = server::application_path(head_, memory_);
  if (!path) return answer_itself(path.error().status);
  ++holders_;
  const std::optional<std::string_view> none = std::string_view();
  const base::FailuresResumed resumed;
  exchange_.begin({.head = head_, .path = *path, .peer = peer},
                  content_.empty() ? none : std::nullopt, content_.size(), false);
}

/// Answers what a server does not pass to its application.
void DirectCall::answer_itself(Status status) {
  response_.status = status;
  has_ended_ = true;
}

TestResponse DirectCall::take() {
  if (is_aborted_) throw detail::ServerFailed(fault_);
  if (!fault_.empty()) throw std::logic_error(fault_);
  return std::move(response_);
}

/// An exchange whose answer is complete ends by itself, after its on_finish functions.
void DirectCall::let_go() {
  if (holders_ > 1 && !has_ended_) exchange_.abandon(0);
  release();
}

/// The page is given back last, because a draining shard then checks whether it has settled.
void DirectCall::release() {
  if (--holders_ > 0) return;
  server::ShardServices& home = shard_;
  this->~DirectCall();
  home.give_back_page(reinterpret_cast<std::byte*>(this));
}

/// Content comes only when it is asked for, so a handler that forgets to wait for it fails as it
/// would with a client that sends its content after the head.
void DirectCall::content_wanted() noexcept {
  const std::string_view rest = std::string_view(content_).substr(content_passed_);
  if (rest.empty()) return exchange_.content_ended({});
  content_passed_ = content_.size();
  exchange_.content_arrived(rest);
}

void DirectCall::send_interim(Status status, const http::Fields&) noexcept {
  const base::FailuresPaused paused;
  response_.interim.push_back(status);
}

server::ResponseSink::Next DirectCall::respond(app::Response& response) noexcept {
  const base::FailuresPaused paused;
  response_.status = response.status;
  const auto bytes = response.body.bytes();
  const auto size = bytes ? std::optional<std::uint64_t>(bytes->size()) : response.body.size();
  const auto announced = response.fields.view().get(FieldName::ContentLength);
  promised_ = size ? size : announced ? base::parse_decimal(*announced) : std::nullopt;
  response_.fields = std::move(response.fields);
  if (response.upgrade || response.status == Status::SwitchingProtocols) {
    fault_ =
        "the answer upgrades the connection, and a direct call has none; open the WebSocket "
        "with TestClient::websocket";
  }
  const bool has_length =
      promised_ && response.status != Status::NotModified && !forbids_content(response.status);
  if (has_length) response_.fields.set(FieldName::ContentLength, std::to_string(*promised_));
  if (head_.method == Method::Head || forbids_content(response.status)) return Next::Written;
  if (!bytes) return Next::Produce;
  response_.text = *bytes;
  exchange_.count_content(bytes->size());
  return Next::Written;
}

server::ResponseSink::Next DirectCall::send_piece(std::string_view piece,
                                                  std::shared_ptr<const void>) noexcept {
  const base::FailuresPaused paused;
  // As over a connection: what exceeds the announced length is dropped.
  const std::size_t room =
      promised_ ? static_cast<std::size_t>(*promised_) - response_.text.size() : piece.size();
  const std::string_view taken = piece.substr(0, room);
  if (response_.text.size() + taken.size() > kMaxAnswerBytes) {
    fault_ = kTooMuchContent;
    has_ended_ = true;
    exchange_.abandon(0);
    return Next::Gone;
  }
  response_.text += taken;
  exchange_.count_content(taken.size());
  return taken.size() < piece.size() ? Next::Written : Next::Produce;
}

server::ResponseSink::Next DirectCall::end_content(http::FieldsView trailers) noexcept {
  const base::FailuresPaused paused;
  if (promised_ && response_.text.size() < *promised_) {
    abort_response();
    return Next::Gone;
  }
  response_.trailers = http::Fields(trailers);
  return Next::Written;
}

void DirectCall::abort_response() noexcept {
  const base::FailuresPaused paused;
  fault_ = "the application has aborted its answer, after " +
           std::to_string(response_.text.size()) + " bytes of content";
  is_aborted_ = true;
  has_ended_ = true;
  exchange_.abandon(0);
}

server::ResponseSink::After DirectCall::response_written() noexcept {
  has_ended_ = true;
  return After::Ends;
}

void DirectCall::exchange_cancelled(bool has_begun) noexcept {
  if (has_begun) return abort_response();
  answer_itself(Status::ServiceUnavailable);
  exchange_.abandon(0);
}

}  // namespace mastic::testing
