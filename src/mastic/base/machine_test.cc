#include "mastic/base/machine.h"

#include <gtest/gtest.h>

#include "mastic/base/system_files_testing.h"

namespace mastic::base {
namespace {

const std::string kMachine = "MemTotal:        8000000 kB\nMemFree:          900000 kB\n";
constexpr std::uint64_t kAll = 8'000'000ull * 1024;

std::optional<std::uint64_t> memory(std::map<std::string, std::string> files) {
  SystemFilesKernel kernel(std::move(files));
  return memory_of_process(kernel);
}

TEST(Machine, GivesAllItsMemoryToAProcessWithoutAGroup) {
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine}}), kAll);
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup", "0::/\n"},
                    {"/sys/fs/cgroup/memory.max", "max\n"}}),
            kAll);
}

TEST(Machine, GivesAProcessTheMemoryOfItsGroup) {
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup", "0::/system.slice/site.service\n"},
                    {"/sys/fs/cgroup/system.slice/site.service/memory.max", "536870912\n"},
                    {"/sys/fs/cgroup/system.slice/memory.max", "max\n"}}),
            512u << 20);
}

TEST(Machine, AppliesTheLimitOfAGroupAboveToo) {
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup", "0::/a/b/c\n"},
                    {"/sys/fs/cgroup/a/b/c/memory.max", "max\n"},
                    {"/sys/fs/cgroup/a/memory.max", "268435456\n"}}),
            256u << 20);
}

TEST(Machine, ReadsTheGroupsOfTheFirstVersion) {
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup",
                     "12:cpu,cpuacct:/other\n9:hugetlb,memory:/docker/x\n1:name=systemd:/y\n"},
                    {"/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "134217728\n"},
                    {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}}),
            128u << 20);
}

TEST(Machine, FindsTheGroupOfAContainerThatSeesItAsTheRoot) {
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup", "3:memory:/docker/0123\n0::/docker/0123\n"},
                    {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n"}}),
            64u << 20);
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup", "0::/kubepods/pod1/0123\n"},
                    {"/sys/fs/cgroup/memory.max", "67108864\n"}}),
            64u << 20);
}

TEST(Machine, IgnoresALimitAboveItsMemory) {
  EXPECT_EQ(memory({{"/proc/meminfo", kMachine},
                    {"/proc/self/cgroup", "0::/\n"},
                    {"/sys/fs/cgroup/memory.max", "99999999999999\n"}}),
            kAll);
}

TEST(Machine, ReturnsNothingWhenItCannotReadTheFiles) {
  EXPECT_FALSE(memory({}));
  EXPECT_FALSE(
      memory({{"/proc/meminfo", "MemTotal: much\n"}, {"/proc/self/cgroup", "nonsense\n::"}}));
}

TEST(Machine, ReportsTheMemoryOfThisMachine) {
  EXPECT_GT(memory_of_process(system_kernel()).value_or(0), 1u << 20);
}

TEST(Machine, GivesAProcessTheProcessorsOfItsGroup) {
  SystemFilesKernel one({{"/proc/self/cgroup", "0::/a/b\n"},
                         {"/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n"},
                         {"/sys/fs/cgroup/a/cpu.max", "max 100000\n"}});
  EXPECT_EQ(processors_of_group(one), 2u);
  SystemFilesKernel above({{"/proc/self/cgroup", "0::/a/b\n"},
                           {"/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n"},
                           {"/sys/fs/cgroup/a/cpu.max", "50000 100000\n"}});
  EXPECT_EQ(processors_of_group(above), 1u);
  SystemFilesKernel first_version({{"/proc/self/cgroup", "4:cpu,cpuacct:/b\n"},
                                   {"/sys/fs/cgroup/cpu/b/cpu.cfs_quota_us", "300000\n"},
                                   {"/sys/fs/cgroup/cpu/b/cpu.cfs_period_us", "100000\n"},
                                   {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                                   {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}});
  EXPECT_EQ(processors_of_group(first_version), 3u);
}

TEST(Machine, ReportsNoProcessorsWhenNoGroupLimitsThem) {
  SystemFilesKernel none(
      {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "max 100000\n"}});
  EXPECT_FALSE(processors_of_group(none));
  SystemFilesKernel nonsense(
      {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "1 0\n"}});
  EXPECT_FALSE(processors_of_group(nonsense));
}

TEST(Machine, ReadsOtherSettingsOfGroupsToo) {
  SystemFilesKernel kernel({{"/proc/self/cgroup", "0::/a\n4:cpu,cpuacct:/b\n"},
                            {"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"},
                            {"/sys/fs/cgroup/cpu/b/cpu.cfs_quota_us", "50000\n"}});
  EXPECT_EQ(read_cgroups(kernel, {"cpu.max", "cpu", "cpu.cfs_quota_us"}),
            (std::vector<std::string>{"150000 100000\n", "50000\n"}));
}

}  // namespace
}  // namespace mastic::base
