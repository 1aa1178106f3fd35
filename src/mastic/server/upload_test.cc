// Forms with files over real connections: every kind of handler, a loop that is taken over at every
// job, and clients that leave in the middle.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mastic/app/multipart_reader.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/base/temp_tree.h"
#include "mastic/loop/runtime.h"
#include "mastic/routing/router.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"
#include "mastic/wire/multipart/form_writer.h"

namespace mastic::server {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using app::App;
using app::File;
using app::Request;
using async::Task;
using routing::Form;
using routing::Router;

struct SentPhoto {
  std::string title;
  File image;
};

/// The file whose bytes all depend on `seed`, so that no other upload's bytes are taken for them.
std::string image_of(unsigned seed, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

std::string post_of(std::string_view path, unsigned seed, std::size_t size) {
  wire::multipart::FormWriter form;
  form.add_field("title", std::to_string(seed));
  form.add_file("image", "a.png", "image/png", image_of(seed, size));
  const std::string content = form.content();
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Type: " + form.content_type() +
         "\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
}

/// Whether the file of the form is the one that was sent under its title.
std::string check_photo(const std::string& title, const File& image) {
  const auto seed = static_cast<unsigned>(std::stoul(title));
  return image.read() == image_of(seed, image.size()) ? "right " + title : "wrong";
}

struct UploadTest : testing::TestWithParam<loop::Scheduler::HandOff> {
  UploadTest() {
    options.uploads.upload_directory = directory;
    options.uploads.spool_above_bytes = 100'000;
    options.drain_idle = options.linger_idle = 20ms;
    site.post<"/plain">([](Form<SentPhoto> form) { return check_photo(form->title, form->image); });
    site.post<"/blocking">(
        app::blocking, [](Form<SentPhoto> form) { return check_photo(form->title, form->image); });
    site.post<"/task">([](Form<SentPhoto> form) -> Task<std::string> {
      co_return check_photo(form->title, form->image);
    });
    site.post<"/parts">([this](Request& request) -> Task<std::string> {
      try {
        app::MultipartReader parts(request);
        app::Part* part = co_await parts.next();
        const std::string title = co_await part->read_text(100);
        part = co_await parts.next();
        const File image = co_await part->read_file();
        co_return check_photo(title, image);
      } catch (...) {
        ++told;
        throw;
      }
    });
  }
  ~UploadTest() override { server.reset(); }
  void start() {
    runtime = loop::Runtime::open({.loops = 2, .threads = {.hand_off = GetParam()}}, log,
                                  base::system_kernel())
                  .value();
    server = std::make_unique<Server>(App(std::move(site)), options, log, base::system_kernel());
    ASSERT_TRUE(server->listen(*base::Address::parse("127.0.0.1:0")));
    ASSERT_TRUE(server->start_on(*runtime));
    ASSERT_TRUE(runtime->start());
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
  }

  RecordingLog log;
  Options options;
  base::TempTree tree;
  fs::path directory = tree.path();
  Router site;
  std::atomic<int> told{0};
  std::unique_ptr<loop::Runtime> runtime;
  std::unique_ptr<Server> server;
};

TEST_P(UploadTest, GivesEachHandlerTheFileThatWasSentToIt) {
  start();
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (unsigned number = 0; number < 4; ++number) {
    clients.emplace_back([&, number] {
      Client client(server->addresses()[0]);
      unsigned seed = number * 100;
      for (const std::size_t size : {0u, 5'000u, 99'000u, 700'000u}) {
        for (const std::string_view path : {"/plain", "/blocking", "/task", "/parts"}) {
          client.send(post_of(path, ++seed, size));
          if (client.answer().content == "right " + std::to_string(seed)) ++right;
        }
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 4 * 16);
  EXPECT_EQ(files(), 0);
}

TEST_P(UploadTest, LeavesNothingOfAnUploadWhoseClientLeaves) {
  start();
  const std::string whole = post_of("/parts", 1, 700'000);
  const std::size_t cuts[] = {whole.size() - 700'100, 100'000, 400'000, whole.size() - 100};
  for (const std::size_t cut : cuts) {
    const int before = told;
    {
      Client client(server->addresses()[0]);
      client.send(std::string_view(whole).substr(0, cut));
    }
    for (int i = 0; i < 1000 && told == before; ++i) std::this_thread::sleep_for(5ms);
    EXPECT_EQ(told, before + 1) << "the handler was told, cut at " << cut;
  }
  EXPECT_EQ(files(), 0);
}

struct LongForm {
  std::string text;
  File small;
  File image;
  std::string after;
};

/// Counts the requests that have ended.
struct CountEnds {
  std::atomic<int>& ended;
  std::optional<app::Response> before(Request& request) const {
    request.on_finish([&ended = ended](const app::Outcome&) { ++ended; });
    return std::nullopt;
  }
};

TEST_P(UploadTest, LeavesNoFileAndNoDescriptorWhereverAClientLeaves) {
  std::atomic<int> ended{0};
  site.use(CountEnds{ended});
  const auto show = [](const LongForm& form) {
    return std::to_string(form.text.size() + form.small.size() + form.image.size());
  };
  site.post<"/form">([=](Form<LongForm> form) { return show(*form); });
  site.post<"/form-task">([=](Form<LongForm> form) -> Task<std::string> { co_return show(*form); });
  site.post<"/saved">([this](Request& request) -> Task<std::string> {
    app::MultipartReader parts(request);
    std::uint64_t size = 0;
    while (app::Part* const part = co_await parts.next()) {
      size += co_await part->body().save_to(directory / part->name());
      fs::remove(directory / part->name());
    }
    co_return std::to_string(size - 3);
  });
  start();
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto at_first = descriptors();

  wire::multipart::FormWriter form;
  form.add_field("text", std::string(20'000, 't'));
  form.add_file("small", "s.png", "image/png", image_of(1, 30'000));
  form.add_file("image", "i.png", "image/png", image_of(2, 700'000));
  form.add_field("after", "end");
  const std::string content = form.content();
  const std::size_t small = content.find("name=\"small\"");
  const std::size_t image = content.find("name=\"image\"");
  const std::size_t after = content.find("name=\"after\"");
  const std::size_t cuts[] = {0,
                              1,
                              10'000,
                              small,
                              small + 1'000,
                              image,
                              image + 50'000,
                              image + 200'000,
                              image + 500'000,
                              after - 40,
                              after,
                              after + 17,
                              content.size() - 3,
                              content.size()};
  for (const std::string_view path : {"/form", "/form-task", "/saved"}) {
    const std::string head = "POST " + std::string(path) +
                             " HTTP/1.1\r\nHost: a\r\nContent-Type: " + form.content_type() +
                             "\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n";
    for (const std::size_t cut : cuts) {
      const int before = ended;
      {
        Client client(server->addresses()[0]);
        client.send(head + content.substr(0, cut));
        if (cut == content.size()) {
          EXPECT_EQ(client.answer().content, "750000") << path;
        }
      }
      for (int i = 0; i < 1000 && (ended == before || descriptors() > at_first); ++i) {
        std::this_thread::sleep_for(5ms);
      }
      EXPECT_EQ(ended, before + 1) << path << " cut at " << cut;
      EXPECT_EQ(descriptors(), at_first) << path << " cut at " << cut;
      EXPECT_EQ(files(), 0) << path << " cut at " << cut;
    }
  }
}

TEST_P(UploadTest, AnswersALackOfDescriptorsWith503AndLosesNothingElse) {
#ifdef __has_feature
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "this sanitizer needs a descriptor to find out the type of an object";
#endif
#endif
  start();
  std::vector<std::unique_ptr<Client>> clients;  // accepted before the descriptors are used up
  unsigned seed = 0;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<Client>(server->addresses()[0]));
    clients.back()->send(post_of("/plain", ++seed, 700'000));
    ASSERT_EQ(clients.back()->answer().content, "right " + std::to_string(seed));
  }
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit all_used = before;
  all_used.rlim_cur = STDERR_FILENO + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &all_used), 0);
  std::vector<ReadResponse> refused;
  for (std::size_t i = 0; i < 8; ++i) {
    constexpr std::string_view kPaths[] = {"/plain", "/blocking", "/task", "/parts"};
    clients[i]->send(post_of(kPaths[i % 4], ++seed, 700'000));
    refused.push_back(clients[i]->answer());
  }
  clients.back()->send(post_of("/plain", ++seed, 50'000));
  const std::string small = clients.back()->answer().content;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);

  for (const ReadResponse& response : refused) {
    EXPECT_EQ(response.status, http::Status::ServiceUnavailable);
    EXPECT_NE(response.head.find("Retry-After: 1\n"), std::string::npos) << response.head;
  }
  EXPECT_EQ(small, "right " + std::to_string(seed)) << "a small file needs no descriptor";
  const std::string text = log.text();
  int warnings = 0;
  for (auto at = text.find("ulimit -n"); at != text.npos; at = text.find("ulimit -n", at + 1)) {
    ++warnings;
  }
  EXPECT_GE(warnings, 1) << text;
  EXPECT_LT(warnings, 8) << text;
  clients.back()->send(post_of("/plain", ++seed, 700'000));
  EXPECT_EQ(clients.back()->answer().content, "right " + std::to_string(seed));
  EXPECT_EQ(files(), 0);
}

TEST_P(UploadTest, RefusesAFormThatIsTooLargeAndKeepsTheConnection) {
  options.uploads.max_upload_bytes = 10'000;
  start();
  Client client(server->addresses()[0]);
  client.send(post_of("/plain", 1, 20'000));
  EXPECT_EQ(client.answer().status, http::Status::ContentTooLarge);
  client.send(post_of("/plain", 2, 5'000));
  EXPECT_EQ(client.answer().content, "right 2");
}

// ---- the folder for files ----

/// Fails one call of `open`. The threads of a server may use it.
struct FailingOpen final : base::ForwardingKernel {
  FailingOpen() : ForwardingKernel(base::system_kernel()) {}
  int open(const char* path, int flags, unsigned mode) override {
    if (const int number = fault.exchange(0)) return -number;
    return ForwardingKernel::open(path, flags, mode);
  }
  std::atomic<int> fault = 0;  ///< the errno of the next call; 0 if the call does not fail
};

struct UploadDirectoryTest : testing::Test {
  UploadDirectoryTest() { options.drain_idle = options.linger_idle = 20ms; }
  /// Why a server does not start; empty if it does.
  std::string fault() {
    Server server(App([] { return "hello"; }), options, log, kernel);
    EXPECT_TRUE(server.listen(*base::Address::parse("127.0.0.1:0")));
    const auto started = server.start();
    if (!started) return started.error().message;
    EXPECT_EQ(Client(server.addresses()[0]).get(), "hello");
    return "";
  }

  RecordingLog log;
  Options options;
  base::TempTree tree;
  fs::path directory = tree.path();
  FailingOpen kernel;
};

TEST_F(UploadDirectoryTest, MustBeUsableWhenTheServerStarts) {
  const std::string refusal = "--upload-directory: cannot create a temporary file in '";
  options.uploads.upload_directory = directory / "missing";
  EXPECT_EQ(fault(), refusal + options.uploads.upload_directory +
                         "': No such file or directory; make the directory first");
  options.uploads.upload_directory = directory / "file";
  std::ofstream(options.uploads.upload_directory) << "content";
  EXPECT_EQ(fault(),
            refusal + options.uploads.upload_directory + "': Not a directory; name a directory");
  options.uploads.upload_directory = directory;
  kernel.fault = EACCES;
  EXPECT_EQ(fault(), refusal + directory.string() +
                         "': Permission denied; let the user that the server runs as write to the "
                         "directory");
  kernel.fault = EROFS;
  EXPECT_EQ(fault(), refusal + directory.string() +
                         "': Read-only file system; name a directory on a file system that can be "
                         "written");
  fs::remove(directory / "file");
  EXPECT_EQ(fault(), "");
  kernel.fault = EOPNOTSUPP;
  EXPECT_EQ(fault(), "") << "a file system without unnamed files does as well";
  EXPECT_TRUE(fs::is_empty(directory));
  EXPECT_EQ(log.text().find("large files"), std::string::npos);
}

/// Small systems may not have the default folder, and most of their sites take no files.
TEST_F(UploadDirectoryTest, OnlyCausesAWarningWhileItIsTheDefault) {
  kernel.fault = ENOENT;
  EXPECT_EQ(fault(), "");
  EXPECT_NE(log.text().find("forms with large files will fail: cannot create a temporary file in "
                            "'/var/tmp': No such file or directory; make the directory first; or "
                            "name another directory (--upload-directory)"),
            std::string::npos)
      << log.text();
}

INSTANTIATE_TEST_SUITE_P(HandOffs, UploadTest,
                         testing::Values(loop::Scheduler::HandOff::WhenStuck,
                                         loop::Scheduler::HandOff::Always),
                         [](const auto& each) {
                           return each.param == loop::Scheduler::HandOff::Always ? "Always"
                                                                                 : "WhenStuck";
                         });

}  // namespace
}  // namespace mastic::server
