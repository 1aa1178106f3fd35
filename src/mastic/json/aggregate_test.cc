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
struct SixtyFive {
  Large a, b;
  int f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20,
      f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39,
      f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58,
      f59, f60, f61, f62;
};
struct TwentyFive {
  int f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20,
      f21, f22, f23, f24;
};
struct FortyEight {
  int f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20,
      f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39,
      f40, f41, f42, f43, f44, f45, f46, f47;
};
struct SixtyFour {
  int f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20,
      f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39,
      f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58,
      f59, f60, f61, f62, f63;
};
/// It takes 32 values, or 31, but no fewer, because a reference needs a value.
struct MuchNeeded {
  int f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20,
      f21, f22, f23, f24, f25, f26, f27, f28, f29;
  const int& needed;
  int last;
};
struct Shirt {
  std::string class_;
  int chest_width = 0;
  int count = 0;
  static constexpr RenamedField kRenamedFields[] = {{"class_", "class"},
                                                    {"chest_width", "Brustweite gr\u00f6\u00dfer"}};
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
static_assert(field_count<TwentyFive>() == 25);
static_assert(field_names<TwentyFive>()[24] == "f24");
static_assert(field_count<FortyEight>() == 48);
static_assert(field_count<SixtyFour>() == 64);
static_assert(field_names<SixtyFour>()[63] == "f63");
static_assert(detail::count_values<MuchNeeded>() == 32);
static_assert(field_names<Shirt>()[0] == "class");
static_assert(field_names<Shirt>()[1] == "Brustweite gr\u00f6\u00dfer");
static_assert(field_names<Shirt>()[2] == "count");
static_assert(field_names<Nested>()[2] == "named");
static_assert(field_count<Large>() == 24 && field_names<Large>()[23] == "x");
static_assert(field_count<WithStdArray>() == 4);
static_assert(field_count<OneMore>() == 25 && field_names<OneMore>()[24] == "x");
static_assert(field_count<SixtyFive>() == 0, "too many");
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
