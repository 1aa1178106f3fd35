#include "mastic/app/error_documents.h"

#include <algorithm>
#include <array>
#include <exception>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/app/attempt.h"
#include "mastic/app/debug_report.h"
#include "mastic/app/internal_request.h"
#include "mastic/app/middleware.h"
#include "mastic/http/fields.h"

namespace mastic::app {
namespace {

using http::FieldName;

/// The fields of an answer that describe its content, and belong to that.
constexpr std::array<std::string_view, 10> kContentFields{
    "Content-Type",  "Content-Encoding",    "Content-Language", "Content-Security-Policy",
    "Content-Range", "Content-Disposition", "Content-Location", "Content-Length",
    "ETag",          "Last-Modified"};
/// Those of them that a page brings along.
constexpr std::size_t kTaken = 4;

/// Gives the content of `page` to `error`. An exception leaves `error` as it was.
void put_content(Response& error, Response page) {
  http::Fields fields = error.fields;
  for (const std::string_view name : kContentFields) fields.remove(name);
  for (const std::string_view name : std::span(kContentFields).first(kTaken)) {
    if (const auto value = page.fields.get(name)) fields.set(name, *value);
  }
  for (const http::Field field : page.fields.view()) {
    const bool is_added = field.known == FieldName::SetCookie || field.known == FieldName::Vary;
    if (is_added) fields.add(field.name, field.value);
  }
  error.fields = std::move(fields);
  error.body = std::move(page.body);
}

/// Marks a request for a page, and so those that are made on its behalf. An error on the way to a page
/// has no page itself: with several of this middleware around one another, each could ask for a page
/// on behalf of each of the others, and their number would double with every one.
struct IsForPage {};

bool has_page(const Response& answer) {
  return code(answer.status) / 100 == 2 && !forbids_content(answer.status);
}

}  // namespace

/// The middleware around one application.
class ErrorDocuments::Replacing {
 public:
  Replacing(std::shared_ptr<const std::vector<Document>> documents, App app)
      : documents_(std::move(documents)), app_(std::move(app)) {}

  Task<Response> operator()(Request& request) const {
    Task<Response> task = app_(request);
    const bool is_kept = task.holds_value() && find(task.value().status) == nullptr;
    if (is_kept) return task;
    return replace_later(request, std::move(task));
  }

 private:
  [[nodiscard]] const Document* find(http::Status status) const {
    const auto found = std::ranges::find(*documents_, status, &Document::status);
    return found == documents_->end() ? nullptr : &*found;
  }

  Task<Response> replace_later(Request& request, Task<Response> task) const {
    Response error = co_await std::move(task);
    const Document* const document = find(error.status);
    if (document == nullptr || request.find_ext<IsForPage>() != nullptr) co_return error;
    const Attempt attempt(request);
    try {
      Request& asking = InternalRequest::make(request, document->path);
      extensions(asking).own<IsForPage>(asking.memory());
      Task<Response> answering = app_(asking);
      Response page = co_await std::move(answering);
      if (has_page(page)) {
        put_content(error, std::move(page));
        take_notes(asking, request);
        co_return error;
      }
      request.log().warning("the page ", document->path, " for ", code(error.status),
                            " was answered with ", code(page.status));
      attempt.discard(std::move(page));
    } catch (const std::exception&) {
      request.log().warning("the page ", document->path, " for ", code(error.status),
                            " failed: ", describe_exception());
    }
    co_return error;
  }

  std::shared_ptr<const std::vector<Document>> documents_;
  App app_;
};

ErrorDocuments::ErrorDocuments(std::vector<Document> documents) {
  for (const Document& document : documents) {
    const std::string number = std::to_string(code(document.status));
    if (!is_error(document.status)) {
      throw std::invalid_argument("the status " + number + " is no error, so it has no page");
    }
    if (std::ranges::count(documents, document.status, &Document::status) > 1) {
      throw std::invalid_argument("the status " + number + " has two pages");
    }
    if (!document.path.starts_with('/')) {
      throw std::invalid_argument("the page '" + document.path + "' does not begin with '/'");
    }
  }
  documents_ = std::make_shared<const std::vector<Document>>(std::move(documents));
}

App ErrorDocuments::operator()(App app) const {
  return App::around(std::move(app),
                     [&](App inner) { return App(Replacing(documents_, std::move(inner))); });
}

}  // namespace mastic::app
