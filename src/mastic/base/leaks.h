// What a piece of code leaves behind in its process: descriptors, threads, temporary files.
//
//     const Leaks leaks;
//     serve_and_stop();
//     EXPECT_EQ(leaks.to_string(), "");

#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mastic::base {

/// Compares what this process has with what it had when the object was made.
///
/// A temporary file is one of those that Mastic and TempTree make, found by its name: those of this
/// process in the folder for temporary files, and all in the folders that are given. A temporary
/// file without a name is a descriptor.
class Leaks {
 public:
  /// Notes what the process has now. Temporary files are also looked for in `folders`.
  explicit Leaks(std::vector<std::filesystem::path> folders = {});

  /// What there is more of now: "descriptor 9 (socket:[4711])", "thread 815 (mastic-loop)",
  /// "temporary file /tmp/.mastic-5f.part". Empty if there are not more of a kind than before. A
  /// thread that is about to end is given a second for it.
  [[nodiscard]] std::vector<std::string> found() const;
  /// What `found` returns, with commas between; empty for nothing.
  [[nodiscard]] std::string to_string() const;

  /// How many descriptors this process has.
  [[nodiscard]] static std::size_t descriptors();
  /// How many threads this process has.
  [[nodiscard]] static std::size_t threads();

 private:
  /// The name of each thing, and what it is.
  using Things = std::map<std::string, std::string>;

  static Things list_descriptors();
  static Things list_threads();
  [[nodiscard]] Things list_files() const;
  /// Adds to `found` what is in `now` and not in `before`, if there is more of it now.
  static void compare(const char* kind, const Things& before, const Things& now,
                      std::vector<std::string>& found);

  std::vector<std::filesystem::path> folders_;
  Things descriptors_;
  Things threads_;
  Things files_;
};

}  // namespace mastic::base
