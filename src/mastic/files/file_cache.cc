#include "mastic/files/file_cache.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "mastic/base/date.h"
#include "mastic/http/date.h"
#include "mastic/http/media_type.h"

namespace mastic::files {
namespace {

constexpr base::Duration kTrusted = std::chrono::seconds(1);

void append_hexadecimal(std::string& out, std::uint64_t number) {
  char digits[16];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

/// The whole of a small file; nothing when it changes while it is read.
std::optional<std::string> read_whole(const base::Descriptor& file, std::uint64_t size) {
  std::string content(size + 1, '\0');  // one more, to notice that it grew
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = file.kernel().pread(file.fd(), content.data() + have, content.size() - have,
                                            static_cast<std::int64_t>(have));
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  if (have != size) return std::nullopt;
  content.resize(size);
  return content;
}

}  // namespace

std::string CachedFile::entity_tag(std::string_view of_coding) const {
  std::string tag = "\"";
  append_hexadecimal(tag, static_cast<std::uint64_t>(status.modified));
  append_hexadecimal(tag += '.', static_cast<std::uint64_t>(status.modified_ns));
  if (status.modified_ns == 0) {
    append_hexadecimal(tag += '.', static_cast<std::uint64_t>(status.changed));
  }
  append_hexadecimal(tag += '-', status.size);
  if (!of_coding.empty()) tag.append("-").append(of_coding);
  return tag += '"';
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
    tree = shard.tree;
  }
  if (!tree) return std::unexpected(http::Status::NotFound);
  auto loaded = load(*tree, std::string(path), known);
  const bool keeps = loaded && (*loaded)->status.kind == FileStatus::Kind::File;
  const std::lock_guard lock(shard.mutex);
  if (shard.tree != tree) return loaded;  // another tree took its place meanwhile
  if (const auto found = shard.by_path.find(path); found != shard.by_path.end()) {
    drop(shard, found->second);
  }
  if (keeps) keep(shard, path, *loaded, now);
  return loaded;
}

/// `known` when the file and its siblings are still those.
FileCache::Loaded FileCache::load(const Tree& tree, const std::string& path,
                                  const std::shared_ptr<const CachedFile>& known) const {
  auto loaded = load_alone(tree, path, http::ContentCoding::Identity, known);
  const bool may_have_siblings =
      loaded && options_.precompressed && (*loaded)->status.kind == FileStatus::Kind::File;
  if (!may_have_siblings) return loaded;
  auto siblings = load_siblings(tree, path, **loaded, known);
  if (siblings == (*loaded)->siblings) return loaded;
  CachedFile whole = **loaded;
  whole.siblings = std::move(siblings);
  whole.fields = fields_of(whole);
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
    if ((*loaded)->status.modified >= file.status.modified) siblings.push_back({coding, *loaded});
  }
  return siblings;
}

/// `known` when the file is still that one. With a coding, `path` has that one's ending.
FileCache::Loaded FileCache::load_alone(const Tree& tree, const std::string& path,
                                        http::ContentCoding coding,
                                        const std::shared_ptr<const CachedFile>& known) const {
  auto opened = tree.open_file(path);
  if (!opened) return std::unexpected(opened.error());
  if (opened->status.kind == FileStatus::Kind::Other) {
    return std::unexpected(http::Status::NotFound);
  }
  if (known && known->status == opened->status) return known;
  CachedFile file;
  file.status = opened->status;
  file.descriptor = std::make_shared<const base::Descriptor>(std::move(opened->descriptor));
  const bool small = file.status.kind == FileStatus::Kind::File &&
                     file.status.size <= options_.max_memory_file_bytes;
  if (small) file.content = read_whole(*file.descriptor, file.status.size);
  if (file.content) file.descriptor.reset();
  const bool is_coded = coding != http::ContentCoding::Identity;
  file.coding = coding;
  file.media_type =
      http::media_type_of(is_coded ? std::string_view(path).substr(0, path.rfind('.')) : path);
  if (file.status.kind == FileStatus::Kind::File) file.fields = fields_of(file);
  return std::make_shared<const CachedFile>(std::move(file));
}

http::Fields FileCache::fields_of(const CachedFile& file) const {
  using http::FieldName;
  const bool is_coded = file.coding != http::ContentCoding::Identity;
  http::Fields fields;
  fields.add(FieldName::ETag, file.entity_tag(is_coded ? to_string(file.coding) : ""));
  if (base::has_date(file.status.modified)) {
    fields.add(FieldName::LastModified, http::format_date(file.status.modified));
  }
  if (!options_.cache_control.empty()) fields.add(FieldName::CacheControl, options_.cache_control);
  if (is_coded || !file.siblings.empty()) fields.add(FieldName::Vary, "Accept-Encoding");
  fields.add(FieldName::AcceptRanges, "bytes");
  if (is_coded) fields.add(FieldName::ContentEncoding, to_string(file.coding));
  fields.add(FieldName::ContentType, file.media_type);
  return fields;
}

void FileCache::keep(Shard& shard, std::string_view path, std::shared_ptr<const CachedFile> file,
                     base::Instant now) {
  shard.bytes += file->bytes();
  shard.files += file->files();
  shard.entries.push_front({std::string(path), std::move(file), now});
  shard.by_path.emplace(shard.entries.front().path, shard.entries.begin());
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

/// Requires: the shard is locked.
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
