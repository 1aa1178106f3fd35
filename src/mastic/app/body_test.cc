#include "mastic/app/body.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "mastic/app/http_error.h"
#include "mastic/async/context_testing.h"
#include "mastic/async/event.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/temp_tree.h"

namespace mastic::app {
namespace {

std::string gathered(Body& body, std::uint64_t most = 1 << 30) {
  run_to_end(body.gather(most));
  return std::string(*body.bytes());
}

std::shared_ptr<const base::Descriptor> make_file(const std::string& content) {
  char name[] = "/tmp/mastic-body-XXXXXX";
  const int fd = mkstemp(name);
  unlink(name);
  EXPECT_EQ(write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  return std::make_shared<const base::Descriptor>(base::system_kernel(), fd);
}

TEST(Body, CountsTheMemoryThatIsFreedWithIt) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(Body().held_bytes(), 0u);
  EXPECT_GE(Body(text).held_bytes(), text.size());
  EXPECT_EQ(Body::borrowed(text).held_bytes(), 0u) << "the bytes are not its own";
  EXPECT_EQ(Body(Body::File{make_file("abcdef"), 1, 4}).held_bytes(), 0u);

  auto made_for_it = std::make_shared<const std::string>(text);
  const std::string_view bytes = *made_for_it;
  const Body alone = Body::shared(bytes, std::move(made_for_it));
  EXPECT_EQ(alone.held_bytes(), text.size());
  const auto cached = std::make_shared<const std::string>(text);
  EXPECT_EQ(Body::shared(*cached, cached).held_bytes(), 0u) << "the cache owns it too";
}

TEST(Body, CountsItsLastPieceAndTheMemoryOfItsProducer) {
  struct Producer {
    std::optional<std::string> operator()() { return std::string(50'000, 'x'); }
    [[nodiscard]] static std::uint64_t held_bytes() { return 1'000'000; }
  };
  Body body = Body::produced_by(Producer());
  EXPECT_GE(body.held_bytes(), 1'000'000u);
  EXPECT_LT(body.held_bytes(), 1'000'100u);
  auto piece = body.next();
  EXPECT_EQ(piece.take()->size(), 50'000u);
  EXPECT_GE(body.held_bytes(), 1'050'000u);
}

TEST(Body, KnowsItsSizeWhereItCan) {
  EXPECT_EQ(Body().size(), 0u);
  EXPECT_EQ(Body("abc").size(), 3u);
  EXPECT_EQ(Body::borrowed("abc").size(), 3u);
  EXPECT_EQ(Body(Body::File{make_file("abcdef"), 1, 4}).size(), 4u);
  EXPECT_FALSE(
      Body::produced_by([]() -> std::optional<std::string> { return std::nullopt; }).size());
}

TEST(Body, BytesAreOnePiece) {
  Body body("abc");
  EXPECT_EQ(*run_to_end(body.next()), "abc");
  EXPECT_FALSE(run_to_end(body.next()));
  Body empty;
  EXPECT_FALSE(run_to_end(empty.next()));
}

TEST(Body, KeepsSharedBytesAlive) {
  auto owner = std::make_shared<std::string>("kept");
  Body body = Body::shared(*owner, owner);
  const std::weak_ptr<std::string> watch = owner;
  owner.reset();
  EXPECT_EQ(gathered(body), "kept");
  body = Body();
  EXPECT_TRUE(watch.expired());
}

TEST(Body, PullsProducedPieces) {
  Body body = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    constexpr const char* kPieces[] = {"a", "", "", "b"};
    return n < 4 ? std::optional<std::string>(kPieces[n++]) : std::nullopt;
  });
  EXPECT_FALSE(body.bytes());
  EXPECT_EQ(*run_to_end(body.next()), "a");
  EXPECT_EQ(*run_to_end(body.next()), "b");
  EXPECT_FALSE(run_to_end(body.next()));
}

TEST(Body, ReadsFilesInBlocks) {
  const std::string content(200'000, 'f');
  Body body(Body::File{make_file("head" + content + "tail"), 4, content.size()});
  EXPECT_EQ(gathered(body), content);
}

TEST(Body, FailsWhenAFileIsShorterThanItWas) {
  Body body(Body::File{make_file("abc"), 0, 10});
  EXPECT_THROW(run_to_end(body.gather(100)), std::runtime_error);
}

/// Why reading the rest of the file fails, after a first block was read.
std::string fault_of_file(base::Kernel& kernel, const std::string& content, std::uint64_t size) {
  char name[] = "/tmp/mastic-body-XXXXXX";
  auto file = std::make_shared<const base::Descriptor>(kernel, mkstemp(name));
  unlink(name);
  EXPECT_EQ(write(file->fd(), content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
  Body body(Body::File{std::move(file), 0, size});
  try {
    run_to_end(body.gather(size));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return *body.bytes() == content ? "" : "other content";
}

TEST(Body, SaysWhyAFileCannotBeReadToItsEnd) {
  const std::string content(200'000, 'f');
  base::FailingKernel kernel(base::system_kernel());
  for (const int nth : {1, 2, 3}) kernel.fail("pread", nth, EINTR);
  EXPECT_EQ(fault_of_file(kernel, content, content.size()), "") << "signals are no failures";
  kernel.fail("pread", 2, EIO);
  EXPECT_EQ(fault_of_file(kernel, content, content.size()),
            "a file could not be read to its end: Input/output error");
  EXPECT_EQ(fault_of_file(kernel, content, content.size() + 1),
            "a file became shorter while it was sent");
}

TEST(Body, GathersNoMoreThanAllowed) {
  Body exact("12345");
  EXPECT_EQ(gathered(exact, 5), "12345");
  Body known("123456");
  EXPECT_THROW(run_to_end(known.gather(5)), HttpError);
  Body endless = Body::produced_by([]() -> std::optional<std::string> { return "xxx"; });
  EXPECT_THROW(run_to_end(endless.gather(1000)), HttpError);
}

TEST(Body, IsNotTakenForWholeWhenItWasGatheredInPart) {
  Body body = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    if (n == 1) throw std::runtime_error("the source stumbles once");
    return n++ < 4 ? std::optional<std::string>("piece") : std::nullopt;
  });
  EXPECT_THROW(run_to_end(body.gather(1000)), std::runtime_error);
  EXPECT_THROW(run_to_end(body.gather(1000)), std::logic_error);
  EXPECT_TRUE(body.is_taken());
}

// ---- saving ----

namespace fs = std::filesystem;

class BodySave : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory / "file"; }
  [[nodiscard]] std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  base::TempTree tree;
  fs::path directory = tree.path();
};

TEST_F(BodySave, SavesContentOfEveryKind) {
  const std::string large(300'000, 'x');
  std::vector<std::pair<Body, std::string>> bodies;
  bodies.emplace_back(Body(), "");
  bodies.emplace_back(Body("some text"), "some text");
  bodies.emplace_back(Body::borrowed(large), large);
  bodies.emplace_back(Body(Body::File{make_file("head" + large), 4, large.size()}), large);
  bodies.emplace_back(Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
                        return n++ < 300 ? std::optional<std::string>(std::string(1000, 'x'))
                                         : std::nullopt;
                      }),
                      large);
  for (auto& [body, expected] : bodies) {
    EXPECT_EQ(run_to_end(body.save_to(path())), expected.size());
    EXPECT_EQ(content(), expected);
  }
}

TEST_F(BodySave, KeepsLittleInMemory) {
  std::size_t given = 0;
  Body body = Body::produced_by([&]() -> std::optional<std::string> {
    // All but one block and one piece of what was given so far is in a file already.
    std::size_t written = 0;
    for (const auto& file : fs::directory_iterator(directory)) written += file.file_size();
    EXPECT_LE(given, written + (64 << 10) + 1000);
    if (given >= 1'000'000) return std::nullopt;
    given += 1000;
    return std::string(1000, 'x');
  });
  EXPECT_EQ(run_to_end(body.save_to(path())), 1'000'000u);
}

TEST_F(BodySave, LeavesNoFileWhenItsSourceFails) {
  Body body = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    if (n == 3) throw std::runtime_error("cut short");
    ++n;
    return std::string(100'000, 'x');
  });
  EXPECT_THROW(run_to_end(body.save_to(path())), std::runtime_error);
  EXPECT_TRUE(fs::is_empty(directory));
}

TEST_F(BodySave, LeavesNoFileWhenTheContentIsTooLarge) {
  Body known("123456");
  EXPECT_THROW(run_to_end(known.save_to(path(), {.max_bytes = 5})), ContentError);
  Body endless =
      Body::produced_by([]() -> std::optional<std::string> { return std::string(50'000, 'x'); });
  EXPECT_THROW(run_to_end(endless.save_to(path(), {.max_bytes = 1'000'000})), ContentError);
  EXPECT_TRUE(fs::is_empty(directory));
  Body exact("12345");
  EXPECT_EQ(run_to_end(exact.save_to(path(), {.max_bytes = 5})), 5u);
}

TEST_F(BodySave, LeavesNoFileWhenItIsCancelled) {
  async::Event never;
  async::ManualExecutor executor;
  int pieces = 0;
  Body body = Body::produced_by([&]() -> Task<std::optional<std::string>> {
    if (++pieces == 3) co_await never.wait();
    co_return std::string(100'000, 'x');
  });
  async::TestContext<std::uint64_t> context(executor, body.save_to(path()));
  executor.run();
  ASSERT_EQ(pieces, 3);
  EXPECT_FALSE(fs::is_empty(directory));
  context.stop();
  executor.run();
  EXPECT_TRUE(fs::is_empty(directory));
  EXPECT_THROW(context.take(), async::Cancelled);
}

TEST_F(BodySave, BeginsAndEndsOnThreadsThatMayWaitForTheDisk) {
  struct Counting final : async::BlockingExecutor {
    bool submit(async::BlockingWork& work) override {
      ++submitted;
      work.run();
      return true;
    }
    bool withdraw(async::BlockingWork&) noexcept override { return false; }
    bool has_reserve() const noexcept override { return reserve; }
    int submitted = 0;
    bool reserve = true;
  };
  const auto submitted = [&](int blocks, bool has_reserve) {
    Body body = Body::produced_by([blocks, n = 0]() mutable -> std::optional<std::string> {
      return n++ < blocks ? std::optional(std::string(64 << 10, 'x')) : std::nullopt;
    });
    Counting disk;
    disk.reserve = has_reserve;
    async::ManualExecutor executor;
    executor.set_blocking_executor(disk);
    async::TestContext<std::uint64_t> context(executor, body.save_to(path()));
    executor.run();
    EXPECT_EQ(context.take(), static_cast<std::uint64_t>(blocks) << 16);
    return disk.submitted;
  };
  EXPECT_EQ(submitted(16, true), 17);
  EXPECT_GE(submitted(100, true), 17) << "how many more depends on the disk";
  EXPECT_EQ(submitted(100, false), 101) << "the disk is known to be slow";
}

TEST_F(BodySave, SavesOnce) {
  Body body("text");
  run_to_end(body.save_to(path()));
  EXPECT_THROW(run_to_end(body.save_to(path())), std::logic_error);
  Body read("text");
  EXPECT_EQ(*run_to_end(read.next()), "text");
  EXPECT_THROW(run_to_end(read.save_to(path())), std::logic_error);
  Body gathered_before = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    return n++ == 0 ? std::optional<std::string>("whole") : std::nullopt;
  });
  run_to_end(gathered_before.gather(100));
  EXPECT_EQ(run_to_end(gathered_before.save_to(path())), 5u);
}

TEST_F(BodySave, SaysWhyAFileCannotBeSavedAtAPath) {
  const auto fault = [&](const std::string& at) -> std::string {
    Body body("text");
    try {
      run_to_end(body.save_to(at));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  };
  const std::string there = directory;
  EXPECT_EQ(fault(there + "/none/file"), "cannot save to '" + there +
                                             "/none/file': No such file or directory; make the "
                                             "directory first");
  EXPECT_EQ(fault(there), "cannot save to '" + there + "': Is a directory; name a file in it");
}

}  // namespace
}  // namespace mastic::app
