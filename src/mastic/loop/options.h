// The settings of loops.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"
#include "mastic/loop/drivers.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

struct Options {
  std::uint64_t loops = 0;  ///< 0: as many as there are cores
  TransferKind transfer = TransferKind::Auto;
  Drivers::Options threads;
  std::uint64_t max_disk_waits = 8;

  void describe(base::OptionTable& table);
  /// Fails, and names the option, when one could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::loop
