// Middleware for pages whose routes live in the browser.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Answers with the one page whenever a browser goes to a path that is not there, for the page's
/// script knows it. What the page itself loads is still missed when it is missing. The page is read
/// each time, so that a new release of it, with other names of what it loads, is served at once.
class PageFallback {
 public:
  /// Throws std::runtime_error when the file cannot be read.
  explicit PageFallback(std::string file);

  void after(mastic::Request& request, mastic::Response& response) const;

 private:
  std::string file_;
};
