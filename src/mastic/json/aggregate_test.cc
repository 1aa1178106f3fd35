#include "mastic/json/aggregate.h"

#include <gtest/gtest.h>

#include <any>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mastic::json {
namespace {

struct Point {
  int x = 1;
  int y_2 = 2;
};
struct Nested {
  Point first;
  std::vector<Point> points;
  std::optional<std::map<std::string, Point>> named;
  const char* text = "";
};
struct Large {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x;
};
struct OneMore {
  Large large;
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x;
};
struct WithArray {
  int count;
  char text[8];
  Point last;
};
struct WithLargeArray {
  char text[80];
};
struct WithStdArray {
  std::array<int, 80> numbers;
  std::pair<int, int> pair;
  std::vector<int> list;
  std::any anything;
};
struct Derived : Point {
  int z;
};
class NotOne {
 public:
  NotOne() {}
  int x = 0;
};

static_assert(field_count<Point>() == 2);
static_assert(field_names<Point>()[0] == "x");
static_assert(field_names<Point>()[1] == "y_2");
static_assert(field_count<Nested>() == 4);
static_assert(field_names<Nested>()[2] == "named");
static_assert(field_count<Large>() == 24 && field_names<Large>()[23] == "x");
static_assert(field_count<WithStdArray>() == 4);
static_assert(field_count<OneMore>() == 0, "too many");
static_assert(detail::kHasArray<WithArray> && field_count<WithArray>() == 0);
static_assert(detail::kHasArray<WithLargeArray> && field_count<WithLargeArray>() == 0);
static_assert(detail::HasBase<Derived> && field_count<Derived>() == 0);
static_assert(!Aggregate<NotOne> && !Aggregate<int> && !Aggregate<std::string>);
static_assert(!Aggregate<std::vector<int>>);

TEST(Aggregate, GivesNamesAndFieldsInOrder) {
  Point point{3, 4};
  std::string seen;
  for_each_field(point, [&](std::string_view name, int& value) {
    seen.append(name).append("=").append(std::to_string(value)).append(" ");
    value = 0;
  });
  EXPECT_EQ(seen, "x=3 y_2=4 ");
  EXPECT_EQ(point.x + point.y_2, 0);
}

}  // namespace
}  // namespace mastic::json
