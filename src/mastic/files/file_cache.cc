#include "mastic/files/file_cache.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "mastic/base/date.h"
#include "mastic/base/text.h"
#include "mastic/http/accept.h"
#include "mastic/http/date.h"

namespace mastic::files {
namespace {

constexpr base::Duration kTrusted = std::chrono::seconds(1);  // until an entry is checked again

void append_hexadecimal(std::string& out, std::uint64_t number) {
  char digits[16];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

/// Returns the content coding that follows from the name of a file itself. `.svgz` is an SVG image
/// that is stored compressed: without Content-Encoding a client could not read it.
http::ContentCoding own_coding(std::string_view path, std::string_view media_type) {
  constexpr std::string_view kEnding = ".svgz";
  const bool ends_so =
      path.size() > kEnding.size() &&
      base::equal_ignoring_case(path.substr(path.size() - kEnding.size()), kEnding);
  const bool is_image = ends_so && media_type == "image/svg+xml";
  return is_image ? http::ContentCoding::Gzip : http::ContentCoding::Identity;
}

/// Reads all of a small file. Returns std::nullopt if the size of the file changes meanwhile, or if
/// the file cannot be read.
std::optional<std::string> read_whole(const base::Descriptor& file, std::uint64_t size) {
  std::string content(size + 1, '\0');  // one more byte, to notice that the file grew
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = base::read_at(file, content.data() + have, content.size() - have, have);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  if (have != size) return std::nullopt;
  content.resize(size);
  return content;
}

}  // namespace

FileCache::FileCache(const Root& root, const Options& options) : root_(root), options_(options) {
  for (const std::string& rule : options.types) (void)types_.add(rule);
  for (const std::string& range : options.share) {
    shared_.append(shared_.empty() ? "" : ", ").append(range);
  }
}

std::string CachedFile::entity_tag(std::string_view of_coding) const {
  std::string tag = "\"";
  append_hexadecimal(tag, static_cast<std::uint64_t>(status.modified));
  append_hexadecimal(tag += '.', static_cast<std::uint64_t>(status.modified_ns));
  if (status.modified_ns == 0) {
    append_hexadecimal(tag += '.', static_cast<std::uint64_t>(status.changed));
    // The clock of a file system moves in steps of milliseconds. A file that replaced another one
    // within one step differs from the other one only by its inode.
    append_hexadecimal(tag += '.', status.inode);
  }
  append_hexadecimal(tag += '-', status.size);
  if (!of_coding.empty()) tag.append("-").append(of_coding);
  return tag += '"';
}

http::Fields CachedFile::make_fields(std::string_view cache_control, bool negotiated) const {
  using http::FieldName;
  const bool is_coded = coding != http::ContentCoding::Identity;
  http::Fields made;
  made.add(FieldName::ETag, entity_tag(is_coded ? to_string(coding) : ""));
  if (base::has_date(status.modified)) {
    made.add(FieldName::LastModified, http::format_date(status.modified));
  }
  if (!cache_control.empty()) made.add(FieldName::CacheControl, cache_control);
  if (negotiated) made.add(FieldName::Vary, "Accept-Encoding");
  made.add(FieldName::AcceptRanges, "bytes");
  if (is_coded) made.add(FieldName::ContentEncoding, to_string(coding));
  made.add(FieldName::ContentType, media_type);
  return made;
}

std::uint64_t CachedFile::bytes() const {
  std::uint64_t bytes = content ? content->size() : 0;
  for (const Sibling& sibling : siblings) bytes += sibling.file->bytes();
  return bytes;
}

std::expected<std::shared_ptr<const CachedFile>, http::Status> FileCache::get(
    std::string_view path) {
  Shard& shard = shard_of(path);
  const base::Instant now = root_.kernel().monotonic_now();
  std::shared_ptr<const Tree> tree;
  std::shared_ptr<const CachedFile> known;
  {
    const std::lock_guard lock(shard.mutex);
    move_to_current_tree(shard);
    const auto found = shard.by_path.find(path);
    if (found != shard.by_path.end()) {
      const auto entry = found->second;
      shard.entries.splice(shard.entries.begin(), shard.entries, entry);
      if (now - entry->checked < kTrusted) return entry->file;
      known = entry->file;
    }
    // The file is opened without the lock, because that may wait for a disk. Two threads may load
    // the same file; the second one then replaces the entry of the first.
    tree = shard.tree;
  }
  if (!tree) return std::unexpected(http::Status::NotFound);
  auto loaded = load(*tree, std::string(path), known);
  const bool keeps = loaded && (*loaded)->status.kind == FileStatus::Kind::File;
  const std::lock_guard lock(shard.mutex);
  if (shard.tree != tree) return loaded;  // the root was replaced meanwhile
  if (const auto found = shard.by_path.find(path); found != shard.by_path.end()) {
    drop(shard, found->second);
  }
  if (keeps) keep(shard, path, *loaded, now);
  return loaded;
}

/// Loads the file at `path` with its siblings. Returns `known` if nothing has changed.
FileCache::Loaded FileCache::load(const Tree& tree, const std::string& path,
                                  const std::shared_ptr<const CachedFile>& known) const {
  auto loaded = load_alone(tree, path, http::ContentCoding::Identity, known);
  const bool may_have_siblings = loaded && options_.precompressed &&
                                 (*loaded)->coding == http::ContentCoding::Identity &&
                                 (*loaded)->status.kind == FileStatus::Kind::File;
  if (!may_have_siblings) return loaded;
  auto siblings = load_siblings(tree, path, **loaded, known);
  // A CachedFile is immutable and may be in use, so a change of its siblings makes a new one.
  if (siblings == (*loaded)->siblings) return loaded;
  CachedFile whole = **loaded;
  whole.siblings = std::move(siblings);
  whole.fields = fields_of(whole, !whole.siblings.empty());
  return std::make_shared<const CachedFile>(std::move(whole));
}

std::vector<CachedFile::Sibling> FileCache::load_siblings(
    const Tree& tree, const std::string& path, const CachedFile& file,
    const std::shared_ptr<const CachedFile>& known) const {
  constexpr std::pair<http::ContentCoding, const char*> kEndings[] = {
      {http::ContentCoding::Brotli, ".br"},
      {http::ContentCoding::Zstd, ".zst"},
      {http::ContentCoding::Gzip, ".gz"}};
  std::vector<CachedFile::Sibling> siblings;
  for (const auto& [coding, ending] : kEndings) {
    std::shared_ptr<const CachedFile> known_sibling;
    if (known) {
      const auto same = std::ranges::find(known->siblings, coding, &CachedFile::Sibling::coding);
      if (same != known->siblings.end()) known_sibling = same->file;
    }
    const auto loaded = load_alone(tree, path + ending, coding, known_sibling);
    if (!loaded || (*loaded)->status.kind != FileStatus::Kind::File) continue;
    // A sibling that is older than its file is left over from a former version of the file.
    if ((*loaded)->status.modified >= file.status.modified) siblings.push_back({coding, *loaded});
  }
  return siblings;
}

/// Loads the file at `path` without siblings. Returns `known` if the file has not changed. With a
/// `coding`, `path` has the ending of that coding.
FileCache::Loaded FileCache::load_alone(const Tree& tree, const std::string& path,
                                        http::ContentCoding coding,
                                        const std::shared_ptr<const CachedFile>& known) const {
  auto opened = tree.open_file(path);
  if (!opened) return std::unexpected(opened.error());
  if (opened->status.kind == FileStatus::Kind::Other) {
    return std::unexpected(http::Status::NotFound);
  }
  // The status includes ctime and inode, so any write or replacement makes a new version.
  if (known && known->status == opened->status) return known;
  CachedFile file;
  file.status = opened->status;
  file.descriptor = std::make_shared<const base::Descriptor>(std::move(opened->descriptor));
  // A small file is read whole, and its descriptor closed. A file that changes while it is read
  // stays open, like a large file.
  const bool small = file.status.kind == FileStatus::Kind::File &&
                     file.status.size <= options_.max_memory_file_bytes;
  if (small) file.content = read_whole(*file.descriptor, file.status.size);
  if (file.content) file.descriptor.reset();
  const bool is_coded = coding != http::ContentCoding::Identity;
  file.media_type = types_.of(is_coded ? std::string_view(path).substr(0, path.rfind('.')) : path);
  file.coding = is_coded ? coding : own_coding(path, file.media_type);
  if (file.status.kind == FileStatus::Kind::File) file.fields = fields_of(file, is_coded);
  return std::make_shared<const CachedFile>(std::move(file));
}

http::Fields FileCache::fields_of(const CachedFile& file, bool negotiated) const {
  http::Fields fields = file.make_fields(options_.cache_control, negotiated);
  if (is_shared(file.media_type)) fields.add(http::FieldName::AccessControlAllowOrigin, "*");
  return fields;
}

/// Whether pages of other origins may read files of this type (Options::share).
bool FileCache::is_shared(std::string_view media_type) const {
  const std::string_view essence = base::trim(base::take_until(media_type, ';'));
  return !shared_.empty() && http::choose_media_type(shared_, {&essence, 1}).has_value();
}

void FileCache::keep(Shard& shard, std::string_view path, std::shared_ptr<const CachedFile> file,
                     base::Instant now) {
  shard.bytes += file->bytes();
  shard.files += file->files();
  shard.entries.push_front({std::string(path), std::move(file), now});
  shard.by_path.emplace(shard.entries.front().path, shard.entries.begin());
  // Each shard has its part of the limits, so no counter is shared. The newest entry always stays,
  // even if it exceeds the limits alone.
  while (shard.entries.size() > 1 && (shard.bytes > options_.max_memory_bytes / kShards ||
                                      shard.files > options_.max_open_files / kShards)) {
    drop(shard, std::prev(shard.entries.end()));
  }
}

void FileCache::drop(Shard& shard, Entries::iterator entry) {
  shard.bytes -= entry->file->bytes();
  shard.files -= entry->file->files();
  shard.by_path.erase(entry->path);
  shard.entries.erase(entry);
}

void FileCache::drop_former_trees() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    move_to_current_tree(shard);
  }
}

/// Empties the shard if its entries are of a former tree. Requires: the shard is locked.
void FileCache::move_to_current_tree(Shard& shard) const {
  if (shard.tree.get() == root_.current()) return;
  shard.tree = root_.tree();
  shard.by_path.clear();
  shard.entries.clear();
  shard.bytes = shard.files = 0;
}

FileCache::Shard& FileCache::shard_of(std::string_view path) {
  return shards_[std::hash<std::string_view>()(path) % kShards];
}

}  // namespace mastic::files
