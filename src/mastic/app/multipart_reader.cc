#include "mastic/app/multipart_reader.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "mastic/app/coded_content.h"
#include "mastic/app/content_type.h"
#include "mastic/app/http_error.h"
#include "mastic/app/spool.h"
#include "mastic/base/utf8.h"
#include "mastic/http/file_name.h"
#include "mastic/wire/multipart/boundary.h"

namespace mastic::app {
namespace {

using Kind = wire::multipart::Event::Kind;

ContentError form_error(const wire::ContentFault& fault) {
  return ContentError(fault.status, std::string(fault.reason));
}

ContentError form_too_large(std::uint64_t most) {
  return ContentError(http::Status::ContentTooLarge,
                      "The form may have at most " + std::to_string(most) + " bytes here.");
}

std::string boundary_of(const Request& request) {
  refuse_coded_content(request);
  auto boundary = wire::multipart::find_boundary(content_type(request));
  if (!boundary) throw form_error(boundary.error());
  return *std::move(boundary);
}

}  // namespace

// ---- Part ----

/// Pulls the content of one part from the reader.
class MultipartReader::PartContent final : public BodySource {
 public:
  explicit PartContent(MultipartReader& reader) : reader_(reader), part_(reader.part_number_) {}
  Task<std::optional<std::string_view>> next() override { return reader_.next_data(part_); }
  void hold(std::uint64_t bytes) override { reader_.request_.exchange().hold(bytes); }

 private:
  MultipartReader& reader_;
  const std::uint64_t part_;
};

Part::Part(MultipartReader& reader, const wire::multipart::PartHead& head, Body body)
    : reader_(reader),
      name_(head.name),
      file_name_(http::safe_file_name(head.file_name.value_or(""))),
      media_type_(head.media_type),
      is_file_(head.file_name.has_value()),
      body_(std::move(body)) {}

Task<std::string> Part::read_text(std::uint64_t max_bytes) {
  co_await body_.gather(max_bytes);
  std::string text(*body_.bytes());
  if (!base::is_utf8(text)) {
    throw ContentError(http::Status::BadRequest, "A field of the form is not text in UTF-8.");
  }
  co_return text;
}

Task<File> Part::read_file() {
  const std::uint64_t most = reader_.options_.spool_above_bytes;
  const std::uint64_t in_memory = most - std::min(most, reader_.memory_used_);
  Spool spool(in_memory, upload_directory(reader_.request_));
  while (true) {
    const auto piece = co_await body_.next();
    if (!piece) break;
    const std::uint64_t size = spool.size() + piece->size();
    if (size <= in_memory) {
      reader_.count_memory(reader_.memory_used_ + size);
    } else if (spool.size() <= in_memory) {
      reader_.require_temporary_file();
    }
    co_await spool.add(*piece);
  }
  co_await spool.finish();
  if (!spool.is_in_memory()) {
    reader_.temporary_files_.emplace_back(spool.file());
    co_return File(file_name_, media_type_, spool.file(), spool.size());
  }
  reader_.memory_used_ += spool.size();
  co_return File(file_name_, media_type_, spool.take_text());
}

// ---- MultipartReader ----

MultipartReader::MultipartReader(Request& request)
    : request_(request),
      options_(upload_options(request)),
      parser_(boundary_of(request), options_.multipart) {
  const auto known = request.body().size();
  if (known && *known > options_.max_upload_bytes) throw form_too_large(options_.max_upload_bytes);
  if (request.body().is_taken()) {
    throw std::logic_error("the content of this request was taken already: read a form once");
  }
  body_ = std::exchange(request.body(), Body::taken());
}

Task<Part*> MultipartReader::next() {
  if (has_failed_) throw std::logic_error("a former read of this form failed");
  while (!is_over_) {
    const Event event = co_await next_event();
    is_in_part_ = event.kind == Kind::PartBegin || event.kind == Kind::Data;
    if (event.kind == Kind::PartBegin) {
      ++part_number_;
      part_.emplace(*this, parser_.part(), Body(std::make_unique<PartContent>(*this)));
      co_return &*part_;
    }
    if (event.kind == Kind::End) co_await read_epilogue();
  }
  co_return nullptr;
}

/// Pulls the next piece of the form into `input_`; false at the end.
Task<bool> MultipartReader::pull() {
  has_failed_ = true;  // unless this and the checks below succeed
  const auto piece = co_await body_.next();
  if (piece) {
    received_ += piece->size();
    if (received_ > options_.max_upload_bytes) throw form_too_large(options_.max_upload_bytes);
    input_ = *piece;
  }
  has_failed_ = false;
  co_return piece.has_value();
}

/// Throws if the form has as many temporary files as it may have, without those that no copy of a
/// File uses any more.
void MultipartReader::require_temporary_file() {
  std::erase_if(temporary_files_, [](const auto& file) { return file.expired(); });
  if (temporary_files_.size() < options_.max_temporary_files) return;
  throw ContentError(http::Status::ContentTooLarge,
                     "The form has too many large files; send at most " +
                         std::to_string(options_.max_temporary_files) + " of them at once.");
}

/// Counts the memory that files use as held. What a file has left that went on to the disk is used
/// by the files after it, so only the peak counts.
void MultipartReader::count_memory(std::uint64_t used) {
  if (used <= memory_counted_) return;
  request_.exchange().hold(used - memory_counted_);
  memory_counted_ = used;
}

Task<wire::multipart::Event> MultipartReader::next_event() {
  while (true) {
    const auto event = parser_.next(input_);
    has_failed_ = !event;
    if (!event) throw form_error(event.error());
    if (event->kind != Kind::NeedMore) co_return *event;
    const bool has_more = co_await pull();
    has_failed_ = !has_more;
    if (has_more) continue;
    throw ContentError(http::Status::BadRequest, "The form ends before its last boundary.");
  }
}

Task<std::optional<std::string_view>> MultipartReader::next_data(std::uint64_t part) {
  if (part != part_number_) {
    throw std::logic_error("this part was passed: read a part before the next one");
  }
  if (has_failed_) throw std::logic_error("a former read of this form failed");
  if (!is_in_part_) co_return std::nullopt;
  const Event event = co_await next_event();
  is_in_part_ = event.kind == Kind::Data;
  if (!is_in_part_) co_return std::nullopt;
  co_return event.data;
}

/// Reads what follows the last boundary, which has no meaning, up to the end of the content.
Task<> MultipartReader::read_epilogue() {
  is_over_ = true;
  do {
    const auto event = parser_.next(input_);
    if (!event) throw form_error(event.error());
  } while (co_await pull());
}

}  // namespace mastic::app
