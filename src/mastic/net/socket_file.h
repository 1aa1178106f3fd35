// The file of a Unix socket: creating it, access to it, and its removal.

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

/// Who may connect to a Unix socket: users who may write to its file and search the directories
/// above it.
struct SocketAccess {
  unsigned mode = 0600;          ///< permission bits, as for chmod
  std::optional<unsigned> user;  ///< owner of the file; without a value, the user of this process
  std::optional<unsigned> group;

  /// Parses a mode, such as 660, and an owner: `USER:GROUP`, `USER`, `:GROUP` or an empty string,
  /// in names or numbers. Fails when the mode is not valid, or the user or group does not exist.
  [[nodiscard]] static base::Result<SocketAccess> parse(base::Kernel& kernel, std::string_view mode,
                                                        std::string_view owner);
};

/// Parses permission bits from octal digits, up to 777. Fails for any other text.
[[nodiscard]] base::Result<unsigned> parse_mode(std::string_view text);

/// A lock for the path of a Unix socket. A process holds the lock while it checks what is at the
/// path and makes a listening socket there. Without the lock, a socket that is bound but does not
/// listen yet would look to other processes as if a dead process had left it behind.
///
/// The lock is a hidden file beside the socket. The file is removed when the lock is released; a
/// file that a crash leaves behind does no harm.
class SocketFileLock {
 public:
  SocketFileLock() = default;
  SocketFileLock(SocketFileLock&&) noexcept = default;
  SocketFileLock& operator=(SocketFileLock&&) = delete;
  ~SocketFileLock();

  /// Takes the lock; blocks while another process or thread holds it. Returns 0, or -errno.
  /// `kernel` must outlive the lock.
  [[nodiscard]] int take(base::Kernel& kernel, std::string_view socket_path);
  /// The path of the lock file for the socket at `socket_path`.
  [[nodiscard]] static std::string path_for(std::string_view socket_path);

 private:
  base::Descriptor descriptor_;
  std::string path_;
};

/// Owns the file of a bound socket, and removes the file in the end, unless another file has taken
/// its place.
class SocketFile {
 public:
  SocketFile() = default;
  /// Takes over the file at `path`, to which the caller has just bound a socket. `kernel` must
  /// outlive the SocketFile.
  SocketFile(base::Kernel& kernel, std::string path);
  SocketFile(SocketFile&& other) noexcept
      : kernel_(std::exchange(other.kernel_, nullptr)),
        path_(std::move(other.path_)),
        identity_(std::move(other.identity_)) {}
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile() { remove(); }

  /// Sets the owner and mode of the file. Call this before listen(), so that no other user can
  /// connect before the access is set. Returns 0, or -errno.
  [[nodiscard]] int give_to(const SocketAccess& access);
  /// Removes the file. Call this before the socket is closed: while the socket listens, no other
  /// process replaces the file.
  void remove();

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  ///< device and inode of the file
  [[nodiscard]] std::optional<Identity> look() const;

  base::Kernel* kernel_ = nullptr;
  std::string path_;
  std::optional<Identity> identity_;
};

}  // namespace mastic::net
