#include "mastic/catalog/read_options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mastic/catalog/options.h"

namespace mastic::catalog {
namespace {

struct ShopOptions {
  std::string database = "shop.db";
  std::string password;
  std::uint64_t shelves = 3;
  std::vector<std::string> peers = {"none"};
  std::vector<base::OptionEntry> places;

  void describe(base::OptionTable& table) {
    table.path("database", database, "FILE", "Where the teas are kept.");
    table.secret("password", password, "TEXT", "What the bank asks for.");
    table.count("shelves", shelves, "How many shelves there are.");
    table.list("peers", peers, "NAME", "Other shops.");
    table.entries(
        "/PATH", places, "TEXT", [](std::string_view name) { return name.starts_with('/'); },
        "What is said at a path.");
  }
};

struct ReadOptionsTest : testing::Test {
  std::string read(std::vector<std::string> environment) {
    OptionSources sources;
    sources.environment = std::move(environment);
    return read_options(options, sources).to_string();
  }
  ShopOptions options;
};

TEST_F(ReadOptionsTest, TakesOptionsFromTheEnvironment) {
  EXPECT_EQ(read({"PATH=/bin", "APP_DATABASE=teas.db", "APP_PASSWORD=a=b c", "APP_SHELVES=7",
                  "APP_PEERS=north south"}),
            "");
  EXPECT_EQ(options.database, "teas.db") << "relative to the working directory";
  EXPECT_EQ(options.password, "a=b c");
  EXPECT_EQ(options.shelves, 7u);
  EXPECT_EQ(options.peers, (std::vector<std::string>{"north", "south"}));
}

TEST_F(ReadOptionsTest, LeavesDefaultsWhereAVariableIsEmptyOrMissing) {
  EXPECT_EQ(read({"APP_DATABASE=", "APP_SHELVES=", "database=other.db"}), "");
  EXPECT_EQ(options.database, "shop.db");
  EXPECT_EQ(options.shelves, 3u);
}

TEST_F(ReadOptionsTest, ReportsEverythingThatIsWrongInTheEnvironment) {
  EXPECT_EQ(
      read({"APP_SHELVES=many", "APP_PASWORD=xyzzy", "APP_database=x", "APP_STAGE=test"}),
      "APP_SHELVES in the environment: error: shelves: 'many' is not a whole number from 0 on\n"
      "APP_PASWORD in the environment: warning: there is no such option; did you mean "
      "APP_PASSWORD?\n"
      "APP_database in the environment: warning: there is no such option; did you mean "
      "APP_DATABASE?\n"
      "APP_STAGE in the environment: warning: there is no such option, so it has no effect\n");
  EXPECT_EQ(options.shelves, 3u);
}

TEST_F(ReadOptionsTest, SaysThatTheEnvironmentSetsNoOptionsOfTheServer) {
  base::OptionTable own;
  options.describe(own);
  std::uint64_t workers = 0;
  base::OptionTable server;
  server.count("workers", workers, "Threads.");
  OptionSources sources;
  sources.environment = {"APP_WORKERS=3"};
  EXPECT_EQ(read_options_into(own, sources, &server).to_string(),
            "APP_WORKERS in the environment: warning: options of the server are not read from the "
            "environment, so it has no effect; use the command line, or [server:main] of a file\n");
  EXPECT_EQ(workers, 0u);
}

TEST_F(ReadOptionsTest, LooksAtNoVariableIfThereIsNoOption) {
  base::NoOptions none;
  OptionSources sources;
  sources.environment = {"APP_STAGE=test"};
  EXPECT_EQ(read_options(none, sources).to_string(), "");
}

TEST_F(ReadOptionsTest, TakesAnotherPrefix) {
  OptionSources sources;
  sources.prefix = "SHOP_";
  sources.environment = {"SHOP_DATABASE=teas.db", "APP_DATABASE=other.db"};
  EXPECT_EQ(read_options(options, sources).to_string(), "");
  EXPECT_EQ(options.database, "teas.db");
}

struct OptionFileTest : ReadOptionsTest {
  OptionFileTest() { server_options.describe(server); }
  ~OptionFileTest() override { std::filesystem::remove(path); }

