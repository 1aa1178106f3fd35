#include "mastic/app/spool.h"

#include <algorithm>
#include <utility>

#include "mastic/app/not_stored.h"
#include "mastic/async/run_blocking.h"

namespace mastic::app {
namespace {

constexpr std::size_t kSpoolBlockBytes = 256 << 10;

}  // namespace

Task<> Spool::add(std::string_view piece) {
  size_ += piece.size();
  if (size_ <= in_memory_) {
    text_ += piece;
    co_return;
  }
  while (!piece.empty()) {
    if (text_.size() >= kSpoolBlockBytes) co_await write();
    const std::size_t size = std::min(piece.size(), kSpoolBlockBytes - text_.size());
    text_ += piece.substr(0, size);
    piece.remove_prefix(size);
  }
}

Task<> Spool::finish() {
  if (size_ > in_memory_) co_await write();
}

Task<> Spool::write() {
  const auto require = [&](int result) {
    if (result == 0) return;
    throw_not_stored("cannot store an upload in '" + directory_ + "'", -result);
  };
  auto write = [&] {
    if (!file_.is_created()) require(file_.create(directory_));
    require(file_.write(text_));
  };
  co_await async::run_reading(write);
  text_.clear();
}

}  // namespace mastic::app
