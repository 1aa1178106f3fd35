// A cache of files: small ones in memory, large ones as open descriptors.

#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/files/options.h"
#include "mastic/files/root.h"
#include "mastic/files/tree.h"
#include "mastic/http/content_coding.h"
#include "mastic/http/fields.h"
#include "mastic/http/media_type.h"

namespace mastic::files {

/// One version of a file. It is immutable and lives as long as an answer is sent from it.
struct CachedFile {
  /// A precompressed sibling, such as `name.br` beside `name`.
  struct Sibling {
    http::ContentCoding coding;
    std::shared_ptr<const CachedFile> file;
    friend bool operator==(const Sibling&, const Sibling&) = default;
  };

  std::shared_ptr<const base::Descriptor> descriptor;
  FileStatus status;
  std::optional<std::string> content;  ///< the content, if the file is small
  std::vector<Sibling> siblings;       ///< siblings not older than the file, best coding first
  /// The content coding: that of a sibling, or the one that follows from the file's own name.
  http::ContentCoding coding = http::ContentCoding::Identity;
  std::string media_type;  ///< the media type; for a sibling, that of the original file
  /// The fields of an answer with the whole file. They are prepared here, so that a request only
  /// copies them.
  http::Fields fields;

  /// Makes a strong entity tag, with quotes, that differs for every version of the file. The tag
  /// consists of the time of modification and the size. A time without a fraction of a second may
  /// have been set by a program, such as an archiver. In that case the tag also contains the time
  /// of the last change (ctime) and the inode. `of_coding` is the content coding, or empty.
  [[nodiscard]] std::string entity_tag(std::string_view of_coding) const;
  /// Makes the fields of an answer with the whole file. `negotiated` says that the client gets one of
  /// several codings; `cache_control` may be empty.
  [[nodiscard]] http::Fields make_fields(std::string_view cache_control, bool negotiated) const;
  /// The number of files for which this entry counts in the cache.
  [[nodiscard]] std::size_t files() const { return 1 + siblings.size(); }
  /// The number of bytes of memory for which this entry counts in the cache.
  [[nodiscard]] std::uint64_t bytes() const;
};

/// Keeps files of the root's current tree. An entry is used for one second without a check, and is
/// then compared with the file system. So a change is served after at most a second. When there is
/// no room, the least recently used entry is dropped. Any thread may call these functions.
class FileCache {
 public:
  /// Makes an empty cache. Requires: `options` passed their check; `root` and `options` outlive the
  /// cache.
  FileCache(const Root& root, const Options& options);

  /// Returns the regular file or directory at `path`. A file comes with its precompressed siblings,
  /// if Options ask for them. Directories are not cached. The error is the status to answer.
  [[nodiscard]] std::expected<std::shared_ptr<const CachedFile>, http::Status> get(
      std::string_view path);
  /// Drops all entries of trees that are no longer the root's current tree, so that no files of
  /// those trees stay open.
  void drop_former_trees();

 private:
  struct Entry {
    std::string path;
    std::shared_ptr<const CachedFile> file;
    base::Instant checked;
  };
  using Entries = std::list<Entry>;
  /// A part of the cache with its own mutex, so that threads rarely contend.
  struct Shard {
    std::mutex mutex;
    std::shared_ptr<const Tree> tree;  ///< the tree to which all entries belong
    Entries entries;                   ///< most recently used first
    std::unordered_map<std::string_view, Entries::iterator> by_path;
    std::uint64_t bytes = 0;
    std::size_t files = 0;
  };
  static constexpr std::size_t kShards = 16;

  [[nodiscard]] Shard& shard_of(std::string_view path);
  using Loaded = std::expected<std::shared_ptr<const CachedFile>, http::Status>;
  [[nodiscard]] Loaded load(const Tree& tree, const std::string& path,
                            const std::shared_ptr<const CachedFile>& known) const;
  [[nodiscard]] Loaded load_alone(const Tree& tree, const std::string& path,
                                  http::ContentCoding coding,
                                  const std::shared_ptr<const CachedFile>& known) const;
  [[nodiscard]] std::vector<CachedFile::Sibling> load_siblings(
      const Tree& tree, const std::string& path, const CachedFile& file,
      const std::shared_ptr<const CachedFile>& known) const;
  [[nodiscard]] http::Fields fields_of(const CachedFile& file, bool negotiated) const;
  [[nodiscard]] bool is_shared(std::string_view media_type) const;
  void keep(Shard& shard, std::string_view path, std::shared_ptr<const CachedFile> file,
            base::Instant now);
  static void drop(Shard& shard, Entries::iterator entry);
  void move_to_current_tree(Shard& shard) const;

  const Root& root_;
  const Options& options_;
  http::MediaTypes types_;
  std::string shared_;  ///< the media ranges of Options::share, as a list
  std::array<Shard, kShards> shards_;
};

}  // namespace mastic::files
