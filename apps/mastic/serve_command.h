// `mastic serve DIR`: a static tree on the web.

#pragma once

#include <span>

namespace mastic::program {

/// Runs the command with the words that follow it; returns the exit code (catalog::ExitCode).
[[nodiscard]] int serve_command(std::span<const char* const> words);

}  // namespace mastic::program
