#include "mastic/deploy/node_text.h"

#include <gtest/gtest.h>

#include "mastic/deploy/node_json.h"
#include "mastic/json/json.h"

namespace mastic::deploy {
namespace {

Node a_site() {
  Node docs{.place = "/docs",
            .section = "app:docs",
            .factory = "mastic#static",
            .origin = {"site.ini", 15},
            .options = {{"root", "/srv/docs", {"site.ini", 17}, false},
                        {"listing", "off", {}, true},
                        {"index", "index.html\nindex.htm", {"site.ini", 18}, false}}};
  docs.global.set({"debug", "true", {"site.ini", 2}});
  docs.local.set({"root", "/srv/docs", {"site.ini", 17}});
  Node log{.place = "filter",
           .kind = PartKind::Filter,
           .factory = "egg:Paste#translogger",
           .origin = {"site.ini", 8}};
  Node map{.place = "application", .section = "composite:site", .factory = "mastic#urlmap"};
  map.parts.push_back(std::move(docs));
  Node site{.form = Part::Form::Pipeline,
            .section = "pipeline:main",
            .factory = "pipeline",
            .origin = {"site.ini", 3}};
  site.parts.push_back(std::move(log));
  site.parts.push_back(std::move(map));
  return site;
}

TEST(NodeText, ShowsWhatIsMountedWhereAndWhereEachOptionComesFrom) {
  EXPECT_EQ(to_text(a_site()),
            "application: pipeline [pipeline:main] site.ini:3\n"
            "  filter: egg:Paste#translogger site.ini:8\n"
            "  application: mastic#urlmap [composite:site]\n"
            "    /docs: mastic#static [app:docs] site.ini:15\n"
            "        root = /srv/docs                    site.ini:17\n"
            "        index = index.html\n"
            "           index.htm                        site.ini:18\n");
}

TEST(NodeText, MarksWhatCannotBeMade) {
  EXPECT_EQ(to_text({.section = "app:main",
                     .factory = "mastic#static",
                     .origin = {"site.ini", 3},
                     .is_made = false}),
            "application: mastic#static [app:main] site.ini:3 (cannot be made)\n");
}

TEST(NodeText, ShowsDefaultsAndGlobalSettingsWhenAsked) {
  const Node site = a_site();
  EXPECT_EQ(to_text(site.parts[1].parts[0], {.has_defaults = true}),
            "/docs: mastic#static [app:docs] site.ini:15\n"
            "    root = /srv/docs                        site.ini:17\n"
            "    listing = off                           default\n"
            "    index = index.html\n"
            "       index.htm                            site.ini:18\n"
            "    set debug = true                        site.ini:2\n");
}

TEST(NodeText, ShowsWhatATerminalWouldObeyAsText) {
  Node node{.place = "/\x1b[2J",
            .section = "app:\x1b]0;x\a",
            .factory = "lib:\x1b[m.so#a",
            .origin = {"\u009b.ini", 1}};
  node.options = {{"\x1b[1m", "\u202e\nb\x1b", {"\r.ini", 2}, false}};
  EXPECT_EQ(to_text(node),
            "/\\x1B[2J: lib:\\x1B[m.so#a [app:\\x1B]0;x\\x07] \\xC2\\x9B.ini:1\n"
            "    \\x1B[1m = \\xE2\\x80\\xAE\n"
            "       b\\x1B                                \\x0D.ini:2\n");
}

TEST(NodeText, HasColoursForATerminal) {
  EXPECT_EQ(to_text(a_site().parts[0], {.has_colours = true}),
            "\x1b[1mfilter\x1b[0m: egg:Paste#translogger \x1b[2msite.ini:8\x1b[0m\n");
}

TEST(NodeJson, HasTheSettingsAsAppconfigReturnsThem) {
  const Node site = a_site();
  EXPECT_EQ(json::to_json(to_json_node(site.parts[1].parts[0])),
            R"({"place":"/docs","kind":"application","factory":"mastic#static",)"
            R"("section":"app:docs","file":"site.ini","line":15,"options":[)"
            R"({"name":"root","value":"/srv/docs","is_default":false,"file":"site.ini","line":17},)"
            R"({"name":"listing","value":"off","is_default":true},)"
            R"({"name":"index","value":"index.html\u000aindex.htm","is_default":false,)"
            R"("file":"site.ini","line":18}],)"
            R"("global_conf":{"debug":"true"},"local_conf":{"root":"/srv/docs"},"parts":[]})");
}

TEST(NodeJson, HasDiagnosticsInOrder) {
  Diagnostics diagnostics;
  diagnostics.warn({"site.ini", 9}, "later");
  diagnostics.error({"site.ini", 2}, "earlier");
  EXPECT_EQ(json::to_json(to_json_list(diagnostics)),
            R"([{"severity":"error","file":"site.ini","line":2,"message":"earlier"},)"
            R"({"severity":"warning","file":"site.ini","line":9,"message":"later"}])");
}

}  // namespace
}  // namespace mastic::deploy
