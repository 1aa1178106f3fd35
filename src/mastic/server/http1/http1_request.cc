#include "mastic/server/http1/http1_request.h"

#include <algorithm>
#include <new>
#include <span>

namespace mastic::server {

using Event = wire::http1::RequestParser::Event;

Http1Request::Http1Request(ShardServices& in, ResponseSink& sink, std::span<std::byte> page)
    : shard(in),
      memory(page.subspan(sizeof(Http1Request))),
      parser(in.options().http1, memory),
      exchange(in, sink, memory, page.data(),
               [](std::byte* ended) { reinterpret_cast<Http1Request*>(ended)->let_go(); }) {}

Http1Request* Http1Request::open(ShardServices& shard, ResponseSink& sink) {
  static_assert(sizeof(Http1Request) <= PagePool::kPageBytes - kHeadRoom);
  const std::span<std::byte> page = shard.take_page();
  return ::new (page.data()) Http1Request(shard, sink, page);
}

/// The page is given back last, because a draining shard then checks whether it has settled.
void Http1Request::let_go() {
  if (--holders_ > 0) return;
  ShardServices& home = shard;
  this->~Http1Request();
  home.give_back_page(reinterpret_cast<std::byte*>(this));
}

std::optional<std::string_view> Http1Request::take_short_content(std::string_view& input,
                                                                 std::uint64_t max_bytes) {
  const auto size = content_size();
  if (!size || *size > std::min<std::uint64_t>(input.size(), max_bytes)) return std::nullopt;
  // All of it is in `input`, so the parser returns Data and End, and leaves the next request.
  std::string_view content;
  Event event = parser.next(input);
  if (event.kind == Event::Kind::Data) {
    content = memory.copy(event.data);
    event = parser.next(input);
  }
  complete = event.kind == Event::Kind::End;
  owes_continue = false;  // the client has sent the content without waiting
  return content;
}

}  // namespace mastic::server
