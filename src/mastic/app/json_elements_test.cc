#include "mastic/app/json_elements.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/app/http_error.h"
#include "mastic/async/context_testing.h"

namespace mastic::app {
namespace {

struct Price {
  std::string name;
  int cents = 0;
};

/// A body that comes in pieces of `size` bytes, each in memory of its own.
Body elements_in_pieces(std::string text, std::size_t size) {
  return Body::produced_by(
      [text = std::move(text), size, at = std::size_t{0}]() mutable -> std::optional<std::string> {
        if (at >= text.size()) return std::nullopt;
        std::string piece = text.substr(at, size);
        at += size;
        return piece;
      });
}

Task<int> cents_of(Body body, JsonElementsOptions options = {}) {
  JsonElements<Price> prices(body, options);
  int cents = 0;
  while (const auto price = co_await prices.next()) cents += price->cents;
  co_return cents;
}

std::pair<http::Status, std::string> refusal_of_prices(std::string text, std::size_t size,
                                                       JsonElementsOptions options = {}) {
  try {
    run_to_end(cents_of(elements_in_pieces(std::move(text), size), options));
  } catch (const HttpError& error) {
    return {error.status(), error.detail()};
  }
  return {http::Status::Ok, ""};
}

TEST(JsonElements, GivesTheSameElementsHoweverTheContentIsCut) {
  const std::string text =
      R"([{"name": "tea, green", "cents": 1}, {"cents": 20, "name": "\"]"}, {"name":"","cents":300}] )";
  EXPECT_EQ(run_to_end(cents_of(Body(text))), 321);
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(run_to_end(cents_of(elements_in_pieces(text, size))), 321) << size;
  }
  EXPECT_EQ(run_to_end(cents_of(Body("[]"))), 0);
}

Task<std::size_t> read_many(Body body) {
  JsonElements<Price> prices(body);
  std::size_t count = 0;
  while (const auto price = co_await prices.next()) ++count;
  EXPECT_EQ(prices.index(), count - 1);
  co_return count;
}

TEST(JsonElements, ReadsAnArrayOfAnyLength) {
  Body body = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    if (n == 2'000) return n++, R"({"name":"last","cents":1}])";
    if (n > 2'000) return std::nullopt;
    return (n++ == 0 ? "[" : "") + std::string(R"({"name":"tea","cents":1},)");
  });
  EXPECT_EQ(run_to_end(read_many(std::move(body))), 2'001u);
}

TEST(JsonElements, NamesTheElementAndThePlaceOfAMistake) {
  using Refusal = std::pair<http::Status, std::string>;
  for (const std::size_t size : {1u, 4u, 1000u}) {
    EXPECT_EQ(refusal_of_prices(R"([{"name":"a","cents":1},{"name":"b","cents":"2"}])", size),
              Refusal(http::Status::UnprocessableContent,
                      "[1].cents: a whole number is expected, a string found"));
    EXPECT_TRUE(refusal_of_prices(R"([{"name":"a","cents":1},{"name":]])", size)
                    .second.starts_with("[1]: not JSON, at byte "));
    EXPECT_EQ(refusal_of_prices(R"({"name":"a"})", size),
              Refusal(http::Status::BadRequest, "not JSON, at byte 0: an array is expected"));
    EXPECT_EQ(refusal_of_prices(R"([{"name":"a","cents":1},])", size),
              Refusal(http::Status::BadRequest, "not JSON, at byte 24: an element is missing"));
    EXPECT_EQ(
        refusal_of_prices("[] []", size),
        Refusal(http::Status::BadRequest, "not JSON, at byte 3: something follows the array"));
  }
}

TEST(JsonElements, TakesNoArrayForCompleteThatIsCutShort) {
  const std::string text = R"([{"name":"a","cents":1},{"name":"b","cents":2}])";
  for (std::size_t end = 0; end < text.size(); ++end) {
    EXPECT_EQ(refusal_of_prices(text.substr(0, end), 7).first, http::Status::BadRequest) << end;
  }
}

TEST(JsonElements, LimitsTheSizeOfAnElement) {
  const auto [status, detail] =
      refusal_of_prices(R"([{"name":"a","cents":1},{"name":"too long","cents":2}])", 5, {25});
  EXPECT_EQ(status, http::Status::ContentTooLarge);
  EXPECT_EQ(detail, "[1]: the element has more than 25 bytes");
}

TEST(JsonElements, MayRefuseUnknownMembers) {
  const std::string text = R"([{"name":"a","cents":1,"tax":2}])";
  EXPECT_EQ(refusal_of_prices(text, 9).first, http::Status::Ok);
  EXPECT_EQ(refusal_of_prices(text, 9, {.unknown = json::UnknownMembers::Refuse}).second,
            "[0].tax: it is not known");
}

TEST(JsonElements, ReadsABodyOnce) {
  Body body("[]");
  const JsonElements<Price> prices(body);
  EXPECT_THROW(JsonElements<Price>{body}, std::logic_error);
}

}  // namespace
}  // namespace mastic::app
