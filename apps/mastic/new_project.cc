#include "apps/mastic/new_project.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "mastic/base/text.h"

#include "apps/mastic/templates.h"

namespace mastic::program {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kOthers = "0123456789_-";

/// Names of targets that CMake keeps for itself, and of files that it makes in the folder where a
/// program of that name would be.
constexpr std::array<std::string_view, 13> kReserved{
    "all",        "clean",      "help",           "test",       "install",
    "preinstall", "package",    "package_source", "edit_cache", "rebuild_cache",
    "Makefile",   "CMakeFiles", "Testing"};

std::string_view folder_of(NewKind kind) {
  switch (kind) {
    case NewKind::Site:
      return "site/";
    case NewKind::App:
      return "app/";
    case NewKind::Filter:
      return "filter/";
  }
  return "";
}

/// The name as types have it: "my-stamp" is MyStamp.
std::string type_name(std::string_view name) {
  std::string type;
  bool begins_word = true;
  for (const char character : name) {
    const bool is_joint = character == '-' || character == '_';
    const bool is_small = character >= 'a' && character <= 'z';
    if (!is_joint) {
      type += begins_word && is_small ? static_cast<char>(character - 'a' + 'A') : character;
    }
    begins_word = is_joint;
  }
  return type;
}

/// Returns `text` with `name` in place of "demo", and `type` in place of "Demo".
std::string with_names(std::string_view text, std::string_view name, std::string_view type) {
  std::string made;
  while (!text.empty()) {
    const std::size_t at = std::min({text.find("demo"), text.find("Demo"), text.size()});
    made.append(text.substr(0, at));
    text.remove_prefix(at);
    if (text.empty()) break;
    made.append(text.front() == 'd' ? name : type);
    text.remove_prefix(4);
  }
  return made;
}

/// Whether the file is C++, where a name may have no '-'.
bool is_source(std::string_view path) { return path.ends_with(".cc") || path.ends_with(".h"); }

/// Where a file of a template is written: beside its name in the template, with the name of what is
/// made, and, for a project, in its folder.
std::string path_of(NewKind kind, std::string_view name, std::string_view in_template) {
  // With its dot, the file would have an effect on the repository of Mastic.
  if (in_template == "gitignore") in_template = ".gitignore";
  std::string path = with_names(in_template, identifier(name), {});
  if (kind != NewKind::Filter) path.insert(0, std::string(name) + "/");
  return path;
}

/// Writes a new file. When that fails, no part of the file is left.
base::Result<void> write_file(const std::string& path, std::string_view text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wx"),
                                                             &std::fclose);
  if (file == nullptr) return base::fail_with_number(errno, "cannot write " + path);
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                          std::fflush(file.get()) == 0;
  if (is_written) return {};
  const int number = errno;
  std::remove(path.c_str());
  return base::fail_with_number(number, "cannot write " + path);
}

struct NewFile {
  std::string path;
  std::string text;
};

std::vector<NewFile> files_of(NewKind kind, std::string_view name) {
  std::vector<NewFile> files;
  const std::string_view folder = folder_of(kind);
  for (const TemplateFile& file : template_files()) {
    if (!file.path.starts_with(folder)) continue;
    const std::string_view rest = file.path.substr(folder.size());
    const std::string word = is_source(rest) ? identifier(name) : std::string(name);
    files.push_back({path_of(kind, name, rest), with_names(file.text, word, type_name(name))});
  }
  return files;
}

}  // namespace

base::Result<void> check_name(NewKind kind, std::string_view name) {
  const std::string quoted = "'" + std::string(name) + "'";
  const auto allowed = [](char character) {
    return kLetters.contains(character) || kOthers.contains(character);
  };
  if (name.empty() || !kLetters.contains(name.front()) || !std::ranges::all_of(name, allowed)) {
    return base::fail(quoted,
                      " cannot be the name: a name begins with a letter, and has letters (a-z, "
                      "A-Z), digits, _ and -");
  }
  // Types have capitals: those of a filter `Site` would be those of the project's own site.h.
  if (kind == NewKind::Filter && base::lower_case(name) != name) {
    return base::fail(quoted,
                      " cannot be the name of a filter, which has no capital letters; write '",
                      base::lower_case(name), "'");
  }
  if (std::ranges::find(kReserved, name) != kReserved.end()) {
    return base::fail(quoted,
                      " cannot be the name, because CMake uses it for something of its own");
  }
  if (identifier(name).ends_with("_test")) {
    return base::fail(quoted, " cannot be the name, because files that end in _test.cc are tests");
  }
  return {};
}

std::string identifier(std::string_view name) {
  std::string made(name);
  std::ranges::replace(made, '-', '_');
  return made;
}

base::Result<std::vector<std::string>> write_new(NewKind kind, std::string_view name) {
  namespace fs = std::filesystem;
  const std::vector<NewFile> files = files_of(kind, name);
  std::error_code error;
  if (kind == NewKind::Filter) {
    for (const NewFile& file : files) {
      if (fs::exists(fs::symlink_status(file.path, error))) {
        return base::fail(file.path, " exists already; choose another name");
      }
    }
  } else if (fs::exists(fs::symlink_status(name, error))) {
    return base::fail(name, " exists already; choose another name, or remove it");
  } else if (!fs::create_directory(name, error)) {
    return base::fail_with_number(error.value(), "cannot make the folder " + std::string(name));
  }
  std::vector<std::string> written;
  for (const NewFile& file : files) {
    if (auto done = write_file(file.path, file.text); !done) {
      // Half a project is of no use, and would be in the way when the command is given again.
      for (const std::string& path : written) fs::remove(path, error);
      if (kind != NewKind::Filter) fs::remove(name, error);
      return std::unexpected(done.error());
    }
    written.push_back(file.path);
  }
  return written;
}

}  // namespace mastic::program
