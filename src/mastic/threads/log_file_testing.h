// A log file for tests: in a temporary place, and rotated by hand.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "mastic/base/kernel.h"
#include "mastic/threads/log_file.h"

namespace mastic::threads {

inline std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct TemporaryLog : testing::Test {
  ~TemporaryLog() override {
    std::filesystem::remove(path);
    std::filesystem::remove(renamed);
  }
  LogFile open(base::Kernel& kernel = base::system_kernel()) const {
    return LogFile::open(kernel, path).value();
  }
  void rotate() const { std::filesystem::rename(path, renamed); }

  std::string path = testing::TempDir() + "log." + std::to_string(getpid());
  std::string renamed = path + ".1";
};

}  // namespace mastic::threads
