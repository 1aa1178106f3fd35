#include "mastic/deploy/factories.h"

#include <gtest/gtest.h>

namespace mastic::deploy {
namespace {

app::App make_files() {
  return app::App([] { return "files\n"; });
}
app::Middleware make_stamp() {
  return app::Middleware([](app::App inner) { return inner; });
}

struct FactoriesTest : testing::Test {
  FactoriesTest() {
    factories.add(app_factory("static", "Files.", make_files));
    factories.add(filter_factory("stamp", "A field.", make_stamp));
    factories.alias(PartKind::App, "Paste", "static", "static");
    factories.missing("Paste", "cgi", "is not there yet");
    factories.missing("gunicorn", "", "is a server of Python");
  }
  std::string error(PartKind kind, FactoryName name) {
    const auto found = factories.find(kind, name);
    return found ? "found " + (*found)->name : found.error().message;
  }
  Factories factories;
};

TEST_F(FactoriesTest, FindsAFactoryUnderEachOfItsNames) {
  EXPECT_EQ(error(PartKind::App, {"mastic", "", "static", {}}), "found static");
  EXPECT_EQ(error(PartKind::App, {"egg", "Paste", "static", {}}), "found static");
  EXPECT_EQ(error(PartKind::App, {"egg", "paste", "static", {}}), "found static")
      << "Python compares the names of packages without regard to case";
  EXPECT_EQ(factories.other_names(factories.all()[0]),
            std::vector<std::string>{"egg:Paste#static"});
}

TEST_F(FactoriesTest, SaysWhyThereIsNone) {
  EXPECT_EQ(error(PartKind::App, {"mastic", "", "statik", {}}),
            "there is no application 'mastic#statik'; did you mean 'mastic#static'?");
  EXPECT_EQ(error(PartKind::App, {"egg", "Paste", "sattic", {}}),
            "there is no application 'egg:Paste#sattic'; did you mean 'egg:Paste#static'?");
  EXPECT_EQ(error(PartKind::App, {"mastic", "", "stamp", {}}),
            "'mastic#stamp' is made as a filter, but an application is needed here");
  EXPECT_EQ(error(PartKind::App, {"egg", "Paste", "cgi", {}}), "'egg:Paste#cgi' is not there yet");
  EXPECT_EQ(error(PartKind::Server, {"egg", "gunicorn", "main", {}}),
            "'egg:gunicorn#main' is a server of Python; use mastic#server");
  EXPECT_EQ(error(PartKind::App, {"egg", "Pylons", "main", {}}),
            "'egg:Pylons#main' is Python code, which needs the Python gateway (not there yet)");
  EXPECT_EQ(error(PartKind::App, {"call", "shop.app", "make", {}}),
            "'call:shop.app#make' is Python code, which needs the Python gateway (not there yet)");
  EXPECT_EQ(error(PartKind::Server, {"egg", "uwsgi", "main", {}}),
            "'egg:uwsgi#main' is a server of Python; use mastic#server");
}

}  // namespace
}  // namespace mastic::deploy
