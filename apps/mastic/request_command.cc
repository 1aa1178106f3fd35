#include "apps/mastic/request_command.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/catalog/options.h"
#include "mastic/catalog/server_section.h"
#include "mastic/deploy/text_file.h"
#include "mastic/http/status.h"
#include "mastic/testing/failure.h"
#include "mastic/testing/test_client.h"

#include "apps/mastic/site_argument.h"

namespace mastic::program {
namespace {

constexpr std::string_view kRequest = "request";

/// The content that --data names: a text, @FILE, or - for standard input.
base::Result<std::string> read_content(const std::string& data) {
  if (data == "-") {
    try {
      return std::string(std::istreambuf_iterator<char>(std::cin), {});
    } catch (const std::ios_base::failure& failure) {  // it may be a directory
      return base::fail("--data: standard input cannot be read: ", failure.what());
    }
  }
  if (!data.starts_with('@')) return data;
  constexpr std::uint64_t kMostBytes = 1 << 30;
  const std::string path = data.substr(1);
  auto content = deploy::read_text_file(base::system_kernel(), path, kMostBytes);
  if (!content) return base::fail("--data: '", path, "' ", content.error().message);
  return content;
}

/// Reads "NAME:VALUE" or "NAME: VALUE".
base::Result<std::pair<std::string, std::string>> read_field(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0) {
    return base::fail("--header: write NAME:VALUE instead of '", text, "'");
  }
  return std::pair(text.substr(0, colon),
                   std::string(base::trim(std::string_view(text).substr(colon + 1))));
}

class RequestCommand final : public Command {
 public:
  void describe(base::OptionTable& table) override {
    table.group("Request");
    table.text("method", method_, "METHOD",
               "Method; GET, or POST with --data, if it is not given.");
    table.list("header", headers_, "NAME:VALUE",
               "Field of the request. May be given several times.");
    table.text("host", host_, "HOST", "Host of the request: the field Host.");
    table.text("data", data_, "(TEXT|@FILE|-)",
               "Content of the request: a text, a file, or - for standard input.");
    table.group("Output");
    table.flag("include", include_, "Print the status and the fields before the content.");
    site_.describe(table);
  }

  int run(const base::CommandLine& line) override {
    if (line.others.size() < 2 || !line.others[1].starts_with('/')) {
      return wrong_usage("write a site and a path that begins with '/'; see --help");
    }
    const std::string target(line.others[1]);
    std::vector<std::string_view> site_words(line.others);
    site_words.erase(site_words.begin() + 1);
    const auto site = read_site(site_words, site_);
    if (!site) return wrong_usage(site.error().message);
    std::vector<std::pair<std::string, std::string>> fields;
    for (const std::string& header : headers_) {
      auto field = read_field(header);
      if (!field) return wrong_usage(field.error().message);
      fields.push_back(*std::move(field));
    }
    const auto is_host = [](const auto& field) {
      return base::equal_ignoring_case(field.first, "Host");
    };
    if (std::ranges::none_of(fields, is_host)) fields.emplace_back("Host", host_);
    const auto content = read_content(data_);
    if (!content) return wrong_usage(content.error().message);
    return ask(*site, target, fields, *content);
  }

 private:
  static int wrong_usage(std::string_view message) {
    return fail(kRequest, ExitCode::WrongUsage, message);
  }

  int ask(const SiteArgument& site, const std::string& target,
          const std::vector<std::pair<std::string, std::string>>& fields,
          const std::string& content) const {
    catalog::Options options;
    base::OptionTable table;
    catalog::ServerSection section_options(options);
    section_options.describe(table);
    deploy::Site made = make_site(site);
    deploy::Diagnostics of_server;
    read_server(site, {}, table, of_server, made.secrets);
    made.diagnostics.take(std::move(of_server));
    report(made.diagnostics);
    if (!made.app || made.diagnostics.has_errors()) {
      return static_cast<int>(ExitCode::CannotStart);
    }
    testing::set_failure_reporter([](const std::string& fault) {
      (void)fail(kRequest, ExitCode::CannotStart, fault);  // once the answer is printed
    });
    const std::string method = !method_.empty() ? method_ : data_.empty() ? "GET" : "POST";
    try {
      // What the site logs is shown below, and fails nothing.
      auto client = testing::TestClient::unchecked(*std::move(made.app), options.server);
      const auto answer = client.request(method, target, {fields.begin(), fields.end()}, content);
      for (const std::string& message : client.log()) {
        const bool is_problem = message.starts_with("warning") || message.starts_with("error");
        if (is_problem)
          std::fprintf(stderr, "%s\n", printable(made.secrets.blank(message)).c_str());
      }
      const int printed = print(kRequest, (include_ ? head_of(answer) : "") + answer.text);
      if (printed != 0) return printed;
      return code(answer.status) < 400 ? 0 : 1;
    } catch (const std::exception& error) {
      return fail(kRequest, ExitCode::CannotStart, made.secrets.blank(error.what()));
    }
  }

  static std::string head_of(const testing::TestResponse& answer) {
    std::string head = std::to_string(code(answer.status));
    head.append(" ").append(http::reason_phrase(answer.status)).append("\n");
    for (const http::Field field : answer.fields.view()) {
      head.append(field.name).append(": ").append(printable(field.value)).append("\n");
    }
    return head + "\n";
  }

  SiteOptions site_;
  /// Method; GET, or POST with --data, if it is not given.
  std::string method_;
  /// Field of the request. May be given several times.
  std::vector<std::string> headers_;
  /// Host of the request: the field Host.
  std::string host_ = "localhost";
  /// Content of the request: a text, a file, or - for standard input.
  std::string data_;
  /// Print the status and the fields before the content.
  bool include_ = false;
};

}  // namespace

CommandEntry request_command() {
  return {.name = kRequest,
          .arguments = "SITE /PATH [NAME=VALUE...]",
          .meaning = "make one request of a site, without a socket",
          .text =
              "Makes the site as `mastic serve` does, asks it once within this process, and\n"
              "prints the content of the answer as it is. Timers of the site do not wait: its\n"
              "clock jumps ahead. Warnings and errors of its log go to standard error.\n\n"
              "  mastic request site.ini /\n"
              "  mastic request site.ini /login --data user=ada \\\n"
              "      --header Content-Type:application/x-www-form-urlencoded\n"
              "  mastic request site.ini /docs/ --host docs.example.com --include\n",
          .exit_codes =
              "0 the status is below 400, 1 it is not, or the site has errors, "
              "2 wrong usage",
          .file = FileArgument::Site,
          .make = make_command<RequestCommand>};
}

}  // namespace mastic::program
