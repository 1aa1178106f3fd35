#include "mastic/catalog/factories.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "mastic/catalog/composite_sections.h"
#include "mastic/catalog/site_testing.h"

namespace mastic::catalog {
namespace {

using http::Method;
using http::Status;

struct SiteFactories : testing::Test {
  TestSite site;
};

TEST_F(SiteFactories, ServesFilesUnderPastesNames) {
  site.folder.write("public/a.txt", "tea\n");
  site.make(
      "[app:main]\nuse = egg:Paste#static\ndocument_root = %(here)s/public\ncache_max_age = 60\n");
  EXPECT_EQ(site.diagnostics(),
            "site.ini:3: note: document_root is another name for root\n"
            "site.ini:4: note: cache_max_age is another name for max_age\n");
  app::Response response = site.get("/a.txt");
  EXPECT_EQ(response.fields.get("Cache-Control"), "max-age=60");
  EXPECT_EQ(text_of(std::move(response)), "tea\n");
}

TEST_F(SiteFactories, FilesNeedAFolder) {
  site.make("[app:main]\nuse = mastic#static\n");
  EXPECT_EQ(site.diagnostics(),
            "site.ini:1: error: 'mastic#static' cannot be made: root is missing: write the folder "
            "whose files are served\n");
  site.make("[app:main]\nuse = mastic#static\nroot = .\nmax_age = 1m\ncache_control = no-store\n");
  EXPECT_EQ(site.diagnostics(),
            "site.ini:4: error: 'mastic#static' cannot be made: max_age and cache_control both set "
            "the field Cache-Control; leave one out\n");
}

TEST_F(SiteFactories, UploadsNeedAFolderThatCanBeWritten) {
  const std::string section =
      "[app:main]\nuse = mastic#redirect\nto = /\nfilter-with = uploads\n"
      "[filter:uploads]\nuse = mastic#uploads\nmax_upload_bytes = 1M\nupload_directory = ";
  site.make(section + "%(here)s/missing\n");
  EXPECT_EQ(site.diagnostics(),
            "site.ini:8: error: 'mastic#uploads' cannot be made: upload_directory: cannot create a "
            "temporary file in 'missing': No such file or directory; make the directory first\n");
  site.make(section + "%(here)s\n");
  EXPECT_EQ(site.diagnostics(), "");
  site.make(section + "\n");
  EXPECT_EQ(site.diagnostics(), "") << "that of the server";
}

constexpr std::string_view kThree =
    "[app:a]\nuse = mastic#redirect\nto = /to-a\n"
    "[app:b]\nuse = mastic#redirect\nto = /to-b\n"
    "[app:c]\nuse = mastic#redirect\nto = /to-c\n";

std::string location_of(TestSite& site, std::string_view path, std::string_view host = "") {
  site.exchange.authority = host;
  return std::string(site.get(path).fields.get("Location").value_or("none"));
}

TEST_F(SiteFactories, MapsPathsAndHostsInAllOfPastesForms) {
  site.make(
      "[composite:main]\nuse = egg:Paste#urlmap\n/ = a\n/docs/ = b\n"
      "domain api.example.com port 8080 /x = c\n" +
      std::string(kThree));
  EXPECT_EQ(site.diagnostics(), "");
  EXPECT_EQ(location_of(site, "/1"), "/to-a/1");
  EXPECT_EQ(location_of(site, "/docs/2"), "/to-b/2");
  EXPECT_EQ(location_of(site, "/docsx"), "/to-a/docsx");
  EXPECT_EQ(location_of(site, "/x/3", "api.example.com:8080"), "/to-c/3");
  EXPECT_EQ(location_of(site, "/x/3", "www.example.com"), "/to-a/x/3");
}

TEST(PlaceOfKey, ReadsAllOfPastesForms) {
  for (const auto& [key, place] :
       {std::pair("/", "/"), std::pair("//docs//a/", "/docs/a"),
        std::pair("http://Example.com", "example.com"),
        std::pair("http://example.com:8080/docs/", "example.com:8080/docs"),
        std::pair("domain Example.com", "example.com"),
        std::pair("domain example.com port 80 docs", "example.com:80/docs"),
        std::pair("/docs domain example.com", "example.com/docs")}) {
    const auto found = place_of_key(key);
    ASSERT_TRUE(found) << key;
    EXPECT_EQ(*found, place) << key;
  }
}

TEST_F(SiteFactories, WarnsOfAUrlMapWithoutPlaces) {
  site.make("[composite:main]\nuse = mastic#urlmap\n");
  EXPECT_EQ(site.diagnostics(),
            "site.ini:1: warning: the url map is empty, so every answer is 404; write /PATH = "
            "APPLICATION\n");
}

TEST_F(SiteFactories, AUrlMapMayHaveAnApplicationForTheRest) {
  site.make("[composite:main]\nuse = egg:Paste#urlmap\nnot_found_app = b\n/a = a\n" +
            std::string(kThree));
  EXPECT_EQ(location_of(site, "/x"), "/to-b/x");
  site.make("[DEFAULT]\nnot_found_app = b\n[composite:main]\nuse = egg:Paste#urlmap\n/a = a\n" +
            std::string(kThree));
  EXPECT_EQ(location_of(site, "/x"), "/to-b/x") << "Paste looks among the global settings, too";
}

TEST_F(SiteFactories, TheLastKeyOfAPlaceCounts) {
  site.make("[composite:main]\nuse = egg:Paste#urlmap\n/x = a\n/x/ = b\n" + std::string(kThree));
  EXPECT_TRUE(site.diagnostics().contains(
      "site.ini:3: warning: '/x' is the same place as '/x/', which replaces it\n"));
  EXPECT_EQ(location_of(site, "/x"), "/to-b");
}

TEST_F(SiteFactories, SaysWhatIsWrongWithAPlace) {
  for (const auto& [key, fault] :
       {std::pair("domain", "there is no option 'domain'"),
        std::pair("port 80 /x",
                  "'port 80 /x' has a port but no domain; write: domain HOST port "
                  "PORT /PATH"),
        std::pair("/x /y", "'/x /y' has two of domain, port or path"),
        std::pair("domain a.org port", "'domain a.org port' has nothing after 'port'")}) {
    site.make("[composite:main]\nuse = mastic#urlmap\n" + std::string(key) + " = a\n" +
              std::string(kThree));
    EXPECT_TRUE(site.diagnostics().contains(fault)) << site.diagnostics();
  }
}

TEST_F(SiteFactories, ACascadeTriesItsApplicationsByNumber) {
  site.folder.write("public/a.txt", "tea\n");
  site.folder.write("other/b.txt", "milk\n");
  site.make(
      "[composite:main]\nuse = egg:Paste#cascade\napp10 = c\napp2 = other\napp1 = public\n"
      "catch = 404 405\n"
      "[app:public]\nuse = mastic#static\nroot = public\n"
      "[app:other]\nuse = mastic#static\nroot = other\n" +
      std::string(kThree));
  EXPECT_TRUE(site.diagnostics().contains(
      "site.ini:3: warning: app10 is tried after app2, in the order of the numbers; Paste, which "
      "sorts the names as text, tries it before\n"))
      << site.diagnostics();
  EXPECT_EQ(site.ask("/a.txt"), "200 tea\n");
  EXPECT_EQ(site.ask("/b.txt"), "200 milk\n");
  EXPECT_EQ(location_of(site, "/c"), "/to-c/c");
  EXPECT_EQ(site.call(Method::Post, "/a.txt").status, Status::TemporaryRedirect)
      << "405 is caught, too";
}

TEST_F(SiteFactories, ErrorsGetPages) {
  site.folder.write("public/404.html", "<p>gone\n");
  site.make(
      "[pipeline:main]\npipeline = errors files\n"
      "[filter:errors]\nuse = egg:Paste#errordocument\n404 = /404.html\n"
      "[app:files]\nuse = mastic#static\nroot = public\n");
  EXPECT_EQ(site.ask("/x"), "404 <p>gone\n");
  site.make("[filter-app:main]\nuse = egg:Paste#errordocument\n200 = /x\nnext = a\n" +
            std::string(kThree));
  EXPECT_TRUE(site.diagnostics().contains("the status 200 is no error, so it has no page"));
}

TEST_F(SiteFactories, FiltersLimitContentAndChangeFields) {
  site.make(
      "[pipeline:main]\npipeline = fields limit lint echo\n"
      "[filter:fields]\nuse = mastic#response_fields\nX-Frame-Options = DENY\n-Cache-Control =\n"
      "[filter:limit]\nuse = mastic#body_limit\nmax_body_bytes = 4\n"
      "[filter:lint]\nuse = egg:Paste#lint\n"
      "[app:echo]\nuse = egg:Paste#test\n");
  EXPECT_EQ(site.diagnostics(), "");
  const app::Response small = site.call(Method::Post, "/", app::Body(std::string("1234")));
  EXPECT_EQ(small.status, Status::Ok);
  EXPECT_EQ(small.fields.get("Cache-Control"), std::nullopt);
  const app::Response large = site.call(Method::Post, "/", app::Body(std::string("12345")));
  EXPECT_EQ(large.status, Status::ContentTooLarge);
  EXPECT_EQ(large.fields.get("X-Frame-Options"), "DENY");
}

TEST_F(SiteFactories, LintLogsWhichPartOfTheFileBreaksTheContract) {
  site.make(
      "[pipeline:main]\npipeline = lint fields echo\n"
      "[filter:lint]\nuse = mastic#lint\n"
      "[filter:fields]\nuse = mastic#response_fields\nRetry-After = soon\n"
      "[app:echo]\nuse = mastic#echo\n");
  ASSERT_TRUE(site.is_usable());
  (void)site.get("/tea");
  ASSERT_EQ(site.exchange.recorded.lines.size(), 1u);
  const std::string& line = site.exchange.recorded.lines[0];
  EXPECT_TRUE(
      line.contains("GET /tea (200): Retry-After is 'soon'. Made by the middleware "
                    "mastic#response_fields [filter:fields], "))
      << line;
  EXPECT_TRUE(line.contains("RFC 9110 §10.2.3.")) << line;
}

TEST_F(SiteFactories, TheAccessLogIsWrittenFromTheStartOn) {
  site.make(
      "[pipeline:main]\npipeline = log echo\n"
      "[filter:log]\nuse = egg:Paste#translogger\nsetup_console_handler = False\nfile = "
      "access.log\n"
      "[app:echo]\nuse = mastic#echo\n");
  EXPECT_EQ(site.diagnostics(),
            "site.ini:5: warning: setup_console_handler has no effect: every request is a line of "
            "the file, whatever the levels of other logs are\n");
  const auto file = site.folder.root() / "access.log";
  EXPECT_FALSE(std::filesystem::exists(file)) << "a site that is only checked writes nothing";
  ASSERT_TRUE(site.app().lifecycle().start());
  (void)site.get("/tea");
  site.make("[app:main]\nuse = mastic#echo\n");  // the old site writes what is left
  std::string line;
  std::getline(std::ifstream(file), line);
  EXPECT_TRUE(line.contains("\"GET /tea HTTP/1.1\" 200")) << line;
}

TEST_F(SiteFactories, AnAccessLogInTheFormatOfPythonIsRefused) {
  site.make(
      "[filter-app:main]\nuse = egg:Paste#translogger\nformat = %%(REMOTE_ADDR)s\nnext = a\n" +
      std::string(kThree));
  EXPECT_TRUE(site.diagnostics().contains(
      "site.ini:3: error: format: '%(REMOTE_ADDR)s' is not one of combined, json\n"))
      << site.diagnostics();
}

TEST_F(SiteFactories, TheThreadWatchTakesPastesName) {
  site.make("[app:main]\nuse = egg:Paste#watch_threads\nallow_kill = true\n");
  EXPECT_EQ(site.diagnostics(), "site.ini:3: note: allow_kill is another name for allow_cancel\n");
}

TEST_F(SiteFactories, WarnsOfFiltersInAnUnusualOrder) {
  const std::string parts =
      "[filter:log]\nuse = egg:Paste#translogger\n[filter:limit]\nuse = mastic#body_limit\n"
      "filter-with = recursive\n[filter:recursive]\nuse = mastic#recursive\n"
      "[filter:errors]\nuse = mastic#error_documents\n[app:echo]\nuse = mastic#echo\n";
  site.make("[pipeline:main]\npipeline = log limit recursive errors echo\n" + parts);
  EXPECT_EQ(site.diagnostics(), "");
  site.make("[pipeline:main]\npipeline = errors limit log recursive echo\n" + parts);
  EXPECT_EQ(site.diagnostics(),
            "site.ini:1: warning: body_limit is inside of error_documents; it is usually outside, "
            "because content is refused before anything is done with it\n"
            "site.ini:1: warning: access_log is inside of error_documents; it is usually outside, "
            "because it sees every answer, and how large it is in the end\n");
}

TEST_F(SiteFactories, SaysWhyAKnownPartIsNotThere) {
  for (const auto& [name, why] :
       {std::pair("Paste#gzip", "is known, and Mastic does not have it yet"),
        std::pair("PasteDeploy#prefix", "is known, and Mastic does not have it yet"),
        std::pair("pyramid_debugtoolbar#main",
                  "is Python code, which needs the Python gateway (not there yet)"),
        std::pair("Paste#evalerror", "runs what a browser sends, so Mastic will not have it")}) {
    site.make("[filter-app:main]\nuse = egg:" + std::string(name) + "\nnext = a\n" +
              std::string(kThree));
    EXPECT_TRUE(site.diagnostics().contains("'egg:" + std::string(name) + "' " + why))
        << site.diagnostics();
  }
}

TEST(Factories, EachSaysWhatItMakesAndWhatItsOptionsMean) {
  std::set<std::string> names;
  for (const deploy::Factory& factory : factories().all()) {
    EXPECT_TRUE(names.insert(factory.name).second) << factory.name;
    EXPECT_TRUE(factory.meaning.ends_with('.')) << factory.name;
    base::OptionTable table;
    const auto draft = factory.draft();
    draft->describe(table);
    for (const base::Option& option : table.options()) {
      EXPECT_FALSE(option.meaning.empty()) << factory.name << " " << option.name;
    }
  }
}

}  // namespace
}  // namespace mastic::catalog
