#include "mastic/testing/leaks.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "mastic/base/descriptor.h"
#include "mastic/base/failures.h"
#include "mastic/base/kernel.h"
#include "mastic/testing/temp_tree.h"
#include "mastic/threads/event.h"

namespace mastic::testing {
namespace {

TEST(Leaks, NamesADescriptorAndWhatItIs) {
  const Leaks leaks;
  EXPECT_EQ(leaks.to_string(), "");
  const std::size_t before = Leaks::descriptors();
  {
    const base::Descriptor file(base::system_kernel(),
                                base::system_kernel().open("/dev/null", O_RDONLY | O_CLOEXEC, 0));
    EXPECT_EQ(leaks.to_string(), "descriptor " + std::to_string(file.fd()) + " (/dev/null)");
    EXPECT_EQ(Leaks::descriptors(), before + 1);
  }
  EXPECT_EQ(leaks.to_string(), "");
}

TEST(Leaks, NamesAThreadUntilItHasEnded) {
  const Leaks leaks;
  threads::Event ends;
  std::thread thread([&] { ends.wait(); });
  const std::string said = leaks.to_string();
  EXPECT_TRUE(said.starts_with("thread ")) << said;
  ends.set();
  thread.join();
  EXPECT_EQ(leaks.to_string(), "");
}

TEST(Leaks, NamesTemporaryFiles) {
  const TempTree folder;
  const Leaks leaks({folder.path()});
  folder.write("kept.txt", "x");
  EXPECT_EQ(leaks.to_string(), "");
  folder.write(".mastic-5f.part", "x");
  EXPECT_EQ(leaks.to_string(), "temporary file " + folder.path_of(".mastic-5f.part"));
  {
    const TempTree other;
    EXPECT_EQ(leaks.found().size(), 2u);
  }
  EXPECT_EQ(leaks.found().size(), 1u);
}

TEST(Failures, SayWhenAllocationsCannotFailInThisProgram) {
  setenv("MASTIC_FAILURE", "alloc:7", 1);
  std::string message;
  try {
    base::for_each_failure([] {}, {.allocations = false, .errors = {EIO}});
  } catch (const std::logic_error& error) {
    message = error.what();
  }
  unsetenv("MASTIC_FAILURE");
  EXPECT_TRUE(message.contains("link the CMake target mastic::failing_allocations")) << message;
}

}  // namespace
}  // namespace mastic::testing
