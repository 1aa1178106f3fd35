// SHA-256 of a file, by OpenSSL.

#pragma once

#include <functional>
#include <stdexcept>
#include <string>

/// A file that cannot be read.
class ReadError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The digest in hexadecimal. `on_read` is told of every piece that was read, in bytes. Throws
/// ReadError.
[[nodiscard]] std::string sha256_of_file(const std::string& path,
                                         const std::function<void(std::size_t)>& on_read = {});
