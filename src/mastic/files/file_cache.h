// Files kept at hand: small ones in memory, large ones open.

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

/// One state of a file. Immutable; lives as long as anyone sends from it.
struct CachedFile {
  /// A precompressed sibling: `name.br` beside `name`.
  struct Sibling {
    http::ContentCoding coding;
    std::shared_ptr<const CachedFile> file;
    friend bool operator==(const Sibling&, const Sibling&) = default;
  };

  std::shared_ptr<const base::Descriptor> descriptor;
  FileStatus status;
  std::optional<std::string> content;  ///< of a small file
  std::vector<Sibling> siblings;       ///< those that are no older; the one to be preferred first
  http::ContentCoding coding = http::ContentCoding::Identity;  ///< as a sibling, or by its name
  std::string media_type;  ///< as that of the file it stands for
  /// Of an answer that has all of it: ready made, so that a request only copies them.
  http::Fields fields;

  /// A strong entity tag, with its quotes, that tells this state from every other. Where the time
  /// of modification has no fraction, and so may have been set by hand, the time of the last change
  /// and the number of the file (its inode) are in it too.
  [[nodiscard]] std::string entity_tag(std::string_view of_coding) const;
  /// What keeping it takes: files, and bytes of memory.
  [[nodiscard]] std::size_t files() const { return 1 + siblings.size(); }
  [[nodiscard]] std::uint64_t bytes() const;
};

/// Callable from every thread. An entry is trusted for a second, and then looked at anew, so a
/// changed file is served within that time; what is not used for longest goes when there is no
/// room. Of a tree that is no longer the root's it gives nothing.
class FileCache {
 public:
  /// `root` and `options` must outlive it. Requires: options that passed their check.
  FileCache(const Root& root, const Options& options);

  /// The regular file or directory at `path`; a directory is not kept. A file comes with its
  /// precompressed siblings, when Options want them. The error is what to answer.
  [[nodiscard]] std::expected<std::shared_ptr<const CachedFile>, http::Status> get(
      std::string_view path);
  /// Lets go of all that is not of the root's tree, so that nothing of another one stays open.
  void drop_former_trees();

 private:
  struct Entry {
    std::string path;
    std::shared_ptr<const CachedFile> file;
    base::Instant checked;
  };
  using Entries = std::list<Entry>;
  /// A part of the cache with a lock of its own, so that threads rarely meet.
  struct Shard {
    std::mutex mutex;
    std::shared_ptr<const Tree> tree;  ///< that all entries are of
    Entries entries;                   ///< the one used last first
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
  std::string shared_;  ///< media ranges, as a list
  std::array<Shard, kShards> shards_;
};

}  // namespace mastic::files
