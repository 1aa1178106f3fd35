#include "mastic/app/json_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "mastic/async/context_testing.h"

namespace mastic::app {
namespace {

struct Row {
  int id = 0;
  std::string name;
};

std::vector<std::string> pieces_of(Response response) {
  std::vector<std::string> pieces;
  while (const auto piece = run_to_end(response.body.next())) pieces.emplace_back(*piece);
  return pieces;
}

/// Returns `count` rows, each with a name of `name_bytes` bytes.
auto rows(int count, std::size_t name_bytes = 1) {
  return [id = 0, count, name_bytes]() mutable -> std::optional<Row> {
    if (id == count) return std::nullopt;
    return Row{++id, std::string(name_bytes, 'x')};
  };
}

TEST(JsonArray, SendsFewElementsInOnePiece) {
  EXPECT_EQ(pieces_of(json_array(rows(0))), std::vector<std::string>{"[]"});
  EXPECT_EQ(pieces_of(json_array(rows(1))), std::vector<std::string>{R"([{"id":1,"name":"x"}])"});
  EXPECT_EQ(pieces_of(json_array(rows(2))),
            std::vector<std::string>{R"([{"id":1,"name":"x"},{"id":2,"name":"x"}])"});
  const Response response = json_array(rows(1));
  EXPECT_EQ(response.fields.get("Content-Type"), "application/json");
  EXPECT_FALSE(response.body.size());
}

TEST(JsonArray, SendsPiecesOfBoundedSize) {
  std::string all;
  for (const std::string& piece : pieces_of(json_array(rows(2000, 100)))) {
    EXPECT_LE(piece.size(), (16u << 10) + 200);
    all += piece;
  }
  EXPECT_GT(all.size(), 200'000u);
  const auto read = json::from_json<std::vector<Row>>(all);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), 2000u);
  EXPECT_EQ(read->back().id, 2000);
}

TEST(JsonArray, TakesElementsFromTasksToo) {
  auto tasks = [next = rows(500, 100)]() mutable -> Task<std::optional<Row>> { return next(); };
  EXPECT_EQ(pieces_of(json_array(std::move(tasks))), pieces_of(json_array(rows(500, 100))));
}

TEST(JsonArray, StaysOpenWhenAnElementFails) {
  Response response = json_array([id = 0]() mutable -> std::optional<int> {
    if (++id == 10'000) throw std::runtime_error("no more");
    return id;
  });
  std::string all;
  const auto pull_all = [&] {
    while (const auto piece = run_to_end(response.body.next())) all += *piece;
  };
  EXPECT_THROW(pull_all(), std::runtime_error);
  EXPECT_TRUE(all.starts_with("[1,2,"));
  EXPECT_FALSE(all.ends_with("]"));
}

}  // namespace
}  // namespace mastic::app
