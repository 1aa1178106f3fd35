// One request of a connection and its answer.

#pragma once

#include <new>
#include <span>

#include "mastic/base/arena.h"
#include "mastic/server/exchange.h"
#include "mastic/server/lane.h"
#include "mastic/server/page_pool.h"
#include "mastic/wire/http1/request_parser.h"

namespace mastic::server {

/// Parser, exchange and their memory, in one page. The connection holds it while it reads the
/// request, the exchange until it is over; it goes when both have let go.
struct Http1Turn {
  static constexpr std::size_t kHeadRoom = 1536;  ///< of a page, for heads of the usual size

  [[nodiscard]] static Http1Turn* open(Lane& lane, ExchangeOwner& owner) {
    static_assert(sizeof(Http1Turn) <= PagePool::kPageBytes - kHeadRoom);
    const std::span<std::byte> page = lane.pages().take();
    return ::new (page.data()) Http1Turn(lane, owner, page);
  }
  void let_go() {
    if (--holders > 0) return;
    Lane& home = lane;
    this->~Http1Turn();
    home.give_back_page(reinterpret_cast<std::byte*>(this));
  }

  Lane& lane;
  base::Arena memory;
  wire::http1::RequestParser parser;
  Exchange exchange;
  int holders = 1;

 private:
  Http1Turn(Lane& in, ExchangeOwner& owner, std::span<std::byte> page)
      : lane(in),
        memory(page.subspan(sizeof(Http1Turn))),
        parser(in.options().http1, memory),
        exchange(in, owner, memory, page.data(),
                 [](std::byte* ended) { reinterpret_cast<Http1Turn*>(ended)->let_go(); }) {}
};

}  // namespace mastic::server
