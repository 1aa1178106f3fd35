#include "mastic/sockets/handler_fault.h"

#include <exception>

namespace mastic::sockets {

std::string describe_fault() noexcept {
  try {
    try {
      throw;
    } catch (const std::exception& error) {
      return error.what();
    } catch (...) {
      return "it threw something that is no std::exception";
    }
  } catch (...) {
    return "no memory";  // short enough to need none
  }
}

}  // namespace mastic::sockets
