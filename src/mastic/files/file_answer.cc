#include "mastic/files/file_answer.h"

#include <string>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/base/date.h"
#include "mastic/http/byteranges.h"
#include "mastic/http/conditional.h"
#include "mastic/http/date.h"
#include "mastic/http/range.h"

namespace mastic::files {
namespace {

using app::Body;
using app::Request;
using app::Response;
using app::Task;
using http::ByteRange;
using http::FieldName;
using http::Precondition;
using http::Status;
using Verdict = http::RangeRequest::Verdict;

/// Makes a body of `size` bytes of a file, beginning at `offset`, from memory or from the file.
Body part_of(const std::shared_ptr<const CachedFile>& file, std::uint64_t offset,
             std::uint64_t size) {
  if (file->content) {
    return Body::shared(std::string_view(*file->content).substr(offset, size), file);
  }
  return Body(Body::File{file->descriptor, offset, size});
}

/// The body of a multipart/byteranges answer (RFC 9110 §14.6): several ranges, each after its own
/// head.
///
///     head 0 │ bytes │ head 1 │ bytes │ … │ tail
class Parts final : public app::BodySource {
 public:
  Parts(std::shared_ptr<const CachedFile> file, http::Byteranges parts)
      : file_(std::move(file)), parts_(std::move(parts)) {}

  Task<std::optional<std::string_view>> next() override {
    // The body alternates between the head of a part (`text_`) and its bytes, in pieces; after
    // the last part comes the tail.
    if (part_left_ > 0) return next_block();
    if (next_ > parts_.ranges().size()) return std::nullopt;
    if (next_ == parts_.ranges().size()) {
      text_ = parts_.tail();
    } else {
      const ByteRange& range = parts_.ranges()[next_];
      text_ = parts_.head(next_);
      part_ = part_of(file_, range.first, range.size());
      part_left_ = range.size();
    }
    ++next_;
    return std::optional<std::string_view>(text_);
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return parts_.total(); }
  [[nodiscard]] std::uint64_t held_bytes() const override { return part_.held_bytes(); }

 private:
  /// Pulls the next piece of a part. A part never ends early: it throws instead, because the size of
  /// the content was already sent in Content-Length.
  Task<std::optional<std::string_view>> next_block() {
    const auto piece = co_await part_.next();
    part_left_ -= piece->size();
    co_return piece;
  }

  std::shared_ptr<const CachedFile> file_;
  http::Byteranges parts_;
  std::size_t next_ = 0;
  Body part_;
  std::uint64_t part_left_ = 0;
  std::string text_;
};

/// Returns the ranges that the request asks for. The verdict is Ignore if the request has no Range
/// field, is not a GET, or has an If-Range that does not hold.
http::RangeRequest wanted_ranges(const Request& request, const http::Validators& validators,
                                 std::uint64_t size, const Options& options, std::int64_t now) {
  const auto field = request.field(FieldName::Range);
  const bool applies = field && request.method() == http::Method::Get &&
                       http::if_range_holds(request.fields(), validators, now);
  if (!applies) return {};
  return http::RangeRequest::parse(*field, size, options.max_ranges);
}

}  // namespace

Response answer_with_file(Request& request, const std::shared_ptr<const CachedFile>& file,
                          const Options& options, std::int64_t unix_now) {
  const http::EntityTag tag{*file->fields.get(FieldName::ETag)};
  http::Validators validators{.entity_tag = tag, .last_modified = file->status.modified};
  if (!base::has_date(file->status.modified)) validators.last_modified.reset();
  const std::uint64_t size = file->status.size;

  const auto precondition =
      http::evaluate(request.method(), request.fields(), validators, unix_now);
  // RFC 9110 §13.2.2: preconditions come before ranges.
  if (precondition == Precondition::Failed) {
    return app::error_response(request, Status::PreconditionFailed);
  }
  Response response;
  response.fields = file->fields;
  if (validators.last_modified > unix_now) {  // RFC 9110 §8.8.2.1
    response.set(FieldName::LastModified, http::format_date(unix_now));
  }
  if (precondition == Precondition::NotModified) {
    response.status = Status::NotModified;
    // Fields that describe content do not belong in a 304, which has no content (RFC 9110 §15.4.5).
    for (const FieldName name :
         {FieldName::AcceptRanges, FieldName::ContentEncoding, FieldName::ContentType}) {
      response.fields.remove(to_string(name));
    }
    return response;
  }

  const http::RangeRequest wanted = wanted_ranges(request, validators, size, options, unix_now);
  if (wanted.verdict == Verdict::Unsatisfiable) {
    Response rejected = app::error_response(request, Status::RangeNotSatisfiable);
    return std::move(rejected).set(FieldName::ContentRange, http::unsatisfied_range(size));
  }
  // A server may ignore Range (RFC 9110 §14.2), as here for a malformed field or too many ranges.
  if (wanted.verdict == Verdict::Ignore) {
    response.body = part_of(file, 0, size);
    return response;
  }

  response.status = Status::PartialContent;
  if (wanted.ranges.size() == 1) {
    const ByteRange& range = wanted.ranges.front();
    response.set(FieldName::ContentRange, http::content_range(range, size));
    response.body = part_of(file, range.first, range.size());
    return response;
  }
  // The id of the request is the boundary: it differs each time, so no file can contain it on
  // purpose.
  http::Byteranges parts(app::reference_id(request.id()), file->media_type, size, wanted.ranges);
  response.set(FieldName::ContentType, parts.content_type());
  response.body = Body(std::make_unique<Parts>(file, std::move(parts)));
  return response;
}

}  // namespace mastic::files
