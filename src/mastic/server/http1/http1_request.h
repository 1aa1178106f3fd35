// One request of a connection and its answer.

#pragma once

#include <new>
#include <span>

#include "mastic/base/arena.h"
#include "mastic/server/exchange.h"
#include "mastic/server/page_pool.h"
#include "mastic/server/shard_services.h"
#include "mastic/wire/http1/request_parser.h"

namespace mastic::server {

/// Parser, exchange and their memory, in one page. The connection holds it while it reads the
/// request, the exchange until it is over; it goes when both have let go.
struct Http1Request {
  static constexpr std::size_t kHeadRoom = 1536;  ///< of a page, for heads of the usual size

  [[nodiscard]] static Http1Request* open(ShardServices& shard, ExchangeOwner& owner) {
    static_assert(sizeof(Http1Request) <= PagePool::kPageBytes - kHeadRoom);
    const std::span<std::byte> page = shard.take_page();
    return ::new (page.data()) Http1Request(shard, owner, page);
  }
  void let_go() {
    if (--holders > 0) return;
    ShardServices& home = shard;
    this->~Http1Request();
    home.give_back_page(reinterpret_cast<std::byte*>(this));
  }

  ShardServices& shard;
  base::Arena memory;
  wire::http1::RequestParser parser;
  Exchange exchange;
  int holders = 1;

 private:
  Http1Request(ShardServices& in, ExchangeOwner& owner, std::span<std::byte> page)
      : shard(in),
        memory(page.subspan(sizeof(Http1Request))),
        parser(in.options().http1, memory),
        exchange(in, owner, memory, page.data(),
                 [](std::byte* ended) { reinterpret_cast<Http1Request*>(ended)->let_go(); }) {}
};

}  // namespace mastic::server
