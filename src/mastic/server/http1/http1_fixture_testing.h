// A connection to a small site, on a shard with a scripted kernel, for the tests of HTTP/1.

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/server/line_protocol_testing.h"
#include "mastic/server/shard_testing.h"

namespace mastic::server {

using namespace std::chrono_literals;
using app::App;
using app::Request;
using app::Response;
using app::Task;
using http::Method;
using http::Status;
using routing::Router;

inline const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

inline const std::string kUpgrade =
    "GET /lines HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n\r\n";

inline std::string post(std::string_view path, std::string_view content) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
         std::string(content);
}

/// Produces `count` pieces of `size` letters, and counts how often it was pulled.
inline app::Body pieces(int count, std::size_t size, int& asked) {
  return app::Body::produced_by([=, &asked, n = 0]() mutable -> std::optional<std::string> {
    ++asked;
    if (n++ == count) return std::nullopt;
    return std::string(size, 'p');
  });
}

inline App make_app(int& asked) {
  Router site;
  site.get("/", [] { return "hello\n"; });
  site.get("/large", [] { return std::string(100'000, 'l'); });
  site.get("/wait", [](Request&) -> Task<std::string> {
    co_await async::sleep_for(100ms);
    co_return "waited";
  });
  site.get("/stream", [&](Request&) { return Response(Status::Ok, pieces(3, 4, asked)); });
  site.get("/endless",
           [&](Request&) { return Response(Status::Ok, pieces(100'000, 10'000, asked)); });
  site.get("/broken-stream", [](Request&) {
    return Response(Status::Ok,
                    app::Body::produced_by([n = 0]() mutable -> Task<std::optional<std::string>> {
                      if (n++ == 0) co_return "first";
                      co_await async::sleep_for(10ms);
                      throw std::runtime_error("in the middle");
                    }));
  });
  site.get("/throw", [](Request&) -> std::string { throw std::runtime_error("oops"); });
  site.get("/empty", [] { return Status::NoContent; });
  site.get("/reset", [] { return Response::text("a form", Status::ResetContent); });
  site.get("/modified", [] { return Response(Status::NotModified).set("Content-Length", "7"); });
  site.post("/echo", [](Request& request) { return std::string(request.text()); });
  site.post("/pull", [](Request& request) -> Task<std::string> {
    std::string all;
    while (const auto piece = co_await request.body().next()) all += *piece;
    co_return "pulled " + std::to_string(all.size());
  });
  site.post("/ignore", [](Request&) -> Task<std::string> { co_return "ignored"; });
  site.post("/inform", [](Request& request) -> Task<std::string> {
    http::Fields fields;
    fields.add("Link", "</style.css>; rel=preload");
    co_await request.inform(Status::EarlyHints, fields);
    co_return "informed";
  });
  site.get("/lines", [&] {
    static LineRecord record;  // no test reads it
    return Response::upgrade_to(std::make_unique<LineUpgrade>(record));
  });
  site.get("/small-pieces",
           [&](Request&) { return Response(Status::Ok, pieces(100'000, 32, asked)); });
  Router mounted;
  mounted.get("/wait", [](Request&) -> Task<std::string> {
    co_await async::sleep_for(1ms);
    co_return "waited";
  });
  struct After {
    void after(Request&, Response& response) const { response.set("X-After", "yes"); }
  };
  site.mount("/mounted", std::move(mounted)).use(After());
  return std::move(site).build();
}

struct Http1ConnectionTest : testing::TestWithParam<loop::TransferKind> {
  void open(const Options& options = {}) { open_on(make_app(asked), options); }
  /// Opens a connection to a server with another application.
  void open_on(App app, const Options& options = {}) {
    server = std::make_unique<ShardFixture>(std::move(app), GetParam(), options);
    fd = server->connect();
  }
  /// Sends on the connection and returns the responses. Fails the test when they are malformed.
  std::vector<ReadResponse> talk(std::string_view bytes, std::vector<Method> methods = {}) {
    if (!server) open();
    server->send(fd, bytes);
    return responses(std::move(methods));
  }
  std::vector<ReadResponse> responses(std::vector<Method> methods = {}) {
    const std::string bytes = server->take(fd);
    auto read = read_responses(bytes, std::move(methods), server->at(fd).write_shut);
    EXPECT_TRUE(read) << bytes;
    return read.value_or(std::vector<ReadResponse>());
  }
  [[nodiscard]] bool is_open() { return server->at(fd).open; }
  [[nodiscard]] bool is_ending() { return server->at(fd).write_shut || !is_open(); }

  int asked = 0;
  std::unique_ptr<ShardFixture> server;
  int fd = -1;
};

/// Instantiates a fixture for both transfers.
#define MASTIC_FOR_BOTH_TRANSFERS(Fixture)                                                  \
  INSTANTIATE_TEST_SUITE_P(                                                                 \
      , Fixture, testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring), \
      [](const auto& each) {                                                                \
        return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";           \
      })

}  // namespace mastic::server
