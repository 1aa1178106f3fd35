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
#include "mastic/base/temp_tree.h"

namespace mastic::testing {
namespace {

TEST(SaveMemory, HoldsNoCopyOfALargePieceThatComesBehindASmallOne) {
  if (!base::counts_allocations()) GTEST_SKIP();
  constexpr std::size_t kLarge = 8 << 20;
  const base::TempTree tree;
  app::Body body = app::Body::produced_by([given = 0]() mutable -> std::optional<std::string> {
    const std::size_t sizes[] = {1, kLarge, 70'000, 1};
    return given < 4 ? std::optional(std::string(sizes[given++], 'x')) : std::nullopt;
  });
  const std::size_t before = base::allocations_so_far().bytes;
  EXPECT_EQ(async::run_to_end(body.save_to(tree.path_of("file"))), kLarge + 70'002);
  EXPECT_LT(base::allocations_so_far().bytes - before, kLarge + (1 << 20));
  EXPECT_EQ(std::filesystem::file_size(tree.path() / "file"), kLarge + 70'002);
}

}  // namespace
}  // namespace mastic::testing