  /// What is wrong with a file of this content; in it, FILE stands for its path.
  std::string read_file(const std::string& content, const std::string& name = "",
                        std::vector<std::string> environment = {}) {
    std::ofstream(path) << content;
    base::OptionTable table;
    options.describe(table);
    std::string found =
        read_options_into(table, {.config = path + name, .environment = std::move(environment)},
                          &server)
            .to_string();
    for (std::size_t at; (at = found.find(path)) != found.npos;) {
      found.replace(at, path.size(), "FILE");
    }
    return found;
  }
  const std::string path =
      testing::TempDir() + "read_options_test." + std::to_string(getpid()) + ".100%.ini";
  Options server_options;
  base::OptionTable server;
};

TEST_F(OptionFileTest, HasOptionsOfTheApplicationAndOfItsServer) {
  EXPECT_EQ(read_file("[app:main]\n"
                      "database = teas.db\n"
                      "peers = north\n  south\n"
                      "/tea = green\n"
                      "[server:main]\n"
                      "bind = :8080\n"),
            "");
  EXPECT_EQ(options.database, testing::TempDir() + "teas.db") << "relative to the file";
  EXPECT_EQ(options.peers, (std::vector<std::string>{"north", "south"}));
  ASSERT_EQ(options.places.size(), 1u);
  EXPECT_EQ(options.places[0].value, "green");
  EXPECT_EQ(server_options.bind[0].to_string(), "0.0.0.0:8080");
}

TEST_F(OptionFileTest, YieldsToTheEnvironment) {
  EXPECT_EQ(read_file("[app:main]\nshelves = 5\npeers = north\npassword = %(ENV_BANK)s\n", "",
                      {"APP_PEERS=south", "BANK=100% secret"}),
            "");
  EXPECT_EQ(options.shelves, 5u);
  EXPECT_EQ(options.peers, std::vector<std::string>{"south"});
  EXPECT_EQ(options.password, "100% secret");
}

TEST_F(OptionFileTest, InheritsASectionFromAnother) {
  const std::string content =
      "[app:main]\nshelves = 5\ndatabase = :memory:\n"
      "[app:test]\nuse = main\nshelves = 1\n";
  EXPECT_EQ(read_file(content, "#test"), "");
  EXPECT_EQ(options.shelves, 1u);
  EXPECT_NE(options.database, "shop.db");
}

TEST_F(OptionFileTest, MayHaveOptionsOfTheServerOnly) {
  EXPECT_EQ(read_file("[server:main]\nbind = :8080\n"), "");
  EXPECT_EQ(server_options.bind[0].to_string(), "0.0.0.0:8080");
}

TEST_F(OptionFileTest, ReportsEverythingThatIsWrongWithItsLine) {
  EXPECT_EQ(read_file("[app:main]\n"
                      "shelves = many\n"
                      "databse = x\n"
                      "bind = :1\n"
                      "[server:main]\n"
                      "password = xyzzy\n"
                      "bind = nowhere\n"),
            "FILE:2: error: shelves: 'many' is not a whole number from 0 on\n"
            "FILE:3: error: there is no option 'databse'; did you mean 'database'?\n"
            "FILE:4: error: 'bind' belongs in [server:main]\n"
            "FILE:6: error: 'password' belongs in [app:main]\n"
            "FILE:7: error: bind: " +
                base::Address::parse("nowhere").error().message + "\n");
}

TEST_F(OptionFileTest, SaysThatItDescribesNoOtherApplication) {
  EXPECT_EQ(read_file("[app:main]\nuse = mastic#static\n"),
            "FILE:2: error: [app:main] may only have options here, because this program makes the "
            "application itself; `mastic serve` serves a site that a file describes\n");
}

TEST_F(OptionFileTest, MustExistAndHaveTheSection) {
  EXPECT_NE(read_file("[app:main]\n", "#test").find("test"), std::string::npos);
  std::string missing = read_options(options, {.config = "no/such/file.ini"}).to_string();
  EXPECT_NE(missing.find("no/such/file.ini"), std::string::npos) << missing;
}

}  // namespace
}  // namespace mastic::catalog
