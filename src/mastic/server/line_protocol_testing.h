// A second protocol, for tests of net::Protocol: it sends each line back.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/upgrade.h"
#include "mastic/net/protocol.h"

namespace mastic::server {

/// What the protocols of a test have seen. It outlives them.
struct LineRecord {
  int started = 0;
  int closed = 0;
  int destroyed = 0;
  std::uint64_t unsent = 0;  ///< unsent bytes when the last connection was closed
};

/// Greets with READY, sends each line back, and answers QUIT with BYE and the end. It ends a drain
/// with GOING, after a line that has begun, and ends with LATE when it has waited too long.
///
///     Open ──QUIT, end, drain, wait──> Ending ──all has left──> closed
class LineProtocol final : public net::Protocol {
 public:
  LineProtocol(net::ProtocolHost& host, LineRecord& record) : host_(host), record_(record) {}
  ~LineProtocol() override {
    ++record_.destroyed;
    record_.unsent += stream().unsent();  // host and stream still exist in the destructor
  }

  void start() noexcept override {
    ++record_.started;
    host_.with_memory([this] { stream().write("READY\n"); });
  }
  void received(std::string_view bytes) noexcept override {
    if (ending_) return;
    if (!std::exchange(busy_, true)) host_.becomes_busy();
    host_.with_memory([&] {
      line_ += bytes;
      answer_lines();
    });
  }
  void received_end() noexcept override { end(""); }
  void sent(std::uint64_t, std::uint64_t unsent) noexcept override {
    if (unsent == 0) all_has_left();
  }
  void closed(std::uint64_t unsent) noexcept override {
    ++record_.closed;
    record_.unsent = unsent;
  }
  void waited_in_vain() noexcept override { end("LATE\n"); }
  void drain() noexcept override {
    drains_ = true;
    if (line_.empty()) end("GOING\n");
  }

 private:
  net::Stream& stream() { return host_.stream(); }

  void answer_lines() {
    for (std::size_t end = line_.find('\n'); end != line_.npos; end = line_.find('\n')) {
      const std::string line = line_.substr(0, end + 1);
      line_.erase(0, end + 1);
      if (line == "QUIT\n") return this->end("BYE\n");
      stream().write(line);
    }
    if (drains_ && line_.empty()) end("GOING\n");
  }
  /// Sends `last`, and closes when that has left.
  void end(std::string_view last) noexcept {
    if (std::exchange(ending_, true)) return;
    host_.with_memory([&] { stream().write(last); });
    if (stream().unsent() == 0) host_.close();
  }
  /// Nothing may follow a call of this function, because it may close the connection.
  void all_has_left() {
    if (ending_) return host_.close();
    if (line_.empty() && std::exchange(busy_, false)) host_.becomes_idle();
  }

  net::ProtocolHost& host_;
  LineRecord& record_;
  std::string line_;  ///< a line that has begun
  bool busy_ = false;
  bool drains_ = false;
  bool ending_ = false;
};

class LineUpgrade final : public app::Upgrade {
 public:
  explicit LineUpgrade(LineRecord& record) : record_(record) {}
  [[nodiscard]] std::string_view protocol() const override { return "lines/1"; }
  [[nodiscard]] std::unique_ptr<net::Protocol> open(net::ProtocolHost& host) override {
    return std::make_unique<LineProtocol>(host, record_);
  }

 private:
  LineRecord& record_;
};

}  // namespace mastic::server
