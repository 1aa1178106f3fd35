// The command `mastic serve DIR`: serves the files below a directory.

#pragma once

#include <span>

namespace mastic::program {

/// Runs the command with the arguments that follow it; returns the exit code (catalog::ExitCode).
[[nodiscard]] int serve_command(std::span<const char* const> words);

}  // namespace mastic::program
