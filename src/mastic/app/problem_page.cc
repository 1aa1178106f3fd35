#include "mastic/app/problem_page.h"

#include <optional>
#include <string>
#include <vector>

#include "mastic/app/page_style.h"
#include "mastic/base/html_writer.h"
#include "mastic/http/accept.h"

namespace mastic::app {
namespace {

using http::FieldName;

std::string title_of(const Problem& problem) {
  return std::to_string(code(problem.status)) + " " + std::string(reason_phrase(problem.status));
}

std::string text_page(const Problem& problem) {
  std::string page = title_of(problem) + "\n";
  for (const std::string* part : {&problem.detail, &problem.inside}) {
    if (!part->empty()) page.append("\n").append(*part).append("\n");
  }
  if (!problem.reference.empty()) page += "\nReference: " + problem.reference + "\n";
  return page;
}

void add_detail(base::HtmlWriter& page, const Problem& problem) {
  if (problem.errors.empty()) {
    page.add("<p>", problem.detail, "</p>\n");
    return;
  }
  page.add("<ul>\n");
  for (const auto& [field, message] : problem.errors) {
    page.add("<li><b>", field, "</b>: ", message, "</li>\n");
  }
  page.add("</ul>\n");
}

const PageStyle& style() {
  static const PageStyle style(
      ":root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;"
      "max-width:36rem;margin:15vh auto;padding:0 1.5rem}small{opacity:.7}"
      "pre{font-size:.8rem;overflow-x:auto;padding:1rem;background:#8882}");
  return style;
}

std::string html_page(const Problem& problem) {
  const std::string title = title_of(problem);
  base::HtmlWriter page;
  page.add("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
           "<meta name=\"viewport\" content=\"width=device-width\">\n<title>", title, "</title>\n");
  page.add_html(style().element()).add("\n<h1>", title, "</h1>\n");
  if (!problem.detail.empty()) add_detail(page, problem);
  if (!problem.reference.empty()) {
    page.add("<p><small>Reference: ", problem.reference, "</small></p>\n");
  }
  if (!problem.inside.empty()) page.add("<pre>", problem.inside, "</pre>\n");
  return page.take();
}

/// The members of RFC 9457 §3.1 and, below `detail`, extension members (§3.2), in this order.
struct ProblemObject {
  std::string type = "about:blank";
  std::string title;
  int status = 0;
  std::optional<std::string> detail;
  std::optional<std::vector<FieldError>> errors;
  std::optional<std::string> reference;
  std::optional<std::string> inside;
};

std::string json_text(const Problem& problem) {
  const auto unless_empty = [](const auto& value) {
    return value.empty() ? std::nullopt : std::optional(value);
  };
  return json::to_json(ProblemObject{.title = std::string(reason_phrase(problem.status)),
                                     .status = code(problem.status),
                                     .detail = unless_empty(problem.detail),
                                     .errors = unless_empty(problem.errors),
                                     .reference = unless_empty(problem.reference),
                                     .inside = unless_empty(problem.inside)});
}

}  // namespace

Response problem_json(const Problem& problem) {
  return Response::of_type("application/problem+json", Body(json_text(problem)), problem.status)
      .set(FieldName::XContentTypeOptions, "nosniff");
}

Response plain_problem_page(const Problem& problem) {
  return Response::text(text_page(problem), problem.status)
      .set(FieldName::XContentTypeOptions, "nosniff");
}

Response problem_page(Request& request, const Problem& problem) {
  // The first form is for clients without a preference. A client that accepts only application/json
  // gets the problem as well.
  constexpr std::string_view kForms[] = {"text/plain", "text/html", "application/problem+json",
                                         "application/json"};
  const std::string accept = request.fields().joined(FieldName::Accept);
  const std::size_t form = http::choose_media_type(accept, kForms).value_or(0);
  if (form == 0) return plain_problem_page(problem);
  if (form == 1) return styled_page(request, style(), Body(html_page(problem)), problem.status);
  return problem_json(problem);
}

}  // namespace mastic::app
