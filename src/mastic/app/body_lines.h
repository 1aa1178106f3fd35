// Reads the content of a request line by line.
//
//     BodyLines lines(request.body());
//     while (const auto line = co_await lines.next()) count(*line);

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/app/body.h"

namespace mastic::app {

/// How BodyLines reads.
struct BodyLinesOptions {
  /// For a line with more bytes than this, HttpError 413 is thrown. The line end is not counted.
  std::size_t max_line_bytes = 64 << 10;
};

/// Pulls content and gives it line by line. A line ends with LF or CR LF; the last line needs no line
/// end. Content of any length is read with the memory of one line and one piece.
class BodyLines {
 public:
  /// Begins to read `body`, which must outlive this object. Throws std::logic_error when the body was
  /// read, or is being read, already.
  explicit BodyLines(Body& body, BodyLinesOptions options = {});
  BodyLines(const BodyLines&) = delete;
  BodyLines& operator=(const BodyLines&) = delete;

  /// Gives the next line, without its line end; nothing at the end of the content. The view is valid
  /// until the next call. Throws HttpError 413 when the line is too long, 503 when the process holds
  /// too much content already, and what the body throws when the content cannot be read to its end;
  /// no line may be read after that.
  [[nodiscard]] Task<std::optional<std::string_view>> next();
  /// The number of the line that `next` gave last, beginning with 1, for messages.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  [[nodiscard]] std::optional<std::string_view> find_line();
  [[nodiscard]] Task<std::optional<std::string_view>> next_later();
  [[nodiscard]] std::string_view give(std::string_view line);
  void keep(std::string_view part);
  [[noreturn]] void refuse() const;
  void count_memory();

  Body& body_;
  const BodyLinesOptions options_;
  std::string_view piece_;          ///< what is left of the piece that was pulled last
  std::string begun_;               ///< the beginning of a line that came in several pieces
  std::size_t memory_counted_ = 0;  ///< the largest size of `begun_` so far
  bool begun_is_given_ = false;     ///< the line that was given last is in `begun_`
  std::size_t number_ = 0;
};

}  // namespace mastic::app
