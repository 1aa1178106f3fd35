// Fills in and submits the forms of forms.txt, and prints what the application received: a line of JSON for
// each. forms_test.py compares that with what python3-webtest sends.

#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using mastic::testing::TestForm;

struct Case {
  std::string name;
  std::string page;
  std::vector<std::string> steps;
};

struct Received {
  std::string name;
  std::string method;
  std::string target;
  std::string content_type;
  std::string content;  // in hexadecimal digits
};

bool is_step(const std::string& line) {
  for (const char* const word : {"set ", "nth ", "force ", "check ", "uncheck ", "checkbox ",
                                 "label ", "select ", "upload ", "press "}) {
    if (line.starts_with(word)) return true;
  }
  return line == "script" || line == "enter";
}

std::vector<Case> read_cases(const char* path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) {
      cases.push_back({line.substr(1, line.size() - 2), "<!doctype html><title>t</title>", {}});
    } else if (is_step(line)) {
      cases.back().steps.push_back(line);
    } else {
      cases.back().page += line + "\n";
    }
  }
  return cases;
}

std::string rest_of(std::istringstream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  for (std::size_t at = rest.find("\\n"); at != rest.npos; at = rest.find("\\n"))
    rest.replace(at, 2, "\n");
  return rest;
}

/// Takes one step; true if it submits the form.
bool take_step(TestForm& form, const std::string& step) {
  std::istringstream words(step);
  std::string verb;
  std::string name;
  words >> verb >> name;
  if (verb == "set" || verb == "label") form.set(name, rest_of(words));
  if (verb == "force") form.force(name, rest_of(words));
  if (verb == "check") form.check(name);
  if (verb == "uncheck") form.uncheck(name);
  if (verb == "nth") {
    std::size_t index = 0;
    words >> index;
    form.set_nth(name, index, rest_of(words));
  }
  std::vector<std::string> values;
  if (verb == "checkbox" || verb == "select") {
    for (std::string value; words >> value;) values.push_back(value);
  }
  if (verb == "select") form.select(name, values);
  if (verb == "checkbox") {
    form.uncheck(name);
    for (const std::string& value : values) form.check(name, value);
  }
  if (verb == "upload") {
    std::string file;
    std::string type;
    words >> file >> type;
    form.upload(name, {file, type, rest_of(words)});
  }
  if (verb == "script") form.submit_by_script();
  if (verb == "enter") form.submit();
  if (verb == "press") form.submit(rest_of(words));
  return verb == "script" || verb == "enter" || verb == "press";
}

std::string hexadecimal(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    for (const int digit : {static_cast<unsigned char>(c) >> 4, c & 15})
      out += "0123456789abcdef"[digit];
  }
  return out;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  for (const Case& each : read_cases(arguments[1])) {
    Received received{.name = each.name};
    mastic::Router site;
    site.get("/page", [&] { return mastic::Response::html(each.page); });
    const auto receive = [&](mastic::Request& request) {
      received.method = request.method_text();
      received.target = std::string(request.path()) +
                        (request.query().empty() ? "" : "?" + std::string(request.query()));
      received.content_type = request.field("Content-Type").value_or("");
      received.content = hexadecimal(request.text());
      return "";
    };
    site.get("/submit", receive);
    site.post("/submit", receive);
    mastic::testing::TestClient client(std::move(site));
    TestForm form = client.get("/page").form(0);
    for (const std::string& step : each.steps) {
      if (take_step(form, step)) break;
    }
    std::cout << mastic::json::to_json(received) << "\n";
  }
}
