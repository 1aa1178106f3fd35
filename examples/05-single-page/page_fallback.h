// Middleware for a page whose script has routes of its own.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Answers with the page whenever a browser opens a path that the server does not have, because the
/// page's script knows what to show there. A missing script or style is still a 404. The file is
/// read each time, so that a new release, whose scripts and styles have other names, is served at
/// once.
class PageFallback {
 public:
  /// Throws std::runtime_error when the file cannot be read.
  explicit PageFallback(std::string file);

  void after(mastic::Request& request, mastic::Response& response) const;

 private:
  std::string file_;
};
