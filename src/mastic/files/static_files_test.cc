#include "mastic/files/static_files.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <limits>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/base/date.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/files/temporary_tree_testing.h"
#include "mastic/http/date.h"
#include "mastic/middleware/lint.h"

namespace mastic::files {
namespace {

using app::Response;
using http::Method;
using http::Status;

/// A file system that stores any date, as few do.
struct DatedKernel : base::ForwardingKernel {
  DatedKernel() : ForwardingKernel(base::system_kernel()) {}
  int fstat(int fd, struct stat& status) override {
    const int result = ForwardingKernel::fstat(fd, status);
    status.st_mtim.tv_sec = moment;
    return result;
  }
  std::int64_t moment = 0;
};

struct StaticFilesTest : testing::Test {
  StaticFilesTest() {
    files.write("index.html", "<h1>home</h1>");
    files.write("notes.txt", "0123456789");
    files.write("sub/page.html", "page");
    files.write("large.bin", std::string(200'000, 'L'));
  }
  /// Answers a request; lint checks that the App keeps its contract.
  Response ask(std::string_view path, std::vector<std::pair<std::string, std::string>> fields = {},
               Method method = Method::Get) {
    if (!app) {
      app = app::wrap(middleware::Lint([](std::string_view fault) { ADD_FAILURE() << fault; }),
                      open_static_files(files.root(), options, *kernel).value());
    }
    async::ManualExecutor executor;
    app::TestExchange exchange(executor);
    for (const auto& [name, value] : fields) exchange.fields.add(name, value);
    Response response = exchange.call(*app, method, path);
    log = exchange.recorded.text();
    if (response.body.bytes()) text = *response.body.bytes();
    return response;
  }
  std::string get(std::string_view path,
                  std::vector<std::pair<std::string, std::string>> fields = {}) {
    Response response = ask(path, std::move(fields));
    const std::string status = std::to_string(code(response.status));
    return response.status == Status::Ok || response.status == Status::PartialContent
               ? app::text_of(std::move(response))
               : status;
  }
  std::string field(std::string_view path, std::string_view name,
                    std::vector<std::pair<std::string, std::string>> fields = {}) {
    const Response response = ask(path, std::move(fields));
    return std::string(response.fields.get(name).value_or("none"));
  }
  TemporaryTree files;
  Options options;
  DatedKernel dated;
  base::ScriptedKernel scripted;  ///< for its clock and for calls that fail
  base::Kernel* kernel = &base::system_kernel();
  std::optional<app::App> app;
  std::string text;
  std::string log;  ///< what was logged for the last request
};

TEST_F(StaticFilesTest, IsTrustedToBeQuickBeforeTheFirstRequest) {
  const app::App tree = open_static_files(files.root(), {}, base::system_kernel()).value();
  http::RequestHead head;
  head.method = Method::Get;
  EXPECT_TRUE(
      tree.history_of({.head = head, .path = "/notes.txt", .peer = {}}, "/notes.txt").is_trusted());
}

TEST_F(StaticFilesTest, ServesFilesAndIndexes) {
  EXPECT_EQ(get("/notes.txt"), "0123456789");
  EXPECT_EQ(get("/sub/page.html"), "page");
  EXPECT_EQ(get("/"), "<h1>home</h1>");
  EXPECT_EQ(get("/large.bin"), std::string(200'000, 'L'));
  EXPECT_EQ(get("/nothing"), "404");
  EXPECT_EQ(get("/sub/"), "404");
  EXPECT_EQ(get("/notes.txt/"), "404");
  EXPECT_EQ(get("//notes.txt"), "0123456789");
}

TEST_F(StaticFilesTest, SendsTheMediaTypeOfAFile) {
  const Response response = ask("/notes.txt");
  EXPECT_EQ(response.fields.get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.fields.get("Last-Modified"), "Sun, 09 Sep 2001 01:46:40 GMT");
  EXPECT_EQ(response.fields.get("Accept-Ranges"), "bytes");
  EXPECT_TRUE(response.fields.get("ETag"));
  EXPECT_FALSE(response.fields.get("Cache-Control"));
}

TEST_F(StaticFilesTest, SetsCacheControlIfToldTo) {
  options.cache_control = "max-age=60";
  EXPECT_EQ(field("/notes.txt", "Cache-Control"), "max-age=60");
}

TEST_F(StaticFilesTest, RedirectsADirectoryToItsPathWithASlash) {
  const Response response = ask("/sub");
  EXPECT_EQ(response.status, Status::MovedPermanently);
  EXPECT_EQ(response.fields.get("Location"), "./sub/");
}

TEST_F(StaticFilesTest, NeverRedirectsToAnotherHost) {
  std::filesystem::create_directories(files.root() / "evil.com");
  EXPECT_EQ(field("//evil.com", "Location"), "./evil.com/");
  std::filesystem::create_directories(files.root() / "https:" / "evil.com");
  EXPECT_EQ(field("/https:", "Location"), "./https:/");
}

TEST_F(StaticFilesTest, AcceptsOnlyMethodsThatRead) {
  for (const Method method : {Method::Post, Method::Put, Method::Delete}) {
    const Response response = ask("/notes.txt", {}, method);
    EXPECT_EQ(response.status, Status::MethodNotAllowed);
    EXPECT_EQ(response.fields.get("Allow"), "GET, HEAD, OPTIONS");
  }
  for (const char* path : {"/notes.txt", "/nowhere"}) {
    EXPECT_EQ(ask(path, {}, Method::Other).status, Status::NotImplemented) << path;
  }
  EXPECT_EQ(ask("/notes.txt", {}, Method::Options).status, Status::NoContent);
  EXPECT_EQ(ask("/notes.txt", {}, Method::Head).status, Status::Ok);
}

// ---- what is not served ----

TEST_F(StaticFilesTest, HidesFilesThatAreNotForThePublic) {
  for (const char* name : {".env", ".git/config", "backup~", "old.bak", "app.ini", ".x.swp"}) {
    files.write(name, "secret");
    EXPECT_EQ(get("/" + std::string(name)), "404") << name;
  }
  EXPECT_EQ(get("/%2Eenv"), "404");
  EXPECT_EQ(get("/%2egit/config"), "404");
  EXPECT_EQ(get("/sub/../.env"), "404");
  files.write(".well-known/acme", "token");
  EXPECT_EQ(get("/.well-known/acme"), "token");
}

TEST_F(StaticFilesTest, ServesHiddenFilesIfToldTo) {
  options.hidden_files = true;
  files.write(".env", "open");
  EXPECT_EQ(get("/.env"), "open");
}

TEST_F(StaticFilesTest, NeverLeavesTheTree) {
  std::ofstream(files.outside() / "secret") << "secret";
  std::filesystem::create_symlink("../secret", files.root() / "link");
  const char* const paths[] = {
      "/..%2Fsecret",       "/%2E%2E/secret",          "/sub/..%2F..%2Fsecret",
      "/..%5Csecret",       "/sub%2F..%2F..%2Fsecret", "/link",
      "/%2Fetc/passwd",     "/notes.txt%00.html",      "/notes.txt;x",
      "/notes.txt.",        "/%C0%AE%C0%AE/secret",    "/....//secret",
      "/%252e%252e/secret", "/..%255Csecret",          "/sub/%2E%2E%2F%2E%2E%2Fsecret"};
  for (const char* path : paths) EXPECT_EQ(get(path), "404") << path;
}

TEST_F(StaticFilesTest, ServesOnlyRegularFiles) {
  ASSERT_EQ(mkfifo((files.root() / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(get("/fifo"), "404");
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = files.root() / "socket";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(get("/socket"), "404");
  close(socket);
  const bool made = mknod((files.root() / "null").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0;
  if (made) {  // only root may create a device
    EXPECT_EQ(get("/null"), "404");
  }
}

// ---- conditions ----

TEST_F(StaticFilesTest, AnswersConditionalRequests) {
  const std::string tag = field("/notes.txt", "ETag");
  const std::string date = field("/notes.txt", "Last-Modified");
  EXPECT_EQ(get("/notes.txt", {{"If-None-Match", tag}}), "304");
  EXPECT_EQ(get("/notes.txt", {{"If-None-Match", "\"other\""}}), "0123456789");
  EXPECT_EQ(get("/notes.txt", {{"If-Modified-Since", date}}), "304");
  EXPECT_EQ(get("/notes.txt", {{"If-Match", "\"other\""}}), "412");
  EXPECT_EQ(get("/notes.txt", {{"If-Unmodified-Since", http::format_date(0)}}), "412");
  EXPECT_EQ(field("/notes.txt", "ETag", {{"If-None-Match", tag}}), tag);
}

TEST_F(StaticFilesTest, SendsNoLastModifiedInTheFuture) {
  const std::int64_t now = base::system_kernel().unix_seconds();
  files.write("clock.txt", "ahead", now + 1'000'000);
  EXPECT_LE(http::parse_date(field("/clock.txt", "Last-Modified"), now).value(), now + 60);
}

TEST_F(StaticFilesTest, SendsNoLastModifiedOutsideOfTheCalendar) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::string date = http::format_date(1000);
  kernel = &dated;
  for (const std::int64_t moment : {base::kFirstSecond - 1, base::kLastSecond + 1, kLeast, kMost}) {
    dated.moment = moment;
    app.reset();
    EXPECT_EQ(field("/notes.txt", "Last-Modified"), "none");
    EXPECT_EQ(get("/notes.txt", {{"If-Modified-Since", date}}), "0123456789");
    EXPECT_EQ(get("/notes.txt", {{"If-Unmodified-Since", date}}), "0123456789");
    EXPECT_EQ(get("/notes.txt", {{"If-None-Match", field("/notes.txt", "ETag")}}), "304");
  }
}

TEST_F(StaticFilesTest, HandlesTheSecondBefore1970) {
  files.write("old.txt", "old", -1);
  EXPECT_EQ(field("/old.txt", "Last-Modified"), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(get("/old.txt", {{"If-Modified-Since", http::format_date(-1)}}), "304");
  EXPECT_EQ(get("/old.txt", {{"If-Modified-Since", http::format_date(-2)}}), "old");
}

TEST_F(StaticFilesTest, PrefersTagsToDates) {
  const std::string tag = field("/notes.txt", "ETag");
  const std::string early = http::format_date(0);
  const std::string late = http::format_date(base::system_kernel().unix_seconds() + 1000);
  EXPECT_EQ(get("/notes.txt", {{"If-Match", tag}, {"If-Unmodified-Since", early}}), "0123456789");
  EXPECT_EQ(get("/notes.txt", {{"If-Modified-Since", late}, {"If-None-Match", "\"x\""}}),
            "0123456789");
}

// ---- ranges ----

TEST_F(StaticFilesTest, ServesSingleRanges) {
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=0-3"}}), "0123");
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=-3"}}), "789");
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=5-"}}), "56789");
  EXPECT_EQ(field("/notes.txt", "Content-Range", {{"Range", "bytes=5-"}}), "bytes 5-9/10");
  EXPECT_EQ(get("/large.bin", {{"Range", "bytes=100-199"}}), std::string(100, 'L'));
}

TEST_F(StaticFilesTest, ServesSeveralRanges) {
  for (const char* path : {"/notes.txt", "/large.bin"}) {
    const Response response = ask(path, {{"Range", "bytes=0-1,5-6"}});
    EXPECT_EQ(response.status, Status::PartialContent);
    const std::string type(*response.fields.get("Content-Type"));
    ASSERT_TRUE(type.starts_with("multipart/byteranges; boundary="));
    const std::string boundary = type.substr(31);
    const std::string body = get(path, {{"Range", "bytes=0-1,5-6"}});
    EXPECT_EQ(body.size(), *response.body.size());
    const bool large = std::string_view(path) == "/large.bin";
    const std::string media = large ? "application/octet-stream" : "text/plain; charset=utf-8";
    const std::string size = large ? "200000" : "10";
    EXPECT_EQ(body, "--" + boundary + "\r\nContent-Type: " + media +
                        "\r\nContent-Range: bytes 0-1/" + size + "\r\n\r\n" +
                        (large ? "LL" : "01") + "\r\n--" + boundary + "\r\nContent-Type: " + media +
                        "\r\nContent-Range: bytes 5-6/" + size + "\r\n\r\n" +
                        (large ? "LL" : "56") + "\r\n--" + boundary + "--\r\n");
  }
}

TEST_F(StaticFilesTest, RefusesRangesBeyondTheEndAndIgnoresTooManyRanges) {
  const Response response = ask("/notes.txt", {{"Range", "bytes=10-"}});
  EXPECT_EQ(response.status, Status::RangeNotSatisfiable);
  EXPECT_EQ(response.fields.get("Content-Range"), "bytes */10");
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=0-,0-,0-"}}), "0123456789");
  EXPECT_EQ(get("/notes.txt", {{"Range", "lines=1-2"}}), "0123456789");
  options.max_ranges = 1;
  app.reset();
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=0-1,5-6"}}), "0123456789");
}

TEST_F(StaticFilesTest, HonoursIfRange) {
  const std::string tag = field("/notes.txt", "ETag");
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=0-3"}, {"If-Range", tag}}), "0123");
  EXPECT_EQ(get("/notes.txt", {{"Range", "bytes=0-3"}, {"If-Range", "\"old\""}}), "0123456789");
}

TEST_F(StaticFilesTest, IgnoresRangesExceptForGet) {
  EXPECT_EQ(ask("/notes.txt", {{"Range", "bytes=0-3"}}, Method::Head).status, Status::Ok);
}

// ---- precompressed siblings ----

TEST_F(StaticFilesTest, ServesTheSiblingThatTheClientPrefers) {
  files.write("notes.txt.gz", "gzipped");
  files.write("notes.txt.br", "brotli");
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "gzip, br"}}), "brotli");
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "gzip, br;q=0.5"}}), "gzipped");
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "gzip;q=0"}}), "0123456789");
  EXPECT_EQ(get("/notes.txt"), "0123456789");
  const Response response = ask("/notes.txt", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(response.fields.get("Content-Encoding"), "gzip");
  EXPECT_EQ(response.fields.get("Vary"), "Accept-Encoding");
  EXPECT_EQ(response.fields.get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_NE(response.fields.get("ETag"), field("/notes.txt", "ETag"));
  EXPECT_EQ(field("/notes.txt", "Vary"), "Accept-Encoding");
  EXPECT_EQ(field("/sub/page.html", "Vary"), "none");
  EXPECT_EQ(field("/notes.txt.gz", "Content-Encoding"), "none");
}

TEST_F(StaticFilesTest, ServesTheFileItselfToAClientThatPrefersIt) {
  files.write("notes.txt.gz", "gzipped");
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "identity, gzip;q=0.1"}}), "0123456789");
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "identity, gzip"}}), "gzipped");
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "identity;q=0, gzip;q=0"}}), "0123456789");
}

