#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "mastic/app/body.h"
#include "mastic/app/body_lines.h"
#include "mastic/app/held_content_testing.h"
#include "mastic/app/json_elements.h"
#include "mastic/async/context_testing.h"

namespace mastic::app {
namespace {

/// A body that comes in pieces of `size` bytes.
Body in_pieces(std::string text, std::size_t size) {
  return Body::produced_by(
      [text = std::move(text), size, at = std::size_t{0}]() mutable -> std::optional<std::string> {
        if (at >= text.size()) return std::nullopt;
        std::string piece = text.substr(at, size);
        at += size;
        return piece;
      });
}

template <class T>
std::string refusal_of(Task<T> reading, http::Status& status) {
  try {
    run_to_end(std::move(reading));
  } catch (const HttpError& error) {
    status = error.status();
    return error.detail();
  }
  status = http::Status::Ok;
  return "";
}

TEST(BodyReading, ReadsAllAsText) {
  Body here("some text");
  EXPECT_EQ(run_to_end(here.read_all(100)), "some text");
  Body pulled = in_pieces("some text", 2);
  EXPECT_EQ(run_to_end(pulled.read_all(9)), "some text");
  Body empty;
  EXPECT_EQ(run_to_end(empty.read_all(0)), "");
}

TEST(BodyReading, RefusesMoreThanItsLimit) {
  http::Status status{};
  Body here("some text");
  refusal_of(here.read_all(8), status);
  EXPECT_EQ(status, http::Status::ContentTooLarge);
  Body pulled = in_pieces("some text", 2);
  EXPECT_EQ(refusal_of(pulled.read_all(8), status), "The content may have at most 8 bytes here.");
  EXPECT_EQ(status, http::Status::ContentTooLarge);
}

TEST(BodyReading, HappensOnce) {
  const auto make = [](bool is_here) {
    return is_here ? Body("some text") : in_pieces("some text", 2);
  };
  for (const bool is_here : {true, false}) {
    Body read = make(is_here);
    run_to_end(read.read_all(100));
    EXPECT_TRUE(read.is_taken());
    EXPECT_THROW(run_to_end(read.read_all(100)), std::logic_error);
    EXPECT_THROW(run_to_end(read.save_to("/tmp/mastic-not-written")), std::logic_error);
    Body begun = make(is_here);
    run_to_end(begun.next());
    EXPECT_THROW(run_to_end(begun.read_all(100)), std::logic_error) << "a piece of it is gone";
  }
}

TEST(BodyReading, CountsWhatItKeepsBeforeItIsKept) {
  const auto read = [](Body& body) { run_to_end(body.read_all(1000)); };
  const auto gather = [](Body& body) { run_to_end(body.gather(1000)); };
  for (void (*const keep)(Body&) : {+read, +gather}) {
    std::uint64_t held = 0;
    Body body = HeldContent::make(std::string(95, 'x'), held);
    ASSERT_TRUE(body.add_trailers("X-Sum", [] { return http::Fields(); }));
    keep(body);
    EXPECT_EQ(held, 95u);
    held = 0;
    Body refused = HeldContent::make(std::string(95, 'x'), held, 94);
    EXPECT_THROW(keep(refused), ContentError);
    EXPECT_EQ(held, 90u) << "all but the last piece";
    EXPECT_TRUE(refused.is_taken());
  }
}

TEST(BodyReading, CountsTheLongestLineAndTheLargestElement) {
  std::uint64_t held = 0;
  Body text = HeldContent::make(std::string(45, 'a') + "\n" + std::string(95, 'b') + "\nc\n", held);
  BodyLines lines(text);
  while (run_to_end(lines.next())) {
  }
  EXPECT_GE(held, 85u) << "all but what is in the last piece";
  EXPECT_LE(held, 96u);

  held = 0;
  Body array = HeldContent::make(
      "[\"" + std::string(45, 'a') + "\",\"" + std::string(95, 'b') + "\",\"c\"]", held);
  JsonElements<std::string> elements(array);
  while (run_to_end(elements.next())) {
  }
  EXPECT_GE(held, 85u);
  EXPECT_LE(held, 97u);
}

struct Point {
  int x = 0;
  int y = 0;
};

TEST(BodyReading, ReadsJson) {
  Body body = in_pieces(R"({"x": 1, "y": 2})", 5);
  const Point point = run_to_end(body.read_json<Point>(100));
  EXPECT_EQ(point.x, 1);
  EXPECT_EQ(point.y, 2);
}

TEST(BodyReading, SaysWhatIsWrongWithJson) {
  http::Status status{};
  Body cut(R"({"x": )");
  EXPECT_TRUE(refusal_of(cut.read_json<Point>(100), status).starts_with("not JSON, at byte"));
  EXPECT_EQ(status, http::Status::BadRequest);
  Body text(R"({"x": "one", "y": 2.5})");
  EXPECT_EQ(refusal_of(text.read_json<Point>(100), status),
            "x: a whole number is expected, a string found\n"
            "y: a whole number is expected, a number found");
  EXPECT_EQ(status, http::Status::UnprocessableContent);
  Body large(R"({"x": 1, "y": 2})");
  refusal_of(large.read_json<Point>(10), status);
  EXPECT_EQ(status, http::Status::ContentTooLarge);
}

}  // namespace
}  // namespace mastic::app
