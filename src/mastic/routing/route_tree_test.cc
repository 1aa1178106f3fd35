#include "mastic/routing/route_tree.h"

#include <gtest/gtest.h>

namespace mastic::routing {
namespace {

struct RouteTreeTest : testing::Test {
  void add(std::string_view pattern) {
    const auto route = tree.add(pattern);
    ASSERT_TRUE(route) << route.error().message;
    if (*route == patterns.size()) patterns.emplace_back(pattern);
  }
  /// Returns the pattern that is found for a path, with the values.
  std::string find(std::string_view path) {
    const auto match = tree.find(path, memory);
    if (match.route == RouteTree::kNone) return "none";
    std::string found = patterns[match.route];
    for (const PathValue& value : match.values) {
      found.append(" ").append(value.name).append("=").append(value.text);
    }
    return found;
  }
  std::string fault(std::string_view pattern) {
    const auto route = tree.add(pattern);
    return route ? "" : route.error().message;
  }
  base::Arena memory;
  RouteTree tree;
  std::vector<std::string> patterns;
};

TEST_F(RouteTreeTest, FindsLiteralsNamesAndRests) {
  for (const char* pattern :
       {"/", "/a", "/a/", "/a/b", "/users/{id}", "/users/{id}/posts", "/files/{path...}"})
    add(pattern);
  EXPECT_EQ(find("/"), "/");
  EXPECT_EQ(find(""), "none");
  EXPECT_EQ(find("/a"), "/a");
  EXPECT_EQ(find("/a/"), "/a/");
  EXPECT_EQ(find("/a/b"), "/a/b");
  EXPECT_EQ(find("/a/b/"), "none");
  EXPECT_EQ(find("/A"), "none");
  EXPECT_EQ(find("/users/7"), "/users/{id} id=7");
  EXPECT_EQ(find("/users/"), "none");
  EXPECT_EQ(find("/users/7/posts"), "/users/{id}/posts id=7");
  EXPECT_EQ(find("/files/"), "/files/{path...} path=");
  EXPECT_EQ(find("/files/x/y/z"), "/files/{path...} path=x/y/z");
  EXPECT_EQ(find("/files"), "none");
  EXPECT_EQ(find("*"), "none");
}

TEST_F(RouteTreeTest, PrefersLiteralsAndBacktracksWhenTheyLeadNowhere) {
  for (const char* pattern :
       {"/users/me", "/users/{id}/posts", "/users/{rest...}", "/{a}/{b}/{c}/end"})
    add(pattern);
  EXPECT_EQ(find("/users/me"), "/users/me");
  EXPECT_EQ(find("/users/me/posts"), "/users/{id}/posts id=me");
  EXPECT_EQ(find("/users/me/other"), "/users/{rest...} rest=me/other");
  EXPECT_EQ(find("/users/x/y/end"), "/users/{rest...} rest=x/y/end");
  EXPECT_EQ(find("/u/x/y/end"), "/{a}/{b}/{c}/end a=u b=x c=y");
}

TEST_F(RouteTreeTest, ComparesInNormalForm) {
  add("/caf\xc3\xa9/a b");
  EXPECT_EQ(find("/caf%C3%A9/a%20b"), "/caf\xc3\xa9/a b");
}

TEST_F(RouteTreeTest, GivesTheSamePatternTheSameRoute) {
  EXPECT_EQ(*tree.add("/a/{x}"), *tree.add("/a/{x}"));
  EXPECT_NE(*tree.add("/a/{x}"), *tree.add("/b/{x}"));
}

TEST_F(RouteTreeTest, SaysWhatIsWrongWithAPattern) {
  EXPECT_EQ(fault("a"), "route 'a': a route begins with '/'");
  EXPECT_EQ(fault("/a{x}"), "route '/a{x}': 'a{x}': a name in braces has to be a whole segment");
  EXPECT_EQ(
      fault("/{}"),
      "route '/{}': '{}': a name consists of letters, digits and underscores, and begins with "
      "a letter");
  EXPECT_EQ(fault("/{1}"),
            "route '/{1}': '{1}': a name consists of letters, digits and underscores, and begins "
            "with a letter");
  EXPECT_EQ(
      fault("/{x...}/y"),
      "route '/{x...}/y': 'y': nothing may follow the segment that takes the rest of the path");
  EXPECT_EQ(fault("/{x}/{x}"), "route '/{x}/{x}': '{x}': this name is used twice");
  add("/u/{id}");
  EXPECT_EQ(fault("/u/{name}"),
            "route '/u/{name}' and route '/u/{id}' match the same paths with other names");
}

TEST_F(RouteTreeTest, HoldsTenThousandRoutes) {
  for (int i = 0; i < 10'000; ++i) add("/r" + std::to_string(i) + "/{x}");
  EXPECT_EQ(find("/r9999/v"), "/r9999/{x} x=v");
}

}  // namespace
}  // namespace mastic::routing
