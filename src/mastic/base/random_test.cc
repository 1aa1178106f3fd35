#include "mastic/base/random.h"

#include <gtest/gtest.h>

#include <system_error>

#include "mastic/base/kernel_testing.h"

namespace mastic::base {
namespace {

TEST(RandomNumber, DiffersEachTime) {
  EXPECT_NE(random_number(system_kernel()), random_number(system_kernel()));
}

TEST(RandomNumber, ComesEvenIfASignalInterrupts) {
  FailingKernel kernel(system_kernel());
  kernel.fail("getrandom", 1, EINTR);
  EXPECT_NE(random_number(kernel), 0u);
  EXPECT_EQ(kernel.calls("getrandom"), 2);
}

TEST(RandomNumber, ComesFromTheDeviceWhereTheCallIsMissingOrForbidden) {
  for (const int number : {ENOSYS, EPERM}) {
    FailingKernel kernel(system_kernel());
    kernel.fail("getrandom", 1, number);
    EXPECT_NE(random_number(kernel), random_number(system_kernel()));
    EXPECT_EQ(kernel.calls("getrandom"), 1);
  }
}

TEST(RandomNumber, ThrowsWhenThereIsNoSource) {
  FailingKernel kernel(system_kernel());
  kernel.fail("getrandom", 1, ENOSYS);
  kernel.fail("open", 1, ENOENT);
  try {
    (void)random_number(kernel);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string_view(error.what()).find("Function not implemented"), std::string::npos);
  }
}

}  // namespace
}  // namespace mastic::base
