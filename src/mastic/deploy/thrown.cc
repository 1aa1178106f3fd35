#include "mastic/deploy/thrown.h"

#include <exception>

namespace mastic::deploy {

std::string thrown_message() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

}  // namespace mastic::deploy
