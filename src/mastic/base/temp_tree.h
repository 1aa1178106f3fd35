// A temporary folder with files, for a test.
//
//     TempTree tree{{"public/index.html", "<p>hi"}, {"site.ini", "..."}};
//     TestClient client("config:" + (tree.path() / "site.ini").string());
//     client.post("/save", "text");
//     EXPECT_EQ(tree.changes().to_string(), "created public/text.txt\n");

#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"

namespace mastic::base {

/// A file to begin with: its path in the folder, and its content. A path that ends with a slash is
/// that of a folder.
struct TreeFile {
  std::string path;          ///< "public/index.html"; "uploads/" for a folder
  std::string content = {};  ///< the bytes of the file
};

/// What is in a folder at one moment: for each path in it, the content of a file, or for a link
/// where it leads. The path of a folder ends with a slash.
using TreeSnapshot = std::map<std::string, std::string, std::less<>>;

/// The difference between two snapshots. Paths are in alphabetical order.
struct TreeChanges {
  std::vector<std::string> created;  ///< what is there only in the second one
  std::vector<std::string> changed;  ///< files with other content, links to another place
  std::vector<std::string> deleted;  ///< what was there only in the first one

  /// Whether nothing differs.
  [[nodiscard]] bool empty() const { return created.empty() && changed.empty() && deleted.empty(); }
  /// One line for each path: "created PATH", "changed PATH", "deleted PATH".
  [[nodiscard]] std::string to_string() const;
};

/// A new folder in the folder for temporary files, removed with this object and with everything in
/// it. Its functions throw std::runtime_error, with the place in the test and the path, for what the
/// file system refuses, and for a path that leads out of the folder.
class TempTree {
 public:
  /// The place of a call in the test, with which the message of a failure begins.
  using Where = std::source_location;

  /// Makes the folder, and `files` in it. Folders on the way to a file are made, too.
  TempTree(std::initializer_list<TreeFile> files = {}, Where where = Where::current());
  ~TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  /// The folder.
  [[nodiscard]] const std::filesystem::path& path() const MASTIC_LIFETIMEBOUND { return path_; }
  /// The path of something in the folder, as text.
  [[nodiscard]] std::string path_of(std::string_view name, Where where = Where::current()) const {
    return within(name, where).string();
  }
  /// Writes a file, in place of one that is there. Folders on the way to it are made.
  void write(std::string_view name, std::string_view content, Where where = Where::current()) const;
  /// The content of a file.
  [[nodiscard]] std::string read(std::string_view name, Where where = Where::current()) const;
  /// Whether there is a file, link or folder with this path.
  [[nodiscard]] bool contains(std::string_view name, Where where = Where::current()) const;

  /// What is in the folder now.
  [[nodiscard]] TreeSnapshot snapshot(Where where = Where::current()) const;
  /// What has changed since the folder was made.
  [[nodiscard]] TreeChanges changes(Where where = Where::current()) const {
    return changes(first_, where);
  }
  /// What has changed since `before`.
  [[nodiscard]] TreeChanges changes(const TreeSnapshot& before,
                                    Where where = Where::current()) const;

 private:
  [[nodiscard]] std::filesystem::path within(std::string_view name, const Where& where) const;

  std::filesystem::path path_;
  TreeSnapshot first_;
};

}  // namespace mastic::base
