#include "mastic/app/not_stored.h"

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/app/http_error.h"
#include "mastic/base/result.h"

namespace mastic::app {
namespace {

/// What the operator can do about the error; empty where the message of the error already says
/// that.
std::string_view remedy_for(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return "; make room there, or save elsewhere";
    case EFBIG:
      return "; raise the largest size of a file (ulimit -f)";
    case EMFILE:
    case ENFILE:
      return "; raise the limit of descriptors (ulimit -n)";
    case ENOENT:
      return "; make the directory first";
    case EACCES:
    case EPERM:
      return "; let the user that the server runs as write to the directory";
    case ENOTDIR:
      return "; name a directory";
    case EROFS:
      return "; name a directory on a file system that can be written";
    case EISDIR:
      return "; name a file in it";
    case EEXIST:
      return "; remove what is there, which is not a regular file";
    default:
      return "";
  }
}

/// The error for a lack that does not last.
StorageError short_of_something(std::string reason) {
  StorageError error(http::Status::ServiceUnavailable, "This cannot be stored at the moment.",
                     std::move(reason));
  error.set("Retry-After", "1");
  return error;
}

}  // namespace

std::string describe_not_stored(int number) {
  return base::describe_number(number).append(remedy_for(number));
}

void throw_not_stored(const std::string& doing, int number) {
  std::string reason = doing + ": " + describe_not_stored(number);
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw StorageError(http::Status::InsufficientStorage, "There is no room to store this.",
                         std::move(reason));
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      throw short_of_something(std::move(reason));
    default:
      throw std::runtime_error(reason);
  }
}

}  // namespace mastic::app
