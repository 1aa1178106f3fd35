#include "mastic/testing/test_form.h"

#include <stdexcept>

#include "mastic/testing/page_url.h"

namespace mastic::testing {

TestResponse TestForm::submit(Where where) const { return send(form_.submission(where), where); }
TestResponse TestForm::submit(std::string_view button, Where where) const {
  return send(form_.submission(button, where), where);
}
TestResponse TestForm::submit_by_script(Where where) const {
  return send(form_.submission_by_script(), where);
}

TestResponse TestForm::send(const html::Submission& submission, Where where) const {
  using Method = html::Submission::Method;
  if (submission.method == Method::Dialog) {
    throw std::logic_error(detail::to_text(where) + "form " + form_.title() +
                           ": its method is 'dialog', which closes a dialog and sends nothing");
  }
  // An empty action is the page itself, not what <base> says.
  const std::string url = submission.action.empty()
                              ? page_.page_url()
                              : resolve_url(page_.base_url(where), submission.action);
  if (submission.method == Method::Get)
    return page_.send("GET", submission.url(url), {}, {}, where);
  const std::string type = submission.content_type();
  const std::string origin(origin_of(page_.page_url()));
  return page_.send("POST", submission.url(url), {{"Content-Type", type}, {"Origin", origin}},
                    submission.content(), where);
}

TestForm TestResponse::form(std::string_view id_or_name, Where where) const {
  expect_page(where);
  return {*this, html(where).form(id_or_name, where)};
}
TestForm TestResponse::form(std::size_t index, Where where) const {
  expect_page(where);
  return {*this, html(where).form(index, where)};
}
TestForm TestResponse::form(Where where) const {
  expect_page(where);
  return {*this, html(where).form(where)};
}

}  // namespace mastic::testing
