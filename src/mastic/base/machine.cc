#include "mastic/base/machine.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <climits>

#include "mastic/base/descriptor.h"
#include "mastic/base/text.h"

namespace mastic::base {
namespace {

constexpr std::size_t kMaxBytes = 64 << 10;  // files of /proc and /sys are far shorter

/// Returns the contents of a file of /proc or /sys; nothing when the file cannot be read. Reads the
/// file in pieces to its end, because fstat reports no size for such files.
std::optional<std::string> read_file(Kernel& kernel, const std::string& path) {
  const int fd = kernel.open(path.c_str(), O_RDONLY, 0);
  if (fd < 0) return std::nullopt;
  const Descriptor file(kernel, fd);
  std::string text;
  std::array<char, 4096> buffer;
  while (text.size() < kMaxBytes) {
    const ssize_t got = kernel.read(file.fd(), buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::string_view first_line(std::string_view text) { return take_until(text, '\n'); }

bool has_item(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    if (take_until(list, ',') == item) return true;
  }
  return false;
}

/// Where `file` may be found for the group that a line of /proc/self/cgroup names: 0::/a/b for v2,
/// 4:cpu,cpuacct:/a/b for v1. Nothing when the line is about another controller.
struct Place {
  std::string tree;
  std::string group;  ///< "/a/b"
  std::string_view name;
};
std::optional<Place> find_place(std::string_view line, const CgroupFile& file) {
  const std::string_view number = take_until(line, ':');
  const std::string_view controllers = take_until(line, ':');
  if (!line.starts_with('/')) return std::nullopt;
  if (number == "0" && controllers.empty()) {
    return Place{"/sys/fs/cgroup", std::string(line), file.v2};
  }
  if (!has_item(controllers, file.v1_controller)) return std::nullopt;
  return Place{"/sys/fs/cgroup/" + std::string(file.v1_controller), std::string(line), file.v1};
}

}  // namespace

std::vector<std::string> read_cgroups(Kernel& kernel, const CgroupFile& file) {
  std::vector<std::string> found;
  const auto list = read_file(kernel, "/proc/self/cgroup");
  if (!list) return found;
  for (std::string_view lines = *list; !lines.empty();) {
    auto place = find_place(take_until(lines, '\n'), file);
    while (place) {  // from the group itself up to the root
      if (place->group == "/") place->group.clear();
      const std::string path = place->tree + place->group + "/" + std::string(place->name);
      if (auto text = read_file(kernel, path)) found.push_back(*std::move(text));
      if (place->group.empty()) break;
      place->group.resize(place->group.rfind('/'));
    }
  }
  return found;
}

std::optional<unsigned> processors_of_group(Kernel& kernel) {
  std::optional<unsigned> least;
  const auto take = [&](std::string_view quota, std::string_view period) {
    const auto time =
        parse_decimal(quota);  // "max" (v2) and "-1" (v1) mean no limit, and do not parse
    const auto of = parse_decimal(period);
    if (!time || !of || *of == 0) return;
    // Rounded up: with one and a half processors, two loops can still use all of the time.
    const std::uint64_t whole =
        std::clamp<std::uint64_t>(*time / *of + (*time % *of != 0), 1, UINT_MAX);
    least = std::min(least.value_or(UINT_MAX), static_cast<unsigned>(whole));
  };
  const auto quotas = read_cgroups(kernel, {"cpu.max", "cpu", "cpu.cfs_quota_us"});
  const auto periods = read_cgroups(kernel, {"cpu.max", "cpu", "cpu.cfs_period_us"});
  for (std::size_t i = 0; i < std::min(quotas.size(), periods.size()); ++i) {
    std::string_view quota = first_line(quotas[i]);
    std::string_view period = first_line(periods[i]);
    if (quota.contains(' ')) take_until(period, ' ');  // v2 has both in one file
    take(take_until(quota, ' '), period);
  }
  return least;
}

std::optional<std::uint64_t> memory_of_process(Kernel& kernel) {
  std::optional<std::uint64_t> least;
  const auto take = [&](std::string_view digits, std::uint64_t unit) {
    const auto number = parse_decimal(digits);  // "max" means no limit, and does not parse
    if (number && *number <= UINT64_MAX / unit) {
      least = std::min(least.value_or(UINT64_MAX), *number * unit);
    }
  };
  constexpr std::string_view kTotal = "MemTotal:";
  const std::string machine = read_file(kernel, "/proc/meminfo").value_or("");
  if (const std::size_t at = machine.find(kTotal); at != machine.npos) {
    std::string_view rest = trim(std::string_view(machine).substr(at + kTotal.size()));
    take(take_until(rest, ' '), 1024);
  }
  for (const std::string& limit :
       read_cgroups(kernel, {"memory.max", "memory", "memory.limit_in_bytes"})) {
    take(first_line(limit), 1);
  }
  return least;
}

}  // namespace mastic::base
