#include "mastic/deploy/plugin_file.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/descriptor.h"

/// The header of the file that this code is in; the linker defines it.
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's name
extern "C" [[gnu::visibility("hidden")]] const ElfW(Ehdr) __ehdr_start;

namespace mastic::deploy {
namespace {

using ElfHeader = ElfW(Ehdr);
using ElfSegment = ElfW(Phdr);
using ElfSection = ElfW(Shdr);
using ElfSymbol = ElfW(Sym);

std::string describe_machine(const ElfHeader& header) {
  const std::string bits = header.e_ident[EI_CLASS] == ELFCLASS64 ? " (64 bits)" : " (32 bits)";
  switch (header.e_machine) {
    case EM_X86_64:
      return "x86-64" + bits;
    case EM_386:
      return "x86" + bits;
    case EM_AARCH64:
      return "arm64" + bits;
    case EM_ARM:
      return "arm" + bits;
    case EM_RISCV:
      return "RISC-V" + bits;
    default:
      return "the processor with the ELF number " + std::to_string(header.e_machine) + bits;
  }
}

/// A file of which ranges are read. A range that is not whole in the file is not read at all.
class RangeReader {
 public:
  RangeReader(base::Descriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool has(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size_ && length <= size_ - offset;
  }
  /// Reads `count` objects of type T.
  template <class T>
  [[nodiscard]] std::optional<std::vector<T>> read(std::uint64_t offset, std::uint64_t count) {
    if (count > size_ / sizeof(T) || !has(offset, count * sizeof(T))) return std::nullopt;
    std::vector<T> objects(count);
    std::span<std::byte> rest = std::as_writable_bytes(std::span(objects));
    while (!rest.empty()) {
      const ssize_t got = base::read_at(file_, rest.data(), rest.size(), offset);
      if (got <= 0) return std::nullopt;
      offset += static_cast<std::uint64_t>(got);
      rest = rest.subspan(static_cast<std::size_t>(got));
    }
    return objects;
  }

 private:
  base::Descriptor file_;
  std::uint64_t size_;
};

/// Whether others than its owner may write to a file.
bool others_may_write(const struct stat& status) {
  // Many systems give every user a group of his own with his number, and let him share all that he
  // makes with it.
  const bool group_is_owner = status.st_gid == status.st_uid;
  return (status.st_mode & S_IWOTH) != 0 || ((status.st_mode & S_IWGRP) != 0 && !group_is_owner);
}

/// Whether everybody may replace the files of a folder. In a sticky one, such as /tmp, each may
/// replace only his own. A group may: Debian's /usr/local/lib belongs to the group of its staff.
bool all_may_replace(const struct stat& folder) {
  return (folder.st_mode & S_IWOTH) != 0 && (folder.st_mode & S_ISVTX) == 0;
}

/// Fails if others than the owner of a plugin may write to it, or everybody may replace it.
base::Result<void> check_writers(const std::string& path, const base::Descriptor& file,
                                 const struct stat& status) {
  const auto refuse = [&](std::string_view what, const std::string& remedy) -> base::Result<void> {
    return base::fail(path, ": is not loaded, because others than its owner may write to ", what,
                      ", and its code would run in this program; run: chmod go-w ", remedy);
  };
  if (others_may_write(status)) return refuse("it", path);
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  struct stat of_folder{};
  const int done =
      file.kernel().fstatat(AT_FDCWD, folder.empty() ? "." : folder.c_str(), of_folder, 0);
  if (done < 0) return base::fail_with_number(-done, folder);
  if (all_may_replace(of_folder)) return refuse("its folder", folder);
  return {};
}

/// Opens the file, after a look at who may write to it.
base::Result<RangeReader> open_plugin_file(const std::string& path, base::Kernel& kernel) {
  // Without O_NONBLOCK the open of a pipe would wait for a writer.
  base::Descriptor file(kernel, kernel.open(path.c_str(), O_RDONLY | O_NONBLOCK, 0));
  if (!file.is_open()) {
    auto fault = base::fail_with_number(-file.fd(), path);
    if (file.fd() == -ENOENT) fault.error().message += "; build the plugin, or correct its path";
    return fault;
  }
  struct stat status{};
  if (const int done = kernel.fstat(file.fd(), status); done < 0) {
    return base::fail_with_number(-done, path);
  }
  if (S_ISDIR(status.st_mode)) return base::fail(path, ": is a directory, and no plugin");
  if (!S_ISREG(status.st_mode)) return base::fail(path, ": is no regular file, and no plugin");
  if (const auto safe = check_writers(path, file, status); !safe) {
    return std::unexpected(safe.error());
  }
  return RangeReader(std::move(file), static_cast<std::uint64_t>(status.st_size));
}

base::Result<ElfHeader> read_header(RangeReader& file, const std::string& path) {
  const auto read = file.read<ElfHeader>(0, 1);
  if (!read ||
      std::string_view(reinterpret_cast<const char*>(read->front().e_ident), SELFMAG) != ELFMAG) {
    return base::fail(path, ": is no shared object (an ELF file, named *.so), and so no plugin");
  }
  const ElfHeader& header = read->front();
  const auto has_equal = [&](unsigned index) {
    return header.e_ident[index] == __ehdr_start.e_ident[index];
  };
  if (!has_equal(EI_CLASS) || !has_equal(EI_DATA) || header.e_machine != __ehdr_start.e_machine) {
    return base::fail(path, ": was built for ", describe_machine(header), ", this program for ",
                      describe_machine(__ehdr_start));
  }
  if (header.e_type != ET_DYN || header.e_shentsize != sizeof(ElfSection) ||
      header.e_phentsize != sizeof(ElfSegment)) {
    return base::fail(
        path, ": is no shared object, and so no plugin; mastic_plugin() of CMake makes one");
  }
  return header;
}

/// The part of a shared object that leads to the value of a symbol.
struct ElfParts {
  std::vector<ElfSegment> segments;
  std::vector<ElfSection> sections;
};

/// Reads the lists of parts. The system's loader would crash on a file that ends before its parts
/// do, so that is checked here.
base::Result<ElfParts> read_parts(RangeReader& file, const ElfHeader& header,
                                  const std::string& path) {
  auto segments = file.read<ElfSegment>(header.e_phoff, header.e_phnum);
  auto sections = file.read<ElfSection>(header.e_shoff, header.e_shnum);
  const bool is_whole =
      segments && sections && std::ranges::all_of(*segments, [&](const ElfSegment& segment) {
        return file.has(segment.p_offset, segment.p_filesz);
      });
  if (is_whole) return ElfParts{*std::move(segments), *std::move(sections)};
  return base::fail(path, ": is truncated: it says that it is longer than its ",
                    std::to_string(file.size()), " bytes; copy or build it again");
}

/// The address of the symbol, or nothing if the shared object does not define it.
std::optional<std::uint64_t> find_symbol(RangeReader& file, const ElfParts& parts,
                                         std::string_view wanted) {
  // Far more than any plugin has: what a file says of its own sizes must not take all memory.
  constexpr std::uint64_t kMaxBytes = 64 << 20;
  const auto list =  // a shared object has one of these at most
      std::ranges::find(parts.sections, ElfW(Word){SHT_DYNSYM}, &ElfSection::sh_type);
  if (list == parts.sections.end() || list->sh_link >= parts.sections.size()) return std::nullopt;
  const ElfSection& texts = parts.sections[list->sh_link];
  if (list->sh_size > kMaxBytes || texts.sh_size > kMaxBytes) return std::nullopt;
  const auto symbols = file.read<ElfSymbol>(list->sh_offset, list->sh_size / sizeof(ElfSymbol));
  const auto names = file.read<char>(texts.sh_offset, texts.sh_size);
  if (!symbols || !names) return std::nullopt;
  const std::string_view all(names->data(), names->size());
  for (const ElfSymbol& symbol : *symbols) {
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= all.size()) continue;
    const std::string_view name = all.substr(symbol.st_name, wanted.size() + 1);
    if (name.starts_with(wanted) && name.ends_with('\0')) return symbol.st_value;
  }
  return std::nullopt;
}

/// Reads the object that the loader would put at `address`.
std::optional<PluginBuild> read_at_address(RangeReader& file, const ElfParts& parts,
                                           std::uint64_t address) {
  for (const ElfSegment& segment : parts.segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
        address - segment.p_vaddr >= segment.p_filesz) {
      continue;
    }
    const auto build = file.read<PluginBuild>(segment.p_offset + (address - segment.p_vaddr), 1);
    if (build) return build->front();
  }
  return std::nullopt;
}

}  // namespace

base::Result<PluginBuild> read_plugin_build(const std::string& path, base::Kernel& kernel) {
  auto file = open_plugin_file(path, kernel);
  if (!file) return std::unexpected(file.error());
  const auto header = read_header(*file, path);
  if (!header) return std::unexpected(header.error());
  const auto parts = read_parts(*file, *header, path);
  if (!parts) return std::unexpected(parts.error());
  if (const auto address = find_symbol(*file, *parts, kPluginSymbol)) {
    if (const auto build = read_at_address(*file, *parts, *address)) return *build;
  }
  return base::fail(
      path,
      ": is a shared object, but no plugin of Mastic: it has no MASTIC_PLUGIN(...); see "
      "docs/guide/plugins.md");
}

}  // namespace mastic::deploy
