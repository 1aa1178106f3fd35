// The SHA-256 of a file, computed by OpenSSL.

#pragma once

#include <functional>
#include <stdexcept>
#include <string>

/// Thrown when a file cannot be read.
class ReadError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The digest of a file in hexadecimal. `on_read` is called with the number of bytes of every piece
/// that was read. Throws ReadError.
[[nodiscard]] std::string sha256_of_file(const std::string& path,
                                         const std::function<void(std::size_t)>& on_read = {});