TEST_F(StaticFilesTest, DoesNotServeASiblingOlderThanItsFile) {
  files.write("notes.txt.gz", "stale", 999'999'999);
  EXPECT_EQ(get("/notes.txt", {{"Accept-Encoding", "gzip"}}), "0123456789");
}

// ---- types ----

TEST_F(StaticFilesTest, ServesACompressedImageWithItsContentEncoding) {
  files.write("logo.svgz", "gzipped");
  files.write("logo.svgz.br", "never");
  const Response response = ask("/logo.svgz", {{"Accept-Encoding", "br"}});
  EXPECT_EQ(response.fields.get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(response.fields.get("Content-Encoding"), "gzip");
  EXPECT_FALSE(response.fields.get("Vary")) << "every client gets the same";
  EXPECT_EQ(get("/logo.svgz"), "gzipped");
  EXPECT_EQ(get("/logo.svgz", {{"Range", "bytes=0-1"}}), "gz");
}

TEST_F(StaticFilesTest, UsesTheTypesItIsTold) {
  options.types = {".page=text/html; charset=iso-8859-1", "Buildfile=text/x-build"};
  files.write("a.page", "");
  files.write("a.page.gz", "gzipped");
  files.write("Buildfile", "");
  EXPECT_EQ(field("/a.page", "Content-Type"), "text/html; charset=iso-8859-1");
  EXPECT_EQ(field("/a.page", "Content-Type", {{"Accept-Encoding", "gzip"}}),
            "text/html; charset=iso-8859-1");
  EXPECT_EQ(field("/Buildfile", "Content-Type"), "text/x-build");
  EXPECT_EQ(field("/notes.txt", "Content-Type"), "text/plain; charset=utf-8");
}

TEST_F(StaticFilesTest, SharesTheTypesItIsToldWithOtherOrigins) {
  files.write("a.woff2", "font");
  EXPECT_EQ(field("/a.woff2", "Access-Control-Allow-Origin"), "none");
  options.share = {"font/*", "text/css"};
  app.reset();
  files.write("a.css", "");
  EXPECT_EQ(field("/a.woff2", "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(field("/a.css", "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(field("/a.woff2", "Access-Control-Allow-Origin", {{"Range", "bytes=0-1"}}), "*");
  const std::string tag = field("/a.woff2", "ETag");
  EXPECT_EQ(field("/a.woff2", "Access-Control-Allow-Origin", {{"If-None-Match", tag}}), "*");
  EXPECT_EQ(field("/notes.txt", "Access-Control-Allow-Origin"), "none");
}

TEST_F(StaticFilesTest, RejectsInvalidTypes) {
  const auto fault = [](Options wrong) { return wrong.check().error().message; };
  EXPECT_EQ(fault({.types = {".m4s=video"}}),
            "--type: 'video' is not a media type such as text/plain");
  EXPECT_EQ(fault({.share = {"fonts"}}),
            "--share: 'fonts' is not a media type such as font/woff2 or font/*");
  EXPECT_FALSE(open_static_files(files.root(), {.share = {"font/*, text/html"}}, *kernel));
}

// ---- listings ----

TEST_F(StaticFilesTest, ListsNoNameThatCannotBeRequested) {
  options.listing = true;
  files.write("sub/back\\slash.txt", "");
  files.write("sub/line\nfeed.txt", "");
  const std::string page = get("/sub/");
  EXPECT_NE(page.find("page.html"), page.npos);
  EXPECT_EQ(page.find("slash.txt"), page.npos);
  EXPECT_EQ(page.find("feed.txt"), page.npos);
}

TEST_F(StaticFilesTest, ListsOnlyIfToldTo) {
  EXPECT_EQ(get("/sub/"), "404");
  options.listing = true;
  app.reset();
  files.write("sub/.hidden", "");
  const std::string page = get("/sub/");
  EXPECT_NE(page.find("href=\"./page.html\""), std::string::npos);
  EXPECT_EQ(page.find(".hidden"), std::string::npos);
  EXPECT_EQ(get("/"), "<h1>home</h1>") << "an index comes before a listing";
  EXPECT_NE(field("/sub/", "Content-Security-Policy").find("default-src 'none'"),
            std::string::npos);
  EXPECT_EQ(field("/sub/", "X-Content-Type-Options"), "nosniff");
}

TEST_F(StaticFilesTest, ServesTheFirstIndexThatExists) {
  options.index = {"home.html", "page.html"};
  EXPECT_EQ(get("/sub/"), "page");
}

TEST_F(StaticFilesTest, HiddenNamesDoNotCountInAListing) {
  options.listing = true;
  options.max_listed = 10;
  for (int i = 0; i < 20; ++i) files.write("many/.hidden" + std::to_string(i), "");
  for (int i = 0; i < 10; ++i) files.write("many/shown" + std::to_string(i), "");
  const std::string page = get("/many/");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(page.contains("shown" + std::to_string(i))) << i;
  EXPECT_FALSE(page.contains("more names"));
  files.write("many/shown10", "");
  EXPECT_TRUE(get("/many/").contains("more names"));
}

TEST_F(StaticFilesTest, DoesNotShowAnUnreadableDirectoryAsEmpty) {
  options.listing = true;
  kernel = &scripted;
  EXPECT_TRUE(get("/sub/").contains("page.html"));
  for (const auto& [number, status, words] :
       {std::tuple(EIO, "500", "Input/output error"), {EACCES, "403", "Permission denied"}}) {
    for (const int nth : {1, 2}) {  // the first call fails, or a later one
      scripted.fail("getdents64", nth, number);
      EXPECT_EQ(get("/sub/"), status);
      EXPECT_TRUE(log.starts_with("error files: cannot list /sub/: " + std::string(words))) << log;
    }
  }
}

TEST_F(StaticFilesTest, DoesNotSkipAnIndexThatCannotBeOpened) {
  options.listing = true;
  kernel = &scripted;
  get("/notes.txt");
  for (const auto& [number, status] : {std::pair(EACCES, "403"), {EMFILE, "503"}}) {
    scripted.fail("openat2", 2, number);
    EXPECT_EQ(get("/"), status);
  }
}

// ---- replacing the root ----

TEST_F(StaticFilesTest, ServesTheNewTargetOfALinkFromTheNextSecond) {
  namespace fs = std::filesystem;
  files.write("release-1/a.txt", "old");
  files.write("release-1/only-old.txt", "old");
  files.write("release-1/large.bin", std::string(100'000, 'o'));
  files.write("release-2/a.txt", "new");  // has the same size and time
  files.write("release-2/large.bin", std::string(100'000, 'n'));
  fs::create_directory_symlink("release-1", files.root() / "current");
  app = open_static_files(files.root() / "current", options, scripted).value();
  EXPECT_EQ(get("/a.txt"), "old");
  EXPECT_EQ(get("/only-old.txt"), "old");
  Response under_way = ask("/large.bin");

  fs::create_directory_symlink("release-2", files.root() / "next");
  fs::rename(files.root() / "next", files.root() / "current");
  scripted.advance(std::chrono::seconds(1));
  EXPECT_EQ(get("/a.txt"), "new");
  EXPECT_TRUE(log.starts_with("info files: another directory is at ")) << log;
  EXPECT_EQ(get("/only-old.txt"), "404");
  EXPECT_EQ(get("/large.bin"), std::string(100'000, 'n'));
  EXPECT_EQ(app::text_of(std::move(under_way)), std::string(100'000, 'o'));
}

TEST_F(StaticFilesTest, ServesADirectoryThatWasRemovedAndCreatedAgain) {
  namespace fs = std::filesystem;
  kernel = &scripted;
  options.listing = true;
  EXPECT_EQ(get("/notes.txt"), "0123456789");
  fs::rename(files.root(), files.outside() / "aside");
  scripted.advance(std::chrono::seconds(1));
  EXPECT_EQ(get("/notes.txt"), "404");
  EXPECT_TRUE(log.starts_with("error files: nothing is at ")) << log;
  EXPECT_EQ(get("/sub/"), "404");
  EXPECT_EQ(log, "") << "it is logged only once";
  files.write("notes.txt", "again");
  EXPECT_EQ(get("/notes.txt"), "again");
}

TEST_F(StaticFilesTest, KeepsNoFileOfAReplacedTreeOpen) {
  namespace fs = std::filesystem;
  const auto open_files = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
  kernel = &scripted;
  get("/notes.txt");
  const auto before = open_files();
  for (int i = 0; i < 10; ++i) {
    files.write("large" + std::to_string(i), std::string(100'000, 'L'));
    get("/large" + std::to_string(i));
  }
  EXPECT_EQ(open_files(), before + 10);
  fs::rename(files.root(), files.outside() / "aside");
  files.write("notes.txt", "again");
  scripted.advance(std::chrono::seconds(1));
  EXPECT_EQ(get("/notes.txt"), "again");
  EXPECT_EQ(open_files(), before);
}

TEST(StaticFiles, SaysWhyATreeCannotBeServed) {
  EXPECT_FALSE(open_static_files("/no/such/place", {}, base::system_kernel()));
  EXPECT_THROW((void)static_files("/no/such/place"), std::runtime_error);
}

}  // namespace
}  // namespace mastic::files
