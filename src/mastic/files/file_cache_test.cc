#include "mastic/files/file_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::files {
namespace {

using namespace std::chrono_literals;

struct FileCacheTest : testing::Test {
  std::string read(const std::string& path) {
    const auto file = cache.get(path);
    if (!file) return std::to_string(code(file.error()));
    return (*file)->content.value_or("on disk");
  }
  TemporaryTree files;
  base::ScriptedKernel kernel;
  Options options;
  std::unique_ptr<Root> root = Root::open(kernel, files.root()).value();
  FileCache cache{*root, options};
};

TEST_F(FileCacheTest, KeepsSmallFilesInMemory) {
  files.write("a", "content");
  EXPECT_EQ(read("a"), "content");
  const int before = kernel.calls("openat2");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read("a"), "content");
  EXPECT_EQ(kernel.calls("openat2"), before);
}

TEST_F(FileCacheTest, FindsTheSiblingsOfAFile) {
  files.write("a", "content");
  files.write("a.gz", "zipped");
  files.write("a.br", "older", 1000);
  const auto first = *cache.get("a");
  ASSERT_EQ(first->siblings.size(), 1u);
  EXPECT_EQ(first->siblings[0].coding, http::ContentCoding::Gzip);
  kernel.advance(1s);
  EXPECT_EQ(*cache.get("a"), first);
  files.write("a.br", "newer");
  kernel.advance(1s);
  EXPECT_EQ((*cache.get("a"))->siblings.size(), 2u);
}

TEST_F(FileCacheTest, KeepsLargeFilesOpen) {
  files.write("large", std::string(100'000, 'x'));
  const auto first = cache.get("large");
  ASSERT_TRUE(first);
  EXPECT_FALSE((*first)->content);
  EXPECT_TRUE((*first)->descriptor->is_open());
  EXPECT_EQ(*cache.get("large"), *first);
}

TEST_F(FileCacheTest, NoticesAChangeWithinASecond) {
  files.write("a", "old", 1000);
  EXPECT_EQ(read("a"), "old");
  const std::string tag = (*cache.get("a"))->entity_tag("");
  files.write("a", "new", 2000);
  EXPECT_EQ(read("a"), "old");
  kernel.advance(1s);
  EXPECT_EQ(read("a"), "new");
  EXPECT_NE((*cache.get("a"))->entity_tag(""), tag);
  std::filesystem::remove(files.root() / "a");
  kernel.advance(1s);
  EXPECT_EQ(read("a"), "404");
}

TEST_F(FileCacheTest, KeepsAnEntryWhoseFileDidNotChange) {
  files.write("a", "same");
  const auto first = cache.get("a");
  kernel.advance(5s);
  EXPECT_EQ(*cache.get("a"), *first);
}

TEST_F(FileCacheTest, DropsTheLeastRecentlyUsedEntry) {
  options.max_open_files = 16;  // one per shard
  for (int i = 0; i < 200; ++i) {
    files.write(std::to_string(i), std::to_string(i));
    EXPECT_EQ(read(std::to_string(i)), std::to_string(i));
  }
  const int before = kernel.calls("openat2");
  for (int i = 0; i < 200; ++i) EXPECT_EQ(read(std::to_string(i)), std::to_string(i));
  EXPECT_GT(kernel.calls("openat2"), before + 150);
}

TEST_F(FileCacheTest, BoundsItsMemory) {
  options.max_memory_bytes = 16 * 1000;
  for (int i = 0; i < 100; ++i) files.write(std::to_string(i), std::string(900, 'x'));
  std::vector<std::weak_ptr<const CachedFile>> kept;
  for (int i = 0; i < 100; ++i) kept.push_back(*cache.get(std::to_string(i)));
  const auto alive = std::ranges::count_if(kept, [](const auto& file) { return !file.expired(); });
  EXPECT_LE(alive, 16);
}

TEST_F(FileCacheTest, TagsDifferByVersionAndCoding) {
  files.write("a", "1", 1000);
  files.write("b", "1", 1001);
  files.write("c", "12", 1000);
  EXPECT_NE((*cache.get("a"))->entity_tag(""), (*cache.get("b"))->entity_tag(""));
  EXPECT_NE((*cache.get("a"))->entity_tag(""), (*cache.get("c"))->entity_tag(""));
  EXPECT_NE((*cache.get("a"))->entity_tag(""), (*cache.get("a"))->entity_tag("br"));
  EXPECT_TRUE((*cache.get("a"))->entity_tag("br").ends_with("-1-br\""));
}

TEST_F(FileCacheTest, TagsDifferForFilesOfTheSameSizeAndTime) {
  files.write("a", "1", 1000);
  const std::string tag = (*cache.get("a"))->entity_tag("");
  files.write("other", "2", 1000);
  std::filesystem::rename(files.root() / "other", files.root() / "a");
  kernel.advance(1s);
  EXPECT_EQ(read("a"), "2");
  EXPECT_NE((*cache.get("a"))->entity_tag(""), tag);
}

/// A clock that the test advances while other threads read it.
struct CountedSeconds final : base::ForwardingKernel {
  CountedSeconds() : ForwardingKernel(base::system_kernel()) {}
  base::Instant monotonic_now() override {
    return base::Instant(std::chrono::seconds(unix_seconds()));
  }
  std::int64_t unix_seconds() override { return seconds.load(); }
  std::atomic<std::int64_t> seconds{1000};
};

TEST(FileCache, FollowsASwitchedRootWhileManyThreadsRead) {
  namespace fs = std::filesystem;
  TemporaryTree files;
  CountedSeconds kernel;
  const Options options;
  files.write("one/a", "one");
  files.write("two/a", "two");
  fs::create_directory_symlink("one", files.root() / "current");
  const auto root = Root::open(kernel, files.root() / "current").value();
  FileCache cache(*root, options);
  std::atomic<bool> ends = false;
  std::atomic<int> strange = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!ends) {
        const auto found = cache.get("a");
        const bool is_known = found && ((*found)->content == "one" || (*found)->content == "two");
        if (!is_known) ++strange;
      }
    });
  }
  for (int i = 0; i < 40; ++i) {
    const char* const release = i % 2 == 0 ? "two" : "one";
    fs::create_directory_symlink(release, files.root() / "next");
    fs::rename(files.root() / "next", files.root() / "current");
    ++kernel.seconds;
    ASSERT_TRUE(root->look());
    EXPECT_EQ((*cache.get("a"))->content, release);
    cache.drop_former_trees();
  }
  ends = true;
  readers.clear();
  EXPECT_EQ(strange, 0);
}

}  // namespace
}  // namespace mastic::files
