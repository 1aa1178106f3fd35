// What a test asks of the page in an answer.

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "mastic/base/text.h"
#include "mastic/testing/call_at.h"
#include "mastic/testing/difference.h"
#include "mastic/testing/environment.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {
namespace {

bool is_html(std::string_view content_type) {
  const std::string type =
      base::lower_case(base::trim(content_type.substr(0, content_type.find(';'))));
  return type == "text/html" || type == "application/xhtml+xml";
}

}  // namespace

const html::Document& TestResponse::html(Where where) const {
  if (page_) return *page_;
  const auto type = field("Content-Type");
  if (!is_html(type.value_or(""))) {
    throw std::logic_error(
        detail::to_text(where) + "the answer is not HTML: " +
        (type ? "Content-Type is " + std::string(*type) : "it has no Content-Type") +
        (field("Location") ? "; follow() follows this redirection\n" : "\n") + to_string());
  }
  try {
    page_ = std::make_shared<const html::Document>(text, *type);
  } catch (const std::logic_error& error) {
    throw std::logic_error(detail::to_text(where) + error.what());
  }
  return *page_;
}

html::Element TestResponse::element(std::string_view css, Where where) const {
  constexpr std::size_t kMaxListed = 5;
  const html::Document& page = html(where);
  const std::vector<html::Element> found =
      detail::call_at(where, request().method, request().target, [&] { return page.select(css); });
  if (found.size() == 1) return found.front();
  std::string message = found.empty() ? "no element of this page matches '"
                                      : std::to_string(found.size()) + " elements match '";
  (message += css) += found.empty() ? "'" : "':";
  for (std::size_t i = 0; i < std::min(found.size(), kMaxListed); ++i) {
    message += "\n  " + found[i].outer_html().substr(0, 100);
  }
  throw std::logic_error(detail::to_text(where) + message + "\n" + to_string());
}

bool TestResponse::contains(std::string_view part) const {
  if (text.find(part) != text.npos) return true;
  return is_html(field("Content-Type").value_or("")) && html().contains(part);
}

const TestResponse& TestResponse::expect_contains(std::string_view part, Where where) const {
  if (contains(part)) return *this;
  throw std::logic_error(detail::to_text(where) + "the answer does not contain '" +
                         std::string(part) + "'\n" + to_string());
}

const TestResponse& TestResponse::expect_absent(std::string_view part, Where where) const {
  if (!contains(part)) return *this;
  throw std::logic_error(detail::to_text(where) + "the answer contains '" + std::string(part) +
                         "'\n" + to_string());
}

const TestResponse& TestResponse::expect_golden(const std::string& path, Where where) const {
  if (writes_golden_files()) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file) return *this;
    throw std::logic_error(detail::to_text(where) + path + " cannot be written" +
                           (error ? ": " + error.message() : ""));
  }
  const std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  const std::string remedy = "run the test with MASTIC_WRITE_GOLDEN=1 to write the file";
  if (!file) throw std::logic_error(detail::to_text(where) + path + " cannot be read; " + remedy);
  if (expected.view() == text) return *this;
  throw std::logic_error(detail::to_text(where) + "the answer differs from " + path +
                         " (- in the file, + came):\n" + difference(expected.view(), text) +
                         "If it is right, " + remedy);
}

std::string TestResponse::open_in_browser() const {
  const char* const folder = "/tmp/mastic-page-XXXXXX.html";
  std::string path = folder;
  const int file = mkstemps(path.data(), 5);
  if (file < 0) throw std::logic_error("a file in /tmp cannot be written");
  close(file);
  std::ofstream(path, std::ios::binary) << text;
  std::string program = environment("BROWSER");
  if (program.empty()) program = "xdg-open";
  char* const arguments[] = {program.data(), path.data(), nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0) {
    throw std::logic_error("'" + program + "' cannot be started to show " + path +
                           "; set BROWSER to a program that can");
  }
  return path;
}

}  // namespace mastic::testing
