// Any path against a tree with links that lead out of it: whatever is answered, the secret beside
// the tree is not.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/base/encoding.h"
#include "mastic/files/static_files.h"
#include "mastic/files/tree.h"
#include "mastic/http/target.h"

using namespace mastic;

namespace {

const files::Tree& tree() {
  static const files::Tree made = [] {
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
    return files::Tree::open(base::system_kernel(), root).value();
  }();
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
