// What Body::save_to takes of the heap.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mastic/app/body.h"
#include "mastic/async/context_testing.h"
#include "mastic/base/allocations_testing.h"

namespace mastic::testing {
namespace {

TEST(SaveMemory, HoldsNoCopyOfALargePieceThatComesBehindASmallOne) {
  if (!base::counts_allocations()) GTEST_SKIP();
  constexpr std::size_t kLarge = 8 << 20;
  char directory[] = "/tmp/mastic-save-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  app::Body body = app::Body::produced_by([given = 0]() mutable -> std::optional<std::string> {
    const std::size_t sizes[] = {1, kLarge, 70'000, 1};
    return given < 4 ? std::optional(std::string(sizes[given++], 'x')) : std::nullopt;
  });
  const std::size_t before = base::allocations_so_far().bytes;
  EXPECT_EQ(async::run_to_end(body.save_to(std::string(directory) + "/file")), kLarge + 70'002);
  EXPECT_LT(base::allocations_so_far().bytes - before, kLarge + (1 << 20));
  EXPECT_EQ(std::filesystem::file_size(std::string(directory) + "/file"), kLarge + 70'002);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace mastic::testing
