#include "mastic/server/options.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "mastic/base/system_files_testing.h"

namespace mastic::server {
namespace {

TEST(ServerOptions, HaveNamesAndDefaults) {
  const std::map<std::string, std::string> expected{{"loops", "0"},
                                                    {"transfer", "auto"},
                                                    {"max_request_line_bytes", "8K"},
                                                    {"max_header_bytes", "32K"},
                                                    {"max_header_count", "100"},
                                                    {"max_chunk_extension_bytes", "1K"},
                                                    {"max_chunk_overhead_bytes", "16K"},
                                                    {"max_trailer_bytes", "8K"},
                                                    {"max_trailer_count", "32"},
                                                    {"max_body_bytes", "1M"},
                                                    {"max_inflight_bytes", "0"},
                                                    {"max_requests_per_connection", "10000"},
                                                    {"max_pipelined_requests", "64"},
                                                    {"max_pipelined_bytes", "64K"},
                                                    {"max_connections", "10000"},
                                                    {"max_connections_per_ip", "0"},
                                                    {"write_high_bytes", "256K"},
                                                    {"write_low_bytes", "64K"},
                                                    {"max_upload_bytes", "64M"},
                                                    {"max_multipart_parts", "100"},
                                                    {"max_part_header_bytes", "8K"},
                                                    {"max_part_bytes", "0"},
                                                    {"spool_above_bytes", "256K"},
                                                    {"max_temporary_files", "20"},
                                                    {"upload_directory", "/var/tmp"},
                                                    {"header_timeout", "10s"},
                                                    {"keep_alive_timeout", "1m"},
                                                    {"body_grace", "10s"},
                                                    {"min_body_rate", "500"},
                                                    {"write_stall_timeout", "30s"},
                                                    {"min_write_rate", "500"},
                                                    {"proxy", ""},
                                                    {"proxy_write_stall_timeout", "15m"},
                                                    {"linger_idle", "2s"},
                                                    {"linger_total", "10s"},
                                                    {"max_linger_bytes", "64K"},
                                                    {"max_unread_bytes", "64M"},
                                                    {"min_unread_rate", "64K"},
                                                    {"allowed_host", ""},
                                                    {"drain_idle", "500ms"},
                                                    {"drain_timeout", "30s"},
                                                    {"max_ws_message_bytes", "1M"},
                                                    {"max_ws_frame_bytes", "0"},
                                                    {"max_ws_fragments", "1024"},
                                                    {"max_ws_queue_bytes", "1M"},
                                                    {"ws_ping_interval", "20s"},
                                                    {"ws_ping_timeout", "30s"},
                                                    {"ws_close_timeout", "5s"},
                                                    {"ws_allowed_origin", ""},
                                                    {"ws_require_origin", "off"},
                                                    {"ws_compress", "off"},
                                                    {"ws_compress_min_bytes", "1K"},
                                                    {"ws_compress_takeover", "off"},
                                                    {"ws_compress_window_bits", "11"},
                                                    {"ws_compress_memory_level", "4"},
                                                    {"workers", "64"},
                                                    {"max_queued_work", "1024"},
                                                    {"reserve_threads", "2"},
                                                    {"max_disk_waits", "8"},
                                                    {"hand_off", "stuck"},
                                                    {"queue_timeout", "5s"},
                                                    {"hung_after", "30s"},
                                                    {"cancel_after", "30m"},
                                                    {"abandon_after", "5m"},
                                                    {"recycle_if_lost_over", "8"},
                                                    {"debug", "off"}};
  Options options;
  base::OptionTable table;
  options.describe(table);
  std::map<std::string, std::string> found;
  for (const base::Option& option : table.options()) {
    found.emplace(option.name, option.default_text);
  }
  EXPECT_EQ(found, expected);
}

TEST(ServerOptions, AreAlsoKnownByTheirNamesInPaste) {
  Options options;
  base::OptionTable table;
  options.describe(table);
  EXPECT_TRUE(table.set("threadpool_workers", "12"));
  EXPECT_TRUE(table.set("threadpool_spawn_if_under", "5"));
  EXPECT_TRUE(table.set("threadpool_hung_thread_limit", "40"));  // in seconds, as in Paste
  EXPECT_TRUE(table.set("threadpool_kill_thread_limit", "2m"));
  EXPECT_TRUE(table.set("threadpool_dying_limit", "300"));
  EXPECT_TRUE(table.set("threadpool_max_zombie_threads_before_die", "4"));
  EXPECT_EQ(options.loop.threads.workers, 12u);
  EXPECT_EQ(options.loop.threads.reserve, 5u);
  EXPECT_EQ(options.hung_after, std::chrono::seconds(40));
  EXPECT_EQ(options.cancel_after, std::chrono::minutes(2));
  EXPECT_EQ(options.abandon_after, std::chrono::seconds(300));
  EXPECT_EQ(options.recycle_if_lost_over, 4u);
  const auto wrong = table.set("threadpool_workers", "many");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "workers: 'many' is not a whole number from 0 on");
}

/// Every option is bound to its own member: setting it changes that member and no other one.
TEST(ServerOptions, AreSetByTheirNames) {
  Options options;
  base::OptionTable table;
  options.describe(table);
  std::map<std::string, std::string> wanted;
  int next = 3;
  for (const base::Option& option : table.options()) {
    const std::string number = std::to_string(++next);
    const std::string value = option.argument == "TIME"                   ? number + "s"
                              : option.name == "transfer"                 ? "syscall"
                              : option.name == "hand_off"                 ? "never"
                              : option.argument.empty()                   ? "on"
                              : option.name == "proxy"                    ? "10.0.0." + number
                              : option.name == "ws_compress_window_bits"  ? "15"
                              : option.name == "ws_compress_memory_level" ? "9"
                                                                          : number;
    ASSERT_TRUE(table.set(option.name, value)) << option.name;
    wanted.emplace(option.name, value);
  }
  base::OptionTable again;
  options.describe(again);
  for (const base::Option& option : again.options()) {
    EXPECT_EQ(option.default_text, wanted[std::string(option.name)]) << option.name;
  }
}

TEST(ServerOptions, LimitInflightBytesToAQuarterOfTheMemory) {
  const std::pair<const std::string, std::string> machine{"/proc/meminfo",
                                                          "MemTotal:  4194304 kB\n"};
  base::SystemFilesKernel alone({machine});
  EXPECT_EQ(default_inflight_bytes(alone), 1u << 30);
  base::SystemFilesKernel grouped({machine,
                                   {"/proc/self/cgroup", "0::/site\n"},
                                   {"/sys/fs/cgroup/site/memory.max", "536870912\n"}});
  EXPECT_EQ(default_inflight_bytes(grouped), 128u << 20);
  base::SystemFilesKernel silent({});
  EXPECT_EQ(default_inflight_bytes(silent), 256u << 20);
}

TEST(ServerOptions, MustNotContradictEachOther) {
  Options options;
  EXPECT_TRUE(options.check());
  options.write_low_bytes = options.write_high_bytes;
  EXPECT_FALSE(options.check());
  options = {};
  options.http1.max_header_bytes = 17 << 20;
  EXPECT_EQ(options.check().error().message, "--max-header-bytes must be at most 16M");
  options = {};
  options.max_connections = 0;
  EXPECT_EQ(options.check().error().message, "--max-connections must be at least 1");
  options = {};
  options.header_timeout = {};
  EXPECT_FALSE(options.check());
  options = {};
  options.loop.loops = 100'000;
  EXPECT_FALSE(options.check());
  options = {};
  options.allowed_host = {"admin.example", "*.example"};
  EXPECT_TRUE(options.check());
  options.allowed_host.emplace_back("admin.example:80");
  EXPECT_EQ(options.check().error().message,
            "--allowed-host admin.example:80: write a name without a port, or *.DOMAIN");
}

}  // namespace
}  // namespace mastic::server
