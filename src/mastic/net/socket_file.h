// The file of a Unix socket: who makes it, who may connect by it, and who removes it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"

namespace mastic::net {

/// Who may connect: those who may write to the file, and may search the directories above it.
struct SocketAccess {
  unsigned mode = 0600;          ///< as chmod takes it
  std::optional<unsigned> user;  ///< whose it is; without one, of who runs this
  std::optional<unsigned> group;

  /// Reads a mode as 660, and an owner: `USER:GROUP`, `USER`, `:GROUP` or nothing, in names or
  /// numbers. Fails when there is no such mode, user or group.
  [[nodiscard]] static base::Result<SocketAccess> parse(base::Kernel& kernel, std::string_view mode,
                                                        std::string_view owner);
};

/// The permissions that octal digits name. Fails when they name none.
[[nodiscard]] base::Result<unsigned> parse_mode(std::string_view text);

/// Held while somebody looks what stands at a path, and makes a socket there that listens: what is
/// bound and does not listen yet looks as if a dead process had left it. A hidden file beside the
/// socket, which goes with the lock; one that a crash leaves is harmless.
class SocketFileLock {
 public:
  SocketFileLock() = default;
  SocketFileLock(SocketFileLock&&) noexcept = default;
  SocketFileLock& operator=(SocketFileLock&&) = delete;
  ~SocketFileLock();

  /// Waits for whoever has it. Returns 0, or -errno.
  [[nodiscard]] int take(base::Kernel& kernel, std::string_view socket_path);
  /// The file that is locked for a socket.
  [[nodiscard]] static std::string path_for(std::string_view socket_path);

 private:
  base::Descriptor descriptor_;
  std::string path_;
};

/// What a bound socket has in the file system. It is removed with this, unless somebody has put
/// another in its place.
class SocketFile {
 public:
  SocketFile() = default;
  /// The socket was bound to `path` just now.
  SocketFile(base::Kernel& kernel, std::string path);
  SocketFile(SocketFile&& other) noexcept
      : kernel_(std::exchange(other.kernel_, nullptr)),
        path_(std::move(other.path_)),
        identity_(std::move(other.identity_)) {}
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile() { remove(); }

  /// Before anybody can connect. Returns 0, or -errno.
  [[nodiscard]] int give_to(const SocketAccess& access);
  /// Before the socket is closed, for nobody replaces one that listens.
  void remove();

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  ///< device and number of the file
  [[nodiscard]] std::optional<Identity> look() const;

  base::Kernel* kernel_ = nullptr;
  std::string path_;
  std::optional<Identity> identity_;
};

}  // namespace mastic::net
