#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "file_list.h"
#include "hash_files.h"
#include "progress.h"
#include "sha256.h"

namespace fs = std::filesystem;

namespace {

// The digest of "abc", an example of FIPS 180-4, and the digest of no bytes.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A temporary directory with two files and a link.
struct HashDirectory : testing::Test {
  HashDirectory() : root(testing::TempDir() + "hash_directory." + std::to_string(getpid())) {
    fs::create_directories(root + "/deep/er");
    write("abc", "abc");
    write("deep/er/empty", "");
    fs::create_symlink("abc", root + "/link");
  }
  ~HashDirectory() override { fs::remove_all(root); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(root + "/" + name, std::ios::binary) << content;
  }
  /// Hashes `files` and returns the lines that the program would print.
  std::vector<std::string> hash(const std::vector<File>& files) {
    mastic::threads::ThreadPool pool({.max_threads = 3});
    std::vector<std::string> lines;
    hash_files(pool, files, progress, [&](const Hashed& hashed) {
      lines.push_back(hashed.error.empty() ? hashed.digest + "  " + hashed.file.path
                                           : hashed.error);
    });
    return lines;
  }

  const std::string root;
  Progress progress;
};

}  // namespace

TEST_F(HashDirectory, ListsPlainFilesByTheirPaths) {
  const auto files = list_files(root);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].path, root + "/abc");
  EXPECT_EQ(files[0].bytes, 3u);
  EXPECT_EQ(files[1].path, root + "/deep/er/empty");
  EXPECT_THROW((void)list_files(root + "/nowhere"), fs::filesystem_error);
}

TEST_F(HashDirectory, HashesAFileInPieces) {
  EXPECT_EQ(sha256_of_file(root + "/abc"), kAbc);
  write("big", std::string(1'000'000, 'a'));
  std::size_t bytes = 0;
  EXPECT_EQ(sha256_of_file(root + "/big", [&](std::size_t piece) { bytes += piece; }),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(bytes, 1'000'000u);
}

TEST_F(HashDirectory, HashesFilesInOrder) {
  EXPECT_EQ(hash(list_files(root)),
            (std::vector{std::string(kAbc) + "  " + root + "/abc",
                         std::string(kNothing) + "  " + root + "/deep/er/empty"}));
  EXPECT_EQ(draw(progress), "[##############################]  100 %  2 of 2 files  3 B");
}

TEST_F(HashDirectory, ReportsUnreadableFilesAndHashesTheRest) {
  const auto files = list_files(root);
  fs::remove(root + "/abc");
  const auto lines = hash(files);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], root + "/abc: cannot be opened");
  EXPECT_EQ(lines[1], std::string(kNothing) + "  " + root + "/deep/er/empty");
}

TEST_F(HashDirectory, DrawsItsProgress) {
  progress.all_bytes = 2'400'000;
  progress.all_files = 6;
  progress.bytes = 1'200'000;
  progress.files = 3;
  EXPECT_EQ(draw(progress), "[###############...............]  50 %  3 of 6 files  1.2 MB");
  progress.bytes = 9'000'000;
  EXPECT_EQ(draw(progress), "[##############################]  100 %  3 of 6 files  9.0 MB");
}
