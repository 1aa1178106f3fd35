// One request of an HTTP/1 connection, and its answer.

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

/// The state of one request, in one page: parser, exchange, their memory, and its progress. Each
/// request gets a new object, so that no state of an earlier request has to be reset.
///
/// The object has two holders: the connection, while it reads the request, and the exchange, until
/// the exchange is over. The object is destroyed when both have let go.
struct Http1Request {
  static constexpr std::size_t kHeadRoom = 1536;  ///< bytes of a page for heads of the usual size

  /// Makes a request in a new page. Throws std::bad_alloc.
  [[nodiscard]] static Http1Request* open(ShardServices& shard, ResponseSink& sink);
  /// Called by each holder when it is done. The second call destroys the request.
  void let_go();

  /// The head. Requires: the parser has read it.
  [[nodiscard]] const wire::http1::RequestHead& head() const { return parser.head(); }
  /// The size of the content, or nullopt when it is chunked.
  [[nodiscard]] std::optional<std::uint64_t> content_size() const {
    const wire::http1::Framing& framing = head().framing;
    if (framing.kind == wire::http1::Framing::Kind::Chunked) return std::nullopt;
    return framing.length;
  }
  /// Whether the application has got a piece, and more content is to come that is not wanted yet.
  [[nodiscard]] bool awaits_next_pull() const {
    return is_pulled && !content_wanted && !broken &&
           (parser.bytes_left() > 0 || parser.has_open_end());
  }
  /// If all of the content has arrived and has at most `max_bytes`, removes it from `input`, copies
  /// it into `memory`, and returns it. Then the request is `complete`, and the handler need not
  /// pull. Otherwise returns nullopt.
  [[nodiscard]] std::optional<std::string_view> take_whole_content(std::string_view& input,
                                                                   std::uint64_t max_bytes) {
    if (content_size() != 0u) return take_short_content(input, max_bytes);
    complete = true;  // there is nothing to read, not even the parser's End
    return std::string_view();
  }
  /// Begins to run the application. A `pipelined` request runs before the jobs that are waiting.
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
  Http1Request* next_unsent = nullptr;    ///< the link of UnsentAnswers
  std::uint64_t discarded_bytes = 0;      ///< content that the application did not read
  bool content_wanted = false;            ///< the application waits for a piece
  bool is_pulled = false;                 ///< the application has got a piece
  bool owes_continue = false;             ///< the client waits for 100 before it sends content
  bool complete = false;                  ///< its content was read to the end
  bool broken = false;                    ///< its content is malformed, too slow or cut short
  bool close_after = false;               ///< the connection ends after its answer
  std::unique_ptr<app::Upgrade> upgrade;  ///< what 101 changes to, or 426 asks for; or null

 private:
  Http1Request(ShardServices& in, ResponseSink& sink, std::span<std::byte> page);
  [[nodiscard]] std::optional<std::string_view> take_short_content(std::string_view& input,
                                                                   std::uint64_t max_bytes);

  int holders_ = 1;
};

}  // namespace mastic::server
