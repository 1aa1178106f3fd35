#include "mastic/catalog/load_app.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::catalog {
namespace {

struct LoadAppTest : testing::Test {
  std::string uri(const std::string& text) {
    tree.write("site.ini", text);
    return "config:" + (tree.root() / "site.ini").string();
  }
  std::string get(const app::App& app, std::string_view path) {
    return text_of(exchange.call(app, http::Method::Get, path));
  }
  files::TemporaryTree tree;
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
};

TEST_F(LoadAppTest, MakesTheApplicationOfAFile) {
  tree.write("public/a.txt", "a file\n");
  const app::App app = load_app(uri("[app:main]\nuse = mastic#static\nroot = public\n"));
  EXPECT_EQ(get(app, "/a.txt"), "a file\n");
}

TEST_F(LoadAppTest, TheFileSeesTheEnvironmentAndTheGlobalSettings) {
  tree.write("public/a.txt", "a file\n");
  ::setenv("LOAD_APP_TEST", "public", 1);
  const app::App from_environment =
      load_app(uri("[app:main]\nuse = mastic#static\nroot = %(ENV_LOAD_APP_TEST)s\n"));
  EXPECT_EQ(get(from_environment, "/a.txt"), "a file\n");
  deploy::Settings globals;
  globals.set({"folder", "public", {}});
  const app::App from_globals =
      load_app(uri("[app:main]\nuse = mastic#static\nroot = %(folder)s\n"), globals);
  EXPECT_EQ(get(from_globals, "/a.txt"), "a file\n");
}

TEST_F(LoadAppTest, ThrowsWithEveryFault) {
  try {
    (void)load_app(uri("[app:main]\nuse = mastic#static\nroof = public\nmax_ranges = many\n"));
    FAIL() << "there is no option 'roof'";
  } catch (const std::runtime_error& error) {
    const std::string file = (tree.root() / "site.ini").string();
    EXPECT_EQ(error.what(), file + ":3: error: there is no option 'roof'; did you mean 'root'?\n" +
                                file +
                                ":4: error: max_ranges: 'many' is not a whole number from 0 on");
  }
}

}  // namespace
}  // namespace mastic::catalog
