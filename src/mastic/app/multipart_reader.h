// Reads a form with files part by part, as it arrives.
//
//     site.post<"/import">([](Request& request) -> Task<std::string> {
//       MultipartReader parts(request);
//       while (Part* const part = co_await parts.next()) {
//         if (part->name() == "table") co_await part->body().save_to(new_path());
//       }
//       co_return "imported";
//     });
//
// Nothing of a part is kept unless the handler keeps it. A handler that wants all of the form takes
// a routing::Form with members of type File.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/body.h"
#include "mastic/app/file.h"
#include "mastic/app/request.h"
#include "mastic/app/upload_options.h"
#include "mastic/base/attributes.h"
#include "mastic/wire/multipart/multipart_parser.h"

namespace mastic::app {

class MultipartReader;

/// A field or file of a form, whose content is arriving. Valid until the reader's `next` is called.
class Part {
 public:
  /// For MultipartReader.
  Part(MultipartReader& reader, const wire::multipart::PartHead& head, Body body);

  /// The name of the field; any text in UTF-8.
  [[nodiscard]] const std::string& name() const MASTIC_LIFETIMEBOUND { return name_; }
  /// Whether the part is a file rather than text.
  [[nodiscard]] bool is_file() const { return is_file_; }
  /// The name that the client gave the file, without folders, made safe to show; it may be empty.
  /// Choose the name on your disk yourself (http::safe_file_name says why).
  [[nodiscard]] const std::string& file_name() const MASTIC_LIFETIMEBOUND { return file_name_; }
  /// The media type that the client gave; empty if it gave none. The content may be something else.
  [[nodiscard]] const std::string& media_type() const MASTIC_LIFETIMEBOUND { return media_type_; }

  /// The content, which can be read once, in the same ways as Request::body. What is left of it
  /// when `next` of the reader is called is skipped.
  [[nodiscard]] Body& body() MASTIC_LIFETIMEBOUND { return body_; }
  /// Reads the content as text. Throws HttpError 413 if it has more than `max_bytes` bytes, 400 if it
  /// is not UTF-8, and 503 when the process holds too much content already.
  [[nodiscard]] Task<std::string> read_text(std::uint64_t max_bytes);
  /// Reads the content into memory, or into a temporary file if all files of the form together have
  /// more than `spool_above_bytes` bytes. Throws HttpError 413 if the form would have more than
  /// `max_temporary_files` of those; StorageError when the disk is full (507) or the process has no
  /// more descriptors (503).
  [[nodiscard]] Task<File> read_file();

 private:
  MultipartReader& reader_;
  std::string name_;
  std::string file_name_;
  std::string media_type_;
  bool is_file_;
  Body body_;
};

/// Reads the parts of a form, multipart/form-data, in the order in which they arrive. One task at a
/// time may use it, and its parts.
class MultipartReader {
 public:
  /// Takes the content out of `request`, which must outlive the reader, with the limits that hold
  /// for it (upload_options). Throws HttpError 415 if the content is not such a form or is
  /// compressed, 400 if its boundary is wrong, and 413 if it is known to be too large.
  explicit MultipartReader(Request& request);
  MultipartReader(const MultipartReader&) = delete;
  MultipartReader& operator=(const MultipartReader&) = delete;

  /// Waits for the next part; null after the last one. Throws ContentError 400 if the form is
  /// malformed or incomplete, and 413 beyond a limit.
  [[nodiscard]] Task<Part*> next();

 private:
  friend class Part;
  class PartContent;
  using Event = wire::multipart::Event;

  [[nodiscard]] Task<Event> next_event();
  [[nodiscard]] Task<bool> pull();
  [[nodiscard]] Task<std::optional<std::string_view>> next_data(std::uint64_t part);
  [[nodiscard]] Task<> read_epilogue();
  void require_temporary_file();
  void count_memory(std::uint64_t used);

  Request& request_;
  const UploadOptions& options_;
  Body body_;
  wire::multipart::MultipartParser parser_;
  std::string_view input_;      ///< what the parser has not seen of the last piece
  std::uint64_t received_ = 0;  ///< bytes of the whole form
  std::uint64_t part_number_ = 0;
  std::uint64_t memory_used_ = 0;     ///< by files that are in memory
  std::uint64_t memory_counted_ = 0;  ///< what was counted as held for them
  std::vector<std::weak_ptr<const base::Descriptor>> temporary_files_;
  std::optional<Part> part_;
  bool is_in_part_ = false;
  bool is_over_ = false;
  bool has_failed_ = false;
};

}  // namespace mastic::app
