// Fuzzes the paths of a tree that has links leading out of it. The file outside of the tree must
// never be opened, and openat2 and open_by_steps must resolve every path alike.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/base/encoding.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/files/static_files.h"
#include "mastic/files/tree.h"
#include "mastic/http/target.h"

using namespace mastic;

namespace {

/// A kernel without openat2.
class OldKernel final : public base::ForwardingKernel {
 public:
  OldKernel() : ForwardingKernel(base::system_kernel()) {}
  int openat2(int, const char*, int, std::uint64_t) override { return -ENOSYS; }
};

const std::string& root_path() {
  static const std::string made = [] {
    std::string pattern = "/tmp/mastic-fuzz-XXXXXX";
    const std::string outside = mkdtemp(pattern.data());
    const std::string root = outside + "/root";
    mkdir(root.c_str(), 0700);
    mkdir((root + "/sub").c_str(), 0700);
    close(open((outside + "/secret").c_str(), O_CREAT | O_WRONLY, 0600));
    close(open((root + "/file").c_str(), O_CREAT | O_WRONLY, 0600));
    (void)!symlink("../secret", (root + "/link").c_str());
    (void)!symlink("..", (root + "/up").c_str());
    (void)!symlink("/", (root + "/slash").c_str());
    (void)!symlink("sub/../link", (root + "/winding").c_str());
    (void)!symlink("sub/", (root + "/sub/again").c_str());
    (void)!symlink("../file", (root + "/sub/inside").c_str());
    return root;
  }();
  return made;
}

const files::Tree& tree() {
  static const files::Tree made = files::Tree::open(base::system_kernel(), root_path()).value();
  return made;
}

const files::Tree& tree_by_steps() {
  static OldKernel kernel;
  static const files::Tree made = files::Tree::open(kernel, root_path()).value();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != text.npos) return 0;
  static const files::FileStatus root = tree().open_file(".")->status;
  for (const std::string& path :
       {std::string(text), base::percent_decode(text), "." + std::string(text)}) {
    const auto opened = tree().open_file(path);
    const auto stepped = tree_by_steps().open_file(path);
    MASTIC_ASSERT(opened.has_value() == stepped.has_value());
    if (opened) MASTIC_ASSERT(opened->status == stepped->status);
    if (!opened) continue;
    MASTIC_ASSERT(opened->status.device == root.device);
    char name[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(opened->descriptor.fd());
    const ssize_t length = readlink(link.c_str(), name, sizeof name);
    MASTIC_ASSERT(length > 0);
    MASTIC_ASSERT(std::string_view(name, static_cast<std::size_t>(length)).find("/root") !=
                  std::string_view::npos);
  }
  return 0;
}
