// The option --format of commands that print for people or for programs.

#pragma once

#include "mastic/base/options.h"

namespace mastic::program {

/// How a command prints what it found.
enum class OutputFormat { Text, Json };

/// Binds the option.
inline void describe_format(base::OptionTable& table, OutputFormat& format) {
  table.choice("format", format, "(text|json)",
               {{"text", OutputFormat::Text}, {"json", OutputFormat::Json}},
               "Print for people, or for other programs.");
}

}  // namespace mastic::program
