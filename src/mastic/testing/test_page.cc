// What a test asks of the page in an answer.

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "mastic/base/text.h"
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
        (type ? "Content-Type is " + std::string(*type) : "it has no Content-Type") + "\n" +
        to_string());
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
  const std::vector<html::Element> found = [&] {
    try {
      return page.select(css, where);
    } catch (const std::logic_error& error) {
      throw std::logic_error(error.what() + ("\n" + to_string()));
    }
  }();
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

void TestResponse::check_contains(std::string_view part, const Where& where) const {
  if (contains(part)) return;
  throw std::logic_error(detail::to_text(where) + "the answer does not contain '" +
                         std::string(part) + "'\n" + to_string());
}
const TestResponse& TestResponse::expect_contains(std::string_view part, Where where) const& {
  check_contains(part, where);
  return *this;
}
TestResponse TestResponse::expect_contains(std::string_view part, Where where) && {
  check_contains(part, where);
  return std::move(*this);
}

void TestResponse::check_absent(std::string_view part, const Where& where) const {
  if (!contains(part)) return;
  throw std::logic_error(detail::to_text(where) + "the answer contains '" + std::string(part) +
                         "'\n" + to_string());
}
const TestResponse& TestResponse::expect_absent(std::string_view part, Where where) const& {
  check_absent(part, where);
  return *this;
}
TestResponse TestResponse::expect_absent(std::string_view part, Where where) && {
  check_absent(part, where);
  return std::move(*this);
}

void TestResponse::check_golden(const std::string& path, const Where& where) const {
  if (writes_golden_files()) {
    if (const std::string fault = write_golden_file(path, text); !fault.empty()) {
      throw std::logic_error(detail::to_text(where) + fault);
    }
    return;
  }
  const std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  const std::string remedy = "run the test with MASTIC_WRITE_GOLDEN=1 to write the file";
  if (!file) throw std::logic_error(detail::to_text(where) + path + " cannot be read; " + remedy);
  if (expected.view() == text) return;
  throw std::logic_error(detail::to_text(where) + "the answer differs from " + path +
                         " (- in the file, + came):\n" + difference(expected.view(), text) +
                         "If it is right, " + remedy);
}
const TestResponse& TestResponse::expect_golden(const std::string& path, Where where) const& {
  check_golden(path, where);
  return *this;
}
TestResponse TestResponse::expect_golden(const std::string& path, Where where) && {
  check_golden(path, where);
  return std::move(*this);
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
