#include "mastic/app/body_lines.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/app/http_error.h"
#include "mastic/async/context_testing.h"

namespace mastic::app {
namespace {

/// A body that comes in pieces of `size` bytes, each in memory of its own.
Body lines_in_pieces(std::string text, std::size_t size) {
  return Body::produced_by(
      [text = std::move(text), size, at = std::size_t{0}]() mutable -> std::optional<std::string> {
        if (at >= text.size()) return std::nullopt;
        std::string piece = text.substr(at, size);
        at += size;
        return piece;
      });
}

Task<std::vector<std::string>> lines_of(Body body, BodyLinesOptions options = {}) {
  BodyLines lines(body, options);
  std::vector<std::string> all;
  while (const auto line = co_await lines.next()) all.emplace_back(*line);
  EXPECT_EQ(lines.number(), all.size());
  co_return all;
}

TEST(BodyLines, GivesTheSameLinesHoweverTheContentIsCut) {
  const std::string text = "first\r\n\nthird line\rwith a CR\nlast";
  const std::vector<std::string> expected{"first", "", "third line\rwith a CR", "last"};
  EXPECT_EQ(run_to_end(lines_of(Body(text))), expected);
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(run_to_end(lines_of(lines_in_pieces(text, size))), expected) << size;
    EXPECT_EQ(run_to_end(lines_of(lines_in_pieces(text + "\n", size))), expected) << size;
  }
  EXPECT_EQ(run_to_end(lines_of(Body())), std::vector<std::string>());
  EXPECT_EQ(run_to_end(lines_of(Body("\n"))), std::vector<std::string>{""});
}

TEST(BodyLines, RefusesALineThatIsTooLong) {
  for (const std::size_t size : {1u, 3u, 100u}) {
    EXPECT_EQ(run_to_end(lines_of(lines_in_pieces("12345\r\n12345\n12345", size), {5})).size(), 3u);
    try {
      run_to_end(lines_of(lines_in_pieces("12345\n123456\n", size), {5}));
      ADD_FAILURE() << "it is accepted";
    } catch (const HttpError& error) {
      EXPECT_EQ(error.status(), http::Status::ContentTooLarge);
      EXPECT_EQ(error.detail(), "Line 2 has more than 5 bytes.");
    }
    EXPECT_THROW(run_to_end(lines_of(lines_in_pieces(std::string(1000, 'x'), size), {5})),
                 HttpError);
  }
}

TEST(BodyLines, TakesTheLargestNumberForNoLimit) {
  const BodyLinesOptions any{std::numeric_limits<std::size_t>::max()};
  EXPECT_EQ(run_to_end(lines_of(lines_in_pieces("one\ntwo", 2), any)).size(), 2u);
}

TEST(BodyLines, ReadsABodyOnce) {
  Body body("one\ntwo\n");
  const BodyLines lines(body);
  EXPECT_THROW(BodyLines{body}, std::logic_error);
}

}  // namespace
}  // namespace mastic::app
