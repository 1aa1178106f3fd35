#include "mastic/server/shard_services.h"

#include "mastic/base/random.h"

namespace mastic::server {
namespace {

constexpr std::uint64_t kIdStep = 0x9e3779b97f4a7c15;  // odd, so ids do not repeat

/// Spreads a counter over 64 bits (the finalizer of MurmurHash3).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ x >> 33) * 0xff51afd7ed558ccd;
  x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53;
  return x ^ x >> 33;
}

}  // namespace

ShardServices::ShardServices(loop::Loop& loop, const app::App& app, const Options& options,
                             base::Log& log, ServerCounters& counters)
    : loop_(loop),
      app_(app),
      options_(options),
      log_(log),
      counters_(counters),
      drain_(loop),
      next_id_(base::random_number(loop.kernel())) {}

void ShardServices::rejected_as_full(const app::RejectedRequest& rejected) noexcept {
  refused(rejected);
  if (!counters_.may_log(loop_.now())) return;
  log_.write(base::Level::Warning, "max_inflight_bytes is reached; requests are answered with 503");
}

/// Reads the clock, and writes the line again if the second has changed.
void ShardServices::write_date() noexcept {
  date_checked_ = loop_.now();
  const std::int64_t second = loop_.kernel().unix_seconds();
  if (std::exchange(date_second_, second) == second) return;
  wire::http1::write_date_line(date_line_.data(), second);
}

std::uint64_t ShardServices::make_id() { return mix(next_id_ += kIdStep); }

}  // namespace mastic::server
