// Reads answers and compares them with the first one.
//
// Nearly all answers of a server are the same bytes, except for the value of Date, so an answer is
// first compared as bytes (ExpectedAnswer::matches). Only an answer that differs is parsed
// (AnswerCheck): the server may have cut it into other chunks, or announce that it closes the
// connection.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/result.h"
#include "mastic/http/fields.h"
#include "mastic/http/method.h"
#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::load {

/// The statuses that are expected: 200, or 200-299.
struct StatusRange {
  unsigned first = 100;
  unsigned last = 599;

  /// Reads "200", "200-299" or "2xx".
  [[nodiscard]] static base::Result<StatusRange> parse(std::string_view text);
  [[nodiscard]] bool contains(unsigned status) const { return first <= status && status <= last; }
  /// "200", or "200 to 299".
  [[nodiscard]] std::string to_string() const;
};

/// What is compared of answers.
enum class Check : std::uint8_t {
  Same,    ///< the status, the fields and the content
  Status,  ///< the status
};

/// Parses one answer, behind any interim ones (1xx), while its bytes arrive.
class AnswerReader {
 public:
  enum class Step : std::uint8_t { NeedMore, Head, Data, End, Malformed };

  /// `method` is that of the request.
  explicit AnswerReader(http::Method method);
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// Consumes from `input`. After Data, `data` is a view into it.
  [[nodiscard]] Step next(std::string_view& input);
  /// Call this when the connection has ended.
  [[nodiscard]] Step end_of_input();

  /// The head, after Head.
  [[nodiscard]] const wire::http1::ResponseHeadView& head() const { return parser_->head(); }
  [[nodiscard]] std::string_view data() const { return event_.data; }
  /// What is wrong, after Malformed.
  [[nodiscard]] std::string_view fault() const { return parser_->fault().reason; }

 private:
  void begin();

  http::Method method_;
  wire::http1::Limits limits_;
  std::optional<base::Arena> memory_;
  std::optional<wire::http1::ResponseParser> parser_;
  wire::http1::ResponseParser::Event event_;
  bool is_interim_ = false;
};

/// Where `came` differs from the beginning of `wanted`, for a message: "byte 3: 'p!' instead of 'lo'".
/// `came_before` is how many bytes were the same before both.
[[nodiscard]] std::string difference_of(std::string_view came, std::string_view wanted,
                                        std::size_t came_before);

/// The first answer of a server, with which later ones are compared.
class ExpectedAnswer {
 public:
  /// Expects these bytes and no others: for protocols that are not HTTP.
  static ExpectedAnswer exactly(std::string bytes);
  /// Makes it of the bytes of an answer, complete and well-formed, to a request with this method.
  ExpectedAnswer(std::string bytes, http::Method method);

  /// Whether the answer has `piece` from byte `at` on; any value of Date is right.
  [[nodiscard]] bool matches(std::size_t at, std::string_view piece) const;
  /// The bytes of the answer.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  [[nodiscard]] unsigned status() const { return status_; }
  /// The fields that are compared, as lines.
  [[nodiscard]] const std::string& fields() const { return fields_; }
  [[nodiscard]] const std::string& content() const { return content_; }
  /// Whether the connection is kept open after it.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// Whether it ends only when the connection is closed.
  [[nodiscard]] bool ends_with_connection() const { return ends_with_connection_; }

 private:
  explicit ExpectedAnswer(std::string bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::size_t line_of_field(std::string_view name) const;

  std::string bytes_;
  std::size_t date_ = 0;  // where the value of Date begins and ends; both 0 without a Date field
  std::size_t date_end_ = 0;
  unsigned status_ = 0;
  std::string fields_;
  std::string content_;
  bool keep_alive_ = true;
  bool ends_with_connection_ = false;
};

/// Compares one answer that is not the same bytes as the expected one.
class AnswerCheck {
 public:
  enum class Verdict : std::uint8_t { NeedMore, Right, Different, WrongStatus, Malformed };

  /// `expected` must outlive this object.
  AnswerCheck(const ExpectedAnswer& expected, StatusRange statuses, Check check,
              http::Method method);

  /// Consumes from `input`, at most to the end of the answer.
  [[nodiscard]] Verdict feed(std::string_view& input);
  /// Call this when the connection has ended. Returns NeedMore if the answer is cut short.
  [[nodiscard]] Verdict end_of_input();
  /// Whether the connection is kept open after the answer.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// What is wrong, unless the verdict is Right.
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  void compare_head();
  void compare_content(std::string_view piece);
  [[nodiscard]] Verdict verdict();

  const ExpectedAnswer& expected_;
  StatusRange statuses_;
  Check check_;
  AnswerReader reader_;
  bool keep_alive_ = false;
  bool is_wrong_status_ = false;
  std::size_t content_bytes_ = 0;
  std::string what_;  // empty while nothing is wrong
};

}  // namespace mastic::load
