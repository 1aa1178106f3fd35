// The levels of loggers from the sections that Python's `logging.config.fileConfig` reads, which
// Paste's and Pyramid's site files have:
//
//     [loggers]
//     keys = root, shop
//
//     [logger_root]
//     level = WARN
//
//     [logger_shop]
//     level = DEBUG
//     qualname = shop.orders

#pragma once

#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/ini_file.h"

namespace mastic::deploy {

/// Sets the option `log_level` of `table` from the levels of the loggers of `file`. The handlers and
/// formatters, which say where Python writes and how, get a note. What is wrong goes to
/// `diagnostics`. Requires: `table` has an option `log_level` like that of catalog::Options.
void read_logging(const IniFile& file, base::OptionTable& table, Diagnostics& diagnostics);

}  // namespace mastic::deploy
