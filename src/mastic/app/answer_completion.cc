#include "mastic/app/answer_completion.h"

#include <string>
#include <vector>

#include "mastic/app/error_response.h"
#include "mastic/app/page_style.h"
#include "mastic/http/typed_fields.h"

namespace mastic::app {
namespace {

using http::FieldName;

/// If an answer has several policies, browsers refuse what any of them refuses. So when the site
/// has policies of its own, these replace the policy of the page, and each of them is made to admit
/// the page's style.
void let_style_pass(const PageStyle& style, http::Fields& fields) {
  std::vector<std::string> policies;
  for (const http::Field field : fields.view()) {
    if (field.known != FieldName::ContentSecurityPolicy || field.value == style.policy()) continue;
    policies.push_back(allow_style(field.value, style.source()));
  }
  if (policies.empty()) return;
  fields.remove(FieldName::ContentSecurityPolicy);
  for (const std::string& policy : policies) fields.add(FieldName::ContentSecurityPolicy, policy);
}

void add_what_was_noted(const Request& request, Response& response) {
  const AnswerNotes& notes = answer_notes(request);
  for (const FieldName field : notes.dependences()) http::add_to_vary(response.fields, field);
  if (const PageStyle* const style = notes.style()) let_style_pass(*style, response.fields);
}

}  // namespace

void detail::complete_as_noted(const Request& request, Response& response) noexcept {
  try {
    add_what_was_noted(request, response);
  } catch (...) {  // out of memory
    response = error_response(http::Status::ServiceUnavailable);
  }
}

}  // namespace mastic::app
