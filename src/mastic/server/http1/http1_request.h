// One request of a connection and its answer.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mastic/app/upgrade.h"
#include "mastic/base/arena.h"
#include "mastic/server/exchange.h"
#include "mastic/server/page_pool.h"
#include "mastic/server/shard_services.h"
#include "mastic/wire/http1/request_parser.h"

namespace mastic::server {

/// All that is of one request, in one page: parser, exchange, their memory, and how far it has
/// come. New with each request, so that nothing of an earlier one has to be reset.
///
/// The connection holds it while it reads the request, the exchange until it is over; it goes when
/// both have let go.
struct Http1Request {
  static constexpr std::size_t kHeadRoom = 1536;  ///< of a page, for heads of the usual size

  /// Throws std::bad_alloc.
  [[nodiscard]] static Http1Request* open(ShardServices& shard, ResponseSink& sink);
  /// One of the two that hold it does so no more. It is gone when the other has let go before.
  void let_go();

  [[nodiscard]] const wire::http1::RequestHead& head() const { return parser.head(); }
  /// How many bytes its content has, when the head says so: not when it is chunked.
  [[nodiscard]] std::optional<std::uint64_t> content_size() const {
    const wire::http1::Framing& framing = head().framing;
    if (framing.kind == wire::http1::Framing::Kind::Chunked) return std::nullopt;
    return framing.length;
  }
  /// Takes the content off `input`, when it is short and here already: then it is `complete`, and
  /// the handler needs no pull. It is copied into `memory`.
  [[nodiscard]] std::optional<std::string_view> take_whole_content(std::string_view& input,
                                                                   std::uint64_t max_bytes) {
    if (content_size() != 0u) return take_short_content(input, max_bytes);
    complete = true;  // nothing of it is to be read, not even its end
    return std::string_view();
  }
  /// Begins to run the application; `pipelined` requests run before what waits already.
  void begin_exchange(std::string_view path, const base::Endpoint& peer,
                      std::optional<std::string_view> content, bool pipelined) {
    ++holders_;
    const app::RequestFacts facts{.head = head(), .path = path, .peer = peer};
    exchange.begin(facts, content, content_size(), pipelined);
  }

  ShardServices& shard;
  base::Arena memory;
  wire::http1::RequestParser parser;
  Exchange exchange;
  Http1Request* next_unsent = nullptr;    ///< behind it among answers that have not left
  std::uint64_t discarded_bytes = 0;      ///< of content that nobody read
  bool content_wanted = false;            ///< the application waits for a piece
  bool owes_continue = false;             ///< the client waits for 100 before it sends content
  bool complete = false;                  ///< its content was read to the end
  bool broken = false;                    ///< its content is malformed, too slow or cut short
  bool close_after = false;               ///< no request follows its answer
  std::unique_ptr<app::Upgrade> upgrade;  ///< what its connection speaks after its answer; or null

 private:
  Http1Request(ShardServices& in, ResponseSink& sink, std::span<std::byte> page);
  [[nodiscard]] std::optional<std::string_view> take_short_content(std::string_view& input,
                                                                   std::uint64_t max_bytes);

  int holders_ = 1;
};

}  // namespace mastic::server
