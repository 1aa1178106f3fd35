#include "pages.h"

#include <mastic/base/encoding.h>

#include <string>

using mastic::FieldErrors;
using mastic::Problem;
using mastic::Response;
using mastic::Status;
using mastic::base::html_escape;

namespace {

std::string frame(const std::string& title, const std::string& content) {
  return R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)" +
         title + R"( - Mastic</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="small"><a href="/"><img src="/icon.svg" alt="" width="40" height="40">Mastic</a></header>
<main>
)" + content +
         R"(</main>
</body>
</html>
)";
}

/// The message below a field with an error, or nothing.
std::string complaint(const FieldErrors& errors, const std::string& field) {
  const std::string_view message = errors.of(field);
  if (message.empty()) return "";
  return "<p class=\"wrong\" id=\"" + field + "-wrong\">" + html_escape(message) + "</p>\n";
}

/// The attributes that connect a field with its message, for screen readers.
std::string described_by(const FieldErrors& errors, const std::string& field) {
  if (errors.of(field).empty()) return "";
  return " aria-invalid=\"true\" aria-describedby=\"" + field + "-wrong\"";
}

std::string form(const Entry& draft, const FieldErrors& errors) {
  return R"(<form method="post" action="/guestbook" novalidate>
<label for="name">Your name</label>
<input id="name" name="name" autocomplete="name" value=")" +
         html_escape(draft.name) + "\"" + described_by(errors, "name") + ">\n" +
         complaint(errors, "name") + R"(<label for="message">Your message</label>
<textarea id="message" name="message" rows="3")" +
         described_by(errors, "message") + ">" + html_escape(draft.message) + "</textarea>\n" +
         complaint(errors, "message") + "<button>Sign the guest book</button>\n</form>\n";
}

}  // namespace

Response guestbook_page(const Guestbook& book, const Entry& draft, const FieldErrors& errors) {
  std::string content = "<section>\n<h1>Guest book</h1>\n" + form(draft, errors) + "</section>\n";
  for (const Entry& entry : book.entries()) {
    content += "<blockquote><p>" + html_escape(entry.message) + "</p>\n<cite>" +
               html_escape(entry.name) + "</cite></blockquote>\n";
  }
  return Response::html(frame("Guest book", content),
                        errors.empty() ? Status::Ok : Status::UnprocessableContent);
}

Response error_page(const Problem& problem) {
  std::string content = "<section class=\"error\">\n<p class=\"code\">" +
                        std::to_string(code(problem.status)) + "</p>\n<h1>" +
                        std::string(reason_phrase(problem.status)) + "</h1>\n";
  if (!problem.detail.empty()) content += "<p>" + html_escape(problem.detail) + "</p>\n";
  if (!problem.reference.empty()) {
    content += "<p>Reference: <code>" + problem.reference +
               "</code>. The details are in the log under this reference, and nowhere else.</p>\n";
  }
  if (!problem.inside.empty()) content += "<pre>" + html_escape(problem.inside) + "</pre>\n";
  return Response::html(frame("Error", content + "<p><a href=\"/\">Back to the tour</a></p>\n"
                                                 "</section>\n"),
                        problem.status);
}
