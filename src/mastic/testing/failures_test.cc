#include "mastic/testing/failures.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/base/descriptor.h"
#include "mastic/base/failing_allocations.h"
#include "mastic/testing/temp_tree.h"

namespace mastic::testing {
namespace {

/// Sets MASTIC_FAILURE for a while.
class Wished {
 public:
  explicit Wished(const char* value) { setenv("MASTIC_FAILURE", value, 1); }
  ~Wished() { unsetenv("MASTIC_FAILURE"); }
  Wished(const Wished&) = delete;
  Wished& operator=(const Wished&) = delete;
};

/// What for_each_failure throws.
template <class Run>
std::string thrown_by(Run run, const FailureOptions& options = {}) {
  try {
    for_each_failure(run, options);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "nothing";
}

/// Allocates three times.
void allocate_thrice() {
  std::vector<std::unique_ptr<int>> made;
  made.reserve(2);
  made.push_back(std::make_unique<int>(1));
  made.push_back(std::make_unique<int>(2));
}
/// Opens two files of `kernel`, as far as that succeeds.
void open_twice(base::Kernel& kernel) {
  for (const char* const path : {"/dev/null", "/dev/zero"}) {
    const int fd = kernel.open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) kernel.close(fd);
  }
}

TEST(Failures, LetsEachAllocationFailOnce) {
  if (!base::counts_allocations()) GTEST_SKIP();
  EXPECT_EQ(for_each_failure(allocate_thrice).allocations, 3u);
}

TEST(Failures, LetsEachCallFailWithEachError) {
  std::vector<std::string> failed;
  const auto count = for_each_failure(
      [&](Failures& failures) {
        failures.during([&] { open_twice(failures.kernel()); });
        if (failures.has_failed()) failed.push_back(failures.text());
      },
      {.allocations = false, .errors = {EMFILE, ENOMEM}});
  EXPECT_EQ(count.calls, 4u);
  EXPECT_EQ(failed, (std::vector<std::string>{"the 1st open, EMFILE", "the 2nd open, EMFILE",
                                              "the 1st open, ENOMEM", "the 2nd open, ENOMEM"}));
}

TEST(Failures, CountsTheCallsOfSeveralStepsTogether) {
  if (!base::counts_allocations()) GTEST_SKIP();
  int runs = 0;
  for_each_failure([&](Failures& failures) {
    ++runs;
    const auto before = std::make_unique<int>(1);  // never fails
    failures.during(allocate_thrice);
    failures.during(allocate_thrice);
  });
  EXPECT_EQ(runs, 7);
}

TEST(Failures, NameTheFailureOfAFailedCheck) {
  if (!base::counts_allocations()) GTEST_SKIP();
  const auto run = [](Failures& failures) {
    try {
      failures.during(allocate_thrice);
    } catch (const std::bad_alloc&) {
      if (failures.nth() == 2) throw std::logic_error("half of it is there");
    }
  };
  EXPECT_EQ(thrown_by(run),
            "when the 2nd allocation fails: half of it is there\nMASTIC_FAILURE=alloc:2 repeats "
            "this run");
  const Wished wished("alloc:3");
  EXPECT_EQ(thrown_by(run), "nothing");
}

TEST(Failures, RepeatOneRunOnly) {
  std::vector<std::string> failed;
  const auto run = [&](Failures& failures) {
    failures.during([&] { open_twice(failures.kernel()); });
    failed.push_back(failures.replay());
  };
  const Wished wished("call:2:EIO");
  for_each_failure(run);
  EXPECT_EQ(failed, std::vector<std::string>{"call:2:EIO"});
}

TEST(Failures, SayWhatIsWrongWithTheWish) {
  for (const char* const wrong : {"alloc", "alloc:x", "call:3", "other:3", "alloc:7:EIO"}) {
    const Wished wished(wrong);
    EXPECT_EQ(thrown_by(allocate_thrice), "MASTIC_FAILURE is '" + std::string(wrong) +
                                              "': write alloc:7, call:3:ENOMEM or show");
  }
  const Wished wished("call:3:ENONE");
  EXPECT_EQ(thrown_by(allocate_thrice), "MASTIC_FAILURE: there is no error 'ENONE'");
}

TEST(Failures, ShowWhatIsLeftBehind) {
  std::vector<int> left;
  const auto run = [&](Failures& failures) {
    failures.during([&] {
      const int first = failures.kernel().open("/dev/null", O_RDONLY | O_CLOEXEC, 0);
      const int second = failures.kernel().open("/dev/null", O_RDONLY | O_CLOEXEC, 0);
      if (second < 0) return left.push_back(first);  // the mistake
      failures.kernel().close(first);
      failures.kernel().close(second);
    });
  };
  const std::string said = thrown_by(run, {.allocations = false, .errors = {EMFILE}});
  ASSERT_FALSE(left.empty());
  EXPECT_EQ(said, "when the 2nd open, EMFILE fails: this is left behind: descriptor " +
                      std::to_string(left.back()) +
                      " (/dev/null)\nMASTIC_FAILURE=call:2:EMFILE repeats this run");
  for (const int fd : left) base::system_kernel().close(fd);
}

TEST(Failures, AcceptWhatIsMadeOnce) {
  std::unique_ptr<base::Descriptor> kept;
  const auto run = [&](Failures& failures) {
    failures.during([&] { open_twice(failures.kernel()); });
    if (kept == nullptr) {
      kept = std::make_unique<base::Descriptor>(base::system_kernel(),
                                                base::system_kernel().open("/dev/null", 0, 0));
    }
  };
  EXPECT_EQ(for_each_failure(run, {.allocations = false, .errors = {EIO}}).calls, 2u);
}

TEST(Failures, LetAnExceptionWithoutAFailureLeave) {
  EXPECT_THROW(for_each_failure([] { throw 1; }), int);
  EXPECT_EQ(thrown_by([](Failures&) {}),
            "nothing can fail: the function never calls Failures::during");
}

TEST(Failures, DoNotNest) {
  EXPECT_TRUE(thrown_by([] {
                for_each_failure(allocate_thrice);
              }).contains("for_each_failure is called within for_each_failure"));
  EXPECT_EQ(thrown_by(allocate_thrice), "nothing");
}

TEST(Failures, CountFromOneInTheEnvironment) {
  for (const char* const wrong : {"alloc:0", "call:0:EIO", "call:4294967297:EIO"}) {
    const Wished wished(wrong);
    EXPECT_TRUE(thrown_by(allocate_thrice).contains("write alloc:7, call:3:ENOMEM or show"))
        << wrong;
  }
}

}  // namespace
}  // namespace mastic::testing
