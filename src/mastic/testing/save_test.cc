// Saving a request's body to a file: what clients and operators see, above all when it fails.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "mastic/base/temp_tree.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

namespace fs = std::filesystem;
using app::Request;
using app::Task;
using http::Status;

class SaveTest : public ::testing::Test {
 protected:
  routing::Router make_saving_site() {
    routing::Router site;
    site.put("/{name}", [this](Request& request) -> Task<std::string> {
      const std::string name(request.value("name"));
      const auto bytes =
          co_await request.body().save_to(directory / name, {.max_bytes = 1'000'000});
      co_return std::to_string(bytes);
    });
    site.put("/none/file", [this](Request& request) -> Task<Status> {
      co_await request.body().save_to(directory / "none/file");
      co_return Status::NoContent;
    });
    return site;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(directory / name).rdbuf();
    return text.str();
  }

  base::TempTree tree;
  fs::path directory = tree.path();
};

/// Lowers a resource limit of this process until it is destroyed.
class Limit {
 public:
  Limit(__rlimit_resource what, rlim_t most) : what_(what) {
    EXPECT_EQ(getrlimit(what_, &before_), 0);
    const rlimit lowered{.rlim_cur = most, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(what_, &lowered), 0);
  }
  ~Limit() { setrlimit(what_, &before_); }

 private:
  __rlimit_resource what_;
  rlimit before_{};
};

TEST_F(SaveTest, SavesTheBodyOfARequest) {
  TestClient client(make_saving_site());
  const std::string text(300'000, 'x');
  EXPECT_EQ(client.put("/one", text).text, "300000");
  EXPECT_EQ(content("one"), text);
  EXPECT_EQ(client.put("/one", "").text, "0");
  EXPECT_EQ(content("one"), "");
}

TEST_F(SaveTest, TooLargeABodyIs413AndLeavesNoFile) {
  TestClient client(make_saving_site());
  EXPECT_EQ(client.put("/one", std::string(1'000'001, 'x')).status, Status::ContentTooLarge);
  EXPECT_TRUE(fs::is_empty(directory));
}

TEST_F(SaveTest, AClientThatStopsSendingLeavesNoFile) {
  TestClient client(make_saving_site());
  const std::string answer = client.send_raw(
      "PUT /one HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + std::string(150'000, 'x'));
  EXPECT_NE(answer.find("408"), std::string::npos) << answer;
  EXPECT_TRUE(fs::is_empty(directory));
}

TEST_F(SaveTest, AServerThatEndsLeavesNoFile) {
  {
    TestClient client(make_saving_site());
    client.drain(std::chrono::seconds(1));
    (void)client.send_raw("PUT /one HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
                          std::string(150'000, 'x'));
  }
  EXPECT_TRUE(fs::is_empty(directory));
}

TEST_F(SaveTest, AFullDiskIs507AndTheLogNamesTheFile) {
  ::signal(SIGXFSZ, SIG_IGN);  // as every server does, so that the write fails instead
  TestClient client(make_saving_site());
  client.expect_errors("File too large");
  {
    const Limit limit(RLIMIT_FSIZE, 100'000);
    const auto answer = client.put("/one", std::string(200'000, 'x'));
    EXPECT_EQ(answer.status, Status::InsufficientStorage);
    EXPECT_EQ(answer.text.find(directory.string()), std::string::npos) << answer.text;
  }
  EXPECT_TRUE(fs::is_empty(directory));
  ASSERT_EQ(client.log().size(), 1u);
  const std::string expected =
      "error app: PUT /one: cannot save to '" + directory.string() +
      "/one': File too large; raise the largest size of a file (ulimit -f)";
  EXPECT_TRUE(client.log()[0].starts_with(expected)) << client.log()[0];
}

TEST_F(SaveTest, ALackOfDescriptorsIs503) {
#ifdef __has_feature
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "this sanitizer needs a descriptor to find out the type of an object";
#endif
#endif
  TestClient client(make_saving_site());
  {
    const Limit limit(RLIMIT_NOFILE, 3);
    EXPECT_EQ(client.put("/one", "text").status, Status::ServiceUnavailable);
  }
  EXPECT_EQ(client.put("/one", "text").status, Status::Ok);
  ASSERT_EQ(client.log().size(), 1u);
  EXPECT_NE(client.log()[0].find("raise the limit of descriptors"), std::string::npos)
      << client.log()[0];
}

TEST_F(SaveTest, AMissingDirectoryIs500) {
  TestClient client(make_saving_site());
  client.expect_errors("make the directory first");
  EXPECT_EQ(client.put("/none/file", "text").status, Status::InternalServerError);
  ASSERT_EQ(client.log().size(), 1u);
  EXPECT_NE(client.log()[0].find("make the directory first"), std::string::npos) << client.log()[0];
}

}  // namespace
}  // namespace mastic::testing
