#include "mastic/base/temp_tree.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace mastic::base {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const TempTree::Where& where, std::string_view what, const fs::path& path,
                         std::string_view why = {}) {
  std::string_view file = where.file_name();
  file = file.substr(file.rfind('/') + 1);
  std::string message = std::string(file) + ":" + std::to_string(where.line()) +
                        ": TempTree: cannot " + std::string(what) + " " + path.string();
  if (!why.empty()) message.append(": ").append(why);
  throw std::runtime_error(message);
}

std::string content_of(const fs::path& path, const TempTree::Where& where) {
  const std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) refuse(where, "read", path);
  return {std::istreambuf_iterator<char>(file.rdbuf()), {}};
}

}  // namespace

std::string TreeChanges::to_string() const {
  std::string text;
  for (const std::string& each : created) text += "created " + each + "\n";
  for (const std::string& each : changed) text += "changed " + each + "\n";
  for (const std::string& each : deleted) text += "deleted " + each + "\n";
  return text;
}

TempTree::TempTree(std::initializer_list<TreeFile> files, Where where) {
  // The number of the process shows whose folder is left when a test is killed.
  const std::string name = "mastic-" + std::to_string(getpid()) + "-XXXXXX";
  std::string pattern = fs::temp_directory_path() / name;
  if (mkdtemp(pattern.data()) == nullptr) refuse(where, "make", pattern);
  path_ = pattern;
  try {
    for (const TreeFile& file : files) write(file.path, file.content, where);
    first_ = snapshot(where);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    throw;
  }
}

TempTree::~TempTree() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void TempTree::write(std::string_view name, std::string_view content, Where where) const {
  const fs::path path = within(name, where);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) refuse(where, "make the folder of", path, error.message());
  if (name.ends_with('/')) return;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) refuse(where, "write", path);
}

std::string TempTree::read(std::string_view name, Where where) const {
  return content_of(within(name, where), where);
}

bool TempTree::contains(std::string_view name, Where where) const {
  return fs::exists(fs::symlink_status(within(name, where)));
}

TreeSnapshot TempTree::snapshot(Where where) const {
  TreeSnapshot all;
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    const std::string name = entry.path().lexically_relative(path_);
    if (entry.is_symlink()) {
      all[name] = "-> " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
      all[name + "/"];
    } else {
      all[name] = entry.is_regular_file() ? content_of(entry.path(), where) : "";
    }
  }
  return all;
}

TreeChanges TempTree::changes(const TreeSnapshot& before, Where where) const {
  TreeChanges changes;
  const TreeSnapshot now = snapshot(where);
  for (const auto& [name, content] : now) {
    const auto old = before.find(name);
    if (old == before.end()) {
      changes.created.push_back(name);
    } else if (old->second != content) {
      changes.changed.push_back(name);
    }
  }
  for (const auto& [name, content] : before) {
    if (!now.contains(name)) changes.deleted.push_back(name);
  }
  return changes;
}

fs::path TempTree::within(std::string_view name, const Where& where) const {
  const fs::path path = (path_ / name).lexically_normal();
  const fs::path relative = path.lexically_relative(path_);
  if (relative.empty() || *relative.begin() == "..") refuse(where, "go out of the folder to", path);
  return path;
}

}  // namespace mastic::base
