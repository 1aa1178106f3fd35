// Carries the requests of a test's client over sockets to a running server.

#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "mastic/loop/loop.h"
#include "mastic/testing/carrier.h"
#include "mastic/testing/leak_check.h"
#include "mastic/testing/target_url.h"

namespace mastic::testing {

/// Connections over TCP or a Unix socket, read by a loop of the client's own whenever the test
/// waits. Whatever takes longer than 30 seconds has failed.
class SocketCarrier final : public Carrier {
 public:
  explicit SocketCarrier(TargetUrl url);
  ~SocketCarrier() override;

  using Carrier::connect;
  ClientEnd& connect() override;
  void leave(ClientEnd& end) override;
  void reset(ClientEnd& end) override;
  void read_on(ClientEnd& end) override;
  [[nodiscard]] bool run_until(const std::function<bool()>& done) override;
  void run_ready() override;
  void finish_exchanges() override {}  // those of another process are not seen
  [[nodiscard]] bool is_quiet(const ClientEnd& end) override;
  [[nodiscard]] std::string_view patience() const override { return "30 seconds"; }
  /// Waits for that long. Throws std::logic_error for more than ten seconds.
  void pass(base::Duration time) override;
  [[nodiscard]] base::Kernel& clock() override { return base::system_kernel(); }
  void set_time(base::WallTime time) override;
  void drain(base::Duration in) override;
  void set_endpoint(const base::Endpoint& endpoint) override;
  [[nodiscard]] const std::vector<std::string>& log() const override { return log_; }
  [[nodiscard]] const std::string& authority() const override { return url_.authority; }

 private:
  class End;
  void deliver(ClientEnd& end, std::string_view bytes) override;
  void turn(base::Duration longest);

  const Beginning beginning_;  ///< its descriptors are no leak of a server that ends before
  const TargetUrl url_;
  const std::vector<std::string> log_;  ///< stays empty: the log is the server's
  std::unique_ptr<loop::Loop> loop_;
  std::vector<std::unique_ptr<End>> ends_;
};

}  // namespace mastic::testing
