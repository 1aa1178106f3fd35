#include "demo.h"

#include <optional>
#include <utility>

namespace {

class Demo {
 public:
  explicit Demo(DemoOptions options) : options_(std::move(options)) {}

  // Called before the application, and answers in its place by returning a response.
  std::optional<mastic::Response> before(mastic::Request&) const { return std::nullopt; }
  // Called with the answer, which may be changed.
  void after(mastic::Request&, mastic::Response& response) const {
    response.set(options_.field, options_.value);
  }

 private:
  DemoOptions options_;
};

}  // namespace

mastic::Middleware make_demo(const DemoOptions& options) { return Demo(options); }
