// The code of bodies.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using mastic::blocking;
using mastic::Body;
using mastic::BodyLines;
using mastic::Generator;
using mastic::json_array;
using mastic::JsonElements;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::send_file;
using mastic::SendDirectory;
using mastic::Task;
using namespace std::chrono_literals;

namespace {

struct Reading {
  std::string sensor;
  double value = 0;
};
struct Settings {
  int interval = 60;
};

// ---- reading ----

Task<std::string> measure(Request& request) {
  std::uint64_t bytes = 0;
  while (const auto piece = co_await request.body().next()) bytes += piece->size();
  co_return std::to_string(bytes) + " bytes\n";
}

Task<std::string> change_settings(Request& request) {
  const Settings settings = co_await request.body().read_json<Settings>(4 << 10);
  co_return "every " + std::to_string(settings.interval) + " s\n";
}

Task<std::string> count_errors(Request& request) {
  BodyLines lines(request.body(), {.max_line_bytes = 16 << 10});
  int errors = 0;
  while (const auto line = co_await lines.next()) errors += line->starts_with("ERROR") ? 1 : 0;
  co_return std::to_string(errors) + " of " + std::to_string(lines.number()) + " lines\n";
}

Task<std::string> average(Request& request) {
  JsonElements<Reading> readings(request.body());
  double sum = 0;
  int count = 0;
  while (const auto reading = co_await readings.next()) {
    sum += reading->value;
    ++count;
  }
  co_return std::to_string(sum / std::max(count, 1)) + "\n";
}

Task<std::string> take_checked(Request& request) {
  const std::string content = co_await request.body().read_all(1 << 20);
  const auto sum = request.trailers().get("X-Sum");  // only after the content
  co_return sum == std::to_string(content.size()) ? "right\n" : "wrong\n";
}

// ---- producing ----

Generator<std::string> countdown(int from) {
  for (int i = from; i > 0; --i) {
    co_yield std::to_string(i) + "\n";
    co_await mastic::sleep_for(1ms);
  }
}

Generator<Reading> readings_of(int count) {
  for (int i = 0; i < count; ++i) {
    const Reading reading{.sensor = "roof", .value = i * 0.5};
    co_yield reading;
  }
}

/// Stands for the cursor of a database, whose calls block.
struct Cursor {
  int left = 3;
  std::optional<std::string> fetch() {
    if (left == 0) return std::nullopt;
    return "row " + std::to_string(left--) + "\n";
  }
};

Response export_rows() {
  return Response::text_body(
      Body::produced_by(blocking, [cursor = Cursor()]() mutable { return cursor.fetch(); }));
}

Response with_sum() {
  auto sum = std::make_shared<std::size_t>(0);
  Response response =
      Response::text_body(Body::produced_by([sum, n = 0]() mutable -> std::optional<std::string> {
        if (n++ == 3) return std::nullopt;
        *sum += 5;
        return "piece";
      }));
  response.set_trailers({"X-Sum"}, [sum] {
    mastic::http::Fields fields;
    fields.add("X-Sum", std::to_string(*sum));
    return fields;
  });
  return response;
}

Router make_site(const std::filesystem::path& folder) {
  Router site;
  site.post<"/measure">(measure);
  site.put<"/settings">(change_settings);
  site.post<"/log">(count_errors);
  site.post<"/average">(average);
  site.post<"/checked">(take_checked);
  site.get<"/countdown">([] { return Response::text_body(Body::produced_by(countdown(3))); });
  site.get<"/readings">([] { return json_array(readings_of(2)); });
  site.get<"/rows">(export_rows);
  site.get<"/sum">(with_sum);
  site.get<"/report">([report = folder / "report.pdf"](Request& request) {
    return send_file(request, report, {.download_as = "Report 2026.pdf"});
  });
  site.get<"/invoices/{name}">(
      [invoices = SendDirectory(folder)](Request& request, std::string name) {
        return invoices.send(request, name);
      });
  return site;
}

struct BodiesGuide : testing::Test {
  BodiesGuide() {
    char name[] = "/tmp/mastic-bodies-XXXXXX";
    folder = mkdtemp(name);
    std::ofstream(folder / "report.pdf") << "report";
    client.emplace(make_site(folder));
  }
  ~BodiesGuide() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
  std::optional<mastic::testing::TestClient> client;
};

TEST_F(BodiesGuide, Reads) {
  EXPECT_EQ(client->post("/measure", std::string(100'000, 'x')).text, "100000 bytes\n");
  EXPECT_EQ(client->put("/settings", R"({"interval": 5})").text, "every 5 s\n");
  EXPECT_EQ(client->put("/settings", R"({"interval": "5"})").status,
            mastic::Status::UnprocessableContent);
  EXPECT_EQ(client->post("/log", "ERROR a\nfine\nERROR b").text, "2 of 3 lines\n");
  EXPECT_EQ(client->post("/average", R"([{"sensor":"a","value":1},{"sensor":"b","value":4}])").text,
            "2.500000\n");
  const auto wrong = client->post("/average", R"([{"sensor":"a","value":1},{"sensor":"b"}])");
  EXPECT_EQ(wrong.status, mastic::Status::UnprocessableContent);
  EXPECT_TRUE(wrong.text.contains("[1].value: it is missing")) << wrong.text;
}

TEST_F(BodiesGuide, ReadsTrailers) {
  const std::string answer = client->send_raw(
      "POST /checked HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("right\n")) << answer;
}

TEST_F(BodiesGuide, Produces) {
  EXPECT_EQ(client->get("/countdown").text, "3\n2\n1\n");
  EXPECT_EQ(client->get("/readings").text,
            R"([{"sensor":"roof","value":0},{"sensor":"roof","value":0.5}])");
  EXPECT_EQ(client->get("/rows").text, "row 3\nrow 2\nrow 1\n");
  const std::string answer =
      client->send_raw("GET /sum HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("0\r\nX-Sum: 15\r\n\r\n")) << answer;
}

TEST_F(BodiesGuide, SendsFiles) {
  const auto report = client->get("/report");
  EXPECT_EQ(report.text, "report");
  EXPECT_EQ(report.field("Content-Disposition"), "attachment; filename=\"Report 2026.pdf\"");
  EXPECT_EQ(client->get("/invoices/report.pdf").text, "report");
  EXPECT_EQ(client->get("/invoices/none.pdf").status, mastic::Status::NotFound);
  EXPECT_EQ(client->get("/invoices/..%2Freport.pdf").status, mastic::Status::NotFound);
}

}  // namespace
