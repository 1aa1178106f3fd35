#include "mastic/base/leaks.h"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <future>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "mastic/base/failures.h"

namespace mastic::base {
namespace {

namespace fs = std::filesystem;

/// The names in a folder, as far as it can be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) paths.push_back(entry.path());
  return paths;
}

/// ThreadSanitizer begins a thread of its own together with the first one of the process.
void begin_thread_of_sanitizer() {
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
  static const bool has_begun = (std::async(std::launch::async, [] {}).get(), true);
  static_cast<void>(has_begun);
#endif
#endif
}

bool is_temporary(std::string_view name) { return name.starts_with(".mastic-"); }

}  // namespace

// The standard library ends the process when it has no memory for the list of a folder.
Leaks::Leaks(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  const FailuresPaused paused;
  descriptors_ = list_descriptors();
  threads_ = list_threads();
  files_ = list_files();
}

std::vector<std::string> Leaks::found() const {
  const FailuresPaused paused;
  std::vector<std::string> found;
  compare("descriptor", descriptors_, list_descriptors(), found);
  // A thread that was joined is still listed for a moment.
  Things threads_now = list_threads();
  for (int i = 0; i < 1000 && threads_now.size() > threads_.size(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    threads_now = list_threads();
  }
  compare("thread", threads_, threads_now, found);
  compare("temporary file", files_, list_files(), found);
  return found;
}

std::string Leaks::to_string() const {
  std::string text;
  for (const std::string& each : found()) text.append(text.empty() ? "" : ", ").append(each);
  return text;
}

std::size_t Leaks::descriptors() {
  const FailuresPaused paused;
  return list_descriptors().size();
}
std::size_t Leaks::threads() {
  const FailuresPaused paused;
  return list_threads().size();
}

Leaks::Things Leaks::list_descriptors() {
  Things things;
  for (const fs::path& path : entries_of("/proc/self/fd")) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    // The descriptor that reads the folder is gone by now.
    if (!error) things[path.filename()] = target;
  }
  return things;
}

Leaks::Things Leaks::list_threads() {
  begin_thread_of_sanitizer();
  Things things;
  for (const fs::path& path : entries_of("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(path / "comm"), name);
    if (!name.empty()) things[path.filename()] = name;
  }
  return things;
}

Leaks::Things Leaks::list_files() const {
  Things things;
  const std::string own = "mastic-" + std::to_string(getpid()) + "-";
  for (const fs::path& path : entries_of(fs::temp_directory_path())) {
    if (path.filename().string().starts_with(own)) things[path] = "";
  }
  for (const fs::path& folder : folders_) {
    for (const fs::path& path : entries_of(folder)) {
      if (is_temporary(path.filename().string())) things[path] = "";
    }
  }
  return things;
}

void Leaks::compare(const char* kind, const Things& before, const Things& now,
                    std::vector<std::string>& found) {
  if (now.size() <= before.size()) return;
  for (const auto& [name, what] : now) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == what) continue;
    std::string text = kind;
    text.append(" ").append(name);
    if (!what.empty()) text.append(" (").append(what).append(")");
    found.push_back(std::move(text));
  }
}

}  // namespace mastic::base
