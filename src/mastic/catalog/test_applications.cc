#include "mastic/catalog/test_applications.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/secrets.h"
#include "mastic/async/sleep.h"
#include "mastic/json/json.h"

namespace mastic::catalog {
namespace {

using app::Request;
using app::Response;
using app::Task;

/// What echo shows of a request; also the names in its JSON.
struct Echo {
  struct Field {
    std::string name;
    std::string value;
  };
  std::string method;
  std::string target;
  std::string mount_path;
  std::string path;
  std::string client;
  std::vector<Field> fields;
  std::uint64_t content_bytes = 0;
  std::string content;
};

Echo echo_of(const Request& request, const EchoOptions& options) {
  Echo echo{.method = std::string(request.method_text()),
            .target = app::blank_secrets(request.target()),
            .mount_path = app::blank_secrets(request.mount_path()),
            .path = app::blank_secrets(request.path()),
            .client = request.peer().to_string()};
  for (const http::Field field : request.fields()) {
    const bool is_secret = app::names_secret(field.name);
    echo.fields.push_back({std::string(field.name), is_secret ? "***" : std::string(field.value)});
  }
  const std::string_view content = request.text();
  echo.content_bytes = content.size();
  echo.content = content.substr(0, options.max_shown_bytes);
  return echo;
}

std::string as_text(const Echo& echo) {
  std::string text = echo.method + " " + echo.target + "\n\nmount path: " + echo.mount_path +
                     "\npath:       " + echo.path + "\nclient:     " + echo.client + "\n\n";
  for (const Echo::Field& field : echo.fields) {
    text.append(field.name).append(": ").append(field.value).append("\n");
  }
  text.append("\n").append(echo.content);
  if (echo.content.size() < echo.content_bytes) {
    text.append("\n... and ")
        .append(std::to_string(echo.content_bytes - echo.content.size()))
        .append(" more bytes");
  }
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

/// Waits on this thread, until `stop` is requested at the latest.
void hold_thread(base::Duration length, std::stop_token stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, std::move(stop), length, [] { return false; });
}

std::string slow_text(base::Duration delay) {
  return "This took " + base::format_duration(delay) + ".\n";
}

}  // namespace

void EchoOptions::describe(base::OptionTable& table) {
  table.size("max_shown_bytes", max_shown_bytes,
             "How much of the content of a request is shown. Beyond it: the rest is left out.");
}

app::App echo(EchoOptions options) {
  return app::App([options](Request& request) {
    const Echo echo = echo_of(request, options);
    const auto type = request.preferred_type({"text/plain", "application/json"});
    Response response =
        type == "application/json" ? Response::json(echo) : Response::text(as_text(echo));
    response.set("Cache-Control", "no-store");
    response.set(http::FieldName::XContentTypeOptions, "nosniff");
    return response;
  });
}

void SlowOptions::describe(base::OptionTable& table) {
  table.duration("delay", delay, "How long an answer takes.");
  table.flag("blocking", blocking,
             "Hold a thread while waiting, as code does that waits for a disk or a database.");
}

app::App slow(SlowOptions options) {
  const base::Duration delay = options.delay;
  if (options.blocking) {
    return app::App([delay](Request& request) {
      hold_thread(delay, request.stop_token());
      return slow_text(delay);
    });
  }
  return app::App([delay](Request&) -> Task<std::string> {
    co_await async::sleep_for(delay);
    co_return slow_text(delay);
  });
}

}  // namespace mastic::catalog
