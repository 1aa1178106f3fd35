// For tests: the path of a database, whose files are removed at the end.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

struct TemporaryDatabase {
  TemporaryDatabase() = default;
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
  ~TemporaryDatabase() {
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path + ending);
  }

  const std::string path = testing::TempDir() + "teas_test." + std::to_string(getpid()) + ".db";
};
