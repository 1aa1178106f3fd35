#include "mastic/server/http1/http1_response_writer.h"

#include <array>
#include <cstring>
#include <optional>

#include "mastic/base/text.h"
#include "mastic/http/field_name.h"
#include "mastic/http/status.h"
#include "mastic/wire/http1/chunked_encoder.h"
#include "mastic/wire/http1/response_head.h"

namespace mastic::server {
namespace {

using base::Level;
using http::FieldName;
using http::Status;
using wire::http1::Framing;
using Kind = Framing::Kind;

constexpr std::size_t kMaxCopied = 16 << 10;  // a larger body is borrowed rather than copied

/// What the fields of a response say about its framing. These fields are removed from the response.
struct HandlerFields {
  std::optional<std::uint64_t> length;
  bool has_date = false;
};

/// Fields that frame a message or concern its connection. Handlers must not set them.
constexpr std::array kOurs{FieldName::Connection,       FieldName::ContentLength,
                           FieldName::KeepAlive,        FieldName::ProxyConnection,
                           FieldName::TransferEncoding, FieldName::Upgrade};

constexpr auto kIsOurs = [] {
  std::array<bool, http::kFieldNameCount> table{};
  for (const FieldName name : kOurs) table[static_cast<std::size_t>(name)] = true;
  return table;
}();

std::optional<std::uint64_t> drop_ours(http::Fields& fields) {
  std::optional<std::uint64_t> length;
  if (const auto value = fields.get(FieldName::ContentLength)) length = base::parse_decimal(*value);
  for (const FieldName name : kOurs) fields.remove(name);
  return length;
}

/// Looks for such fields before it removes anything, because most responses have none of them.
HandlerFields take_fields(http::Fields& fields) {
  HandlerFields taken;
  bool drop = false;
  for (const http::FieldEntry& entry : fields.entries()) {
    taken.has_date |= entry.known == FieldName::Date;
    drop |= kIsOurs[static_cast<std::size_t>(entry.known)];
  }
  if (drop) taken.length = drop_ours(fields);
  return taken;
}

/// Whether the status can end a request: 200 to 599, or 101 when another protocol follows.
bool is_final(Status status, const ResponseTerms& terms) {
  if (status == Status::SwitchingProtocols) return !terms.upgrade.empty();
  return code(status) >= 200 && code(status) <= 599;
}

/// Replaces a response whose status cannot end a request by a 500.
void mend_status(app::Response& response, base::Log& log) {
  const auto number = code(response.status);
  log.write(Level::Error, "a handler returned the status " + std::to_string(number) +
                              "; a response must have 200 to 599");
  response = app::Response(Status::InternalServerError);
}

/// `size` is the size of the content, if it is known. RFC 9110 §8.6 has the rules for 304 and HEAD:
/// a Content-Length there is the length that a GET would have, which only the handler may know.
Framing choose_framing(const app::Response& response, std::optional<std::uint64_t> size,
                       const HandlerFields& fields, const ResponseTerms& terms, base::Log& log) {
  const bool empty = size == 0u;
  if (response.status == Status::NotModified) {
    return fields.length ? Framing{Kind::Length, *fields.length} : Framing{};
  }
  if (ends_with_head(response.status)) return {};
  if (forbids_content(response.status)) return {Kind::Length, 0};
  if (terms.method == http::Method::Head) {
    if (fields.length && (!size || empty)) return {Kind::Length, *fields.length};
    return size ? Framing{Kind::Length, *size} : Framing{};
  }
  if (size) {
    if (fields.length && fields.length != size) {
      log.write(Level::Error, "a handler set Content-Length to " + std::to_string(*fields.length) +
                                  " and returned " + std::to_string(*size) + " bytes");
    }
    return {Kind::Length, *size};
  }
  if (fields.length) return {Kind::Length, *fields.length};  // write_piece and end check it
  return {terms.version == http::Version::Http10 ? Kind::UntilClose : Kind::Chunked, 0};
}

}  // namespace

bool Http1ResponseWriter::knows_length(const app::Response& response) {
  if (response.body.size()) return true;
  const auto length = response.fields.view().get(FieldName::ContentLength);
  return length && base::parse_decimal(*length);
}

Http1ResponseWriter::Next Http1ResponseWriter::start(net::Stream& stream, app::Response& response,
                                                     const ResponseTerms& terms, base::Log& log) {
  if (!is_final(response.status, terms)) mend_status(response, log);
  const HandlerFields fields = take_fields(response.fields);
  const auto all = response.body.bytes();
  const auto size = all ? std::optional<std::uint64_t>(all->size()) : response.body.size();
  const Framing framing = choose_framing(response, size, fields, terms, log);
  if (!all && framing.kind != Kind::Chunked &&
      response.fields.view().contains(FieldName::Trailer)) {
    response.fields.remove(FieldName::Trailer);
  }
  const bool sends_content =
      terms.method != http::Method::Head && !forbids_content(response.status);
  framing_ = framing.kind;
  promised_ = framing.length;
  content_bytes_ = 0;
  borrows_ = false;

  wire::http1::ResponseHead head;
  head.status = response.status;
  head.field_lines = response.fields.lines();
  if (!fields.has_date) head.date_line = terms.date_line;
  head.framing = framing;
  head.close = terms.close;
  head.upgrade = terms.upgrade;
  head.keep_alive = !terms.close && terms.version == http::Version::Http10;  // 1.1 keeps by default

  // Head and small content go into the stream in one piece. Large content is borrowed, so the
  // response must live until the content has left (`borrows`).
  const auto bytes = sends_content ? all : std::string_view();
  const std::size_t copied = bytes && bytes->size() <= kMaxCopied ? bytes->size() : 0;
  char* const start = stream.prepare(response_head_bound(head) + copied);
  char* end = write_response_head(start, head);
  if (copied > 0) std::memcpy(end, bytes->data(), copied);
  stream.commit(static_cast<std::size_t>(end - start) + copied);

  if (bytes) {
    content_bytes_ = bytes->size();
    borrows_ = copied < bytes->size();
    if (borrows_) stream.write_borrowed(*bytes);
    return Next::Nothing;
  }
  if (const app::Body::File* const part = response.body.file(); part && stream.can_write_files()) {
    content_bytes_ = part->size;
    stream.write_file(part->file, part->offset, part->size);
    return Next::Nothing;
  }
  return Next::Produce;
}

bool Http1ResponseWriter::write_piece(net::Stream& stream, std::string_view piece,
                                      std::shared_ptr<const void> owner, base::Log& log) {
  if (piece.empty()) return true;  // an empty chunk would end the content
  const bool limited = framing_ == Kind::Length;
  const bool too_long = limited && piece.size() > promised_;
  if (too_long) {  // excess bytes would be read as the beginning of the next response
    log.write(Level::Error, "a handler produced more content than its Content-Length announced");
    piece = piece.substr(0, promised_);
  }
  if (framing_ == Kind::Chunked) stream.write(wire::http1::ChunkStart(piece.size()).text());
  if (owner != nullptr && piece.size() > kMaxCopied) {
    stream.write_shared(piece, std::move(owner));
  } else {
    stream.write(piece);
  }
  if (framing_ == Kind::Chunked) stream.write(wire::http1::kChunkEnd);
  if (limited) promised_ -= piece.size();
  content_bytes_ += piece.size();
  return !too_long;
}

bool Http1ResponseWriter::end(net::Stream& stream, http::FieldsView trailers, base::Log& log) {
  if (framing_ == Kind::Length && promised_ > 0) {
    log.write(Level::Error, "a handler produced less content than its Content-Length announced");
    return false;
  }
  if (framing_ == Kind::Chunked) {
    if (trailers.empty()) {
      stream.write(wire::http1::kLastChunk);
      stream.write(wire::http1::kChunkEnd);
    } else {
      stream.write(wire::http1::last_chunk_with(trailers));
    }
  }
  return true;
}

}  // namespace mastic::server
