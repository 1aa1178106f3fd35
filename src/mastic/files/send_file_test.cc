#include "mastic/files/send_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::files {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct SendFileTest : testing::Test {
  SendFileTest() {
    files.write("report.txt", "0123456789");
    files.write("sub/page.html", "page");
    files.write(".secret", "secret");
    files.write("../outside.txt", "outside");
    std::filesystem::create_symlink("../outside.txt", path("leads-out.txt"));
    std::filesystem::create_symlink("report.txt", path("latest.txt"));
  }
  /// The answer of a handler that sends `path`.
  app::Response send(const std::string& path, SendFileOptions options = {}, Fields fields = {}) {
    return call([&](app::Request& request) { return send_file(request, path, options); },
                std::move(fields));
  }
  /// The answer of a handler that sends a name which a client has chosen.
  app::Response send_named(const std::string& name) {
    const SendDirectory directory(files.root());
    return call([&](app::Request& request) { return directory.send(request, name); });
  }
  template <class Handler>
  app::Response call(Handler handler, Fields fields = {}) {
    async::ManualExecutor executor;
    app::TestExchange exchange(executor);
    for (const auto& [name, value] : fields) exchange.fields.add(name, value);
    return exchange.call(app::App(handler), http::Method::Get, "/");
  }
  [[nodiscard]] std::string path(const std::string& name) const { return files.root() / name; }

  TemporaryTree files;
};

TEST_F(SendFileTest, SendsAFileWithItsTypeAndVersion) {
  app::Response response = send(path("report.txt"));
  EXPECT_EQ(response.status, http::Status::Ok);
  EXPECT_EQ(response.fields.get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.fields.get("Last-Modified"), "Sun, 09 Sep 2001 01:46:40 GMT");
  EXPECT_FALSE(response.fields.get("Content-Disposition"));
  EXPECT_FALSE(response.fields.get("Cache-Control"));
  EXPECT_EQ(response.body.size(), 10u);
  const std::string tag(*response.fields.get("ETag"));
  EXPECT_EQ(app::text_of(std::move(response)), "0123456789");
  EXPECT_EQ(send(path("report.txt"), {}, {{"If-None-Match", tag}}).status,
            http::Status::NotModified);
}

TEST_F(SendFileTest, SendsTheRangeThatIsAskedFor) {
  app::Response response = send(path("report.txt"), {}, {{"Range", "bytes=2-4"}});
  EXPECT_EQ(response.status, http::Status::PartialContent);
  EXPECT_EQ(response.fields.get("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(app::text_of(std::move(response)), "234");
  EXPECT_EQ(send(path("report.txt"), {}, {{"Range", "bytes=20-"}}).status,
            http::Status::RangeNotSatisfiable);
}

TEST_F(SendFileTest, NamesADownload) {
  const app::Response response = send(path("report.txt"), {.media_type = "application/x-report",
                                                           .download_as = "Jörg's \"report\".txt",
                                                           .cache_control = "no-store"});
  EXPECT_EQ(response.fields.get("Content-Type"), "application/x-report");
  EXPECT_EQ(response.fields.get("Cache-Control"), "no-store");
  const std::string disposition(*response.fields.get("Content-Disposition"));
  EXPECT_TRUE(disposition.starts_with("attachment; filename=")) << disposition;
  EXPECT_TRUE(disposition.contains("filename*=UTF-8''J%C3%B6rg")) << disposition;
}

TEST_F(SendFileTest, AnswersThatThereIsNoSuchFile) {
  EXPECT_EQ(send(path("none.txt")).status, http::Status::NotFound);
  EXPECT_EQ(send(path("sub")).status, http::Status::NotFound) << "a directory";
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(send(path("fifo")).status, http::Status::NotFound);
}

TEST_F(SendFileTest, FollowsTheLinksOfTheApplication) {
  EXPECT_EQ(app::text_of(send(path("leads-out.txt"))), "outside");
}

TEST_F(SendFileTest, SendsNamedFilesOfADirectory) {
  EXPECT_EQ(app::text_of(send_named("report.txt")), "0123456789");
  EXPECT_EQ(app::text_of(send_named("sub/page.html")), "page");
  EXPECT_EQ(app::text_of(send_named("latest.txt")), "0123456789") << "a link that stays inside";
}

TEST_F(SendFileTest, NeverSendsWhatIsOutsideOrHidden) {
  const std::string nul("report.txt\0.html", 16);
  for (const std::string& name :
       {std::string("../outside.txt"), std::string("sub/../../outside.txt"),
        std::string("/etc/passwd"), path("report.txt"), std::string("leads-out.txt"),
        std::string(".secret"), std::string("sub/../report.txt"), std::string("./report.txt"),
        std::string("sub//page.html"), std::string("sub\\page.html"), std::string("report.txt/"),
        std::string(""), std::string("."), std::string("sub"), nul}) {
    EXPECT_EQ(send_named(name).status, http::Status::NotFound) << name;
  }
}

TEST_F(SendFileTest, SaysWhyADirectoryCannotBeUsed) {
  try {
    const SendDirectory directory(path("report.txt"));
    ADD_FAILURE() << "it is accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_TRUE(std::string_view(error.what()).contains("is not a directory")) << error.what();
  }
}

}  // namespace
}  // namespace mastic::files
