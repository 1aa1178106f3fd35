// Parses arbitrary bytes as a page, selects from it, and fills in and submits its forms. The first line
// is a selector. Nothing crashes, and what a page says about itself is consistent.

#include <stdexcept>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/base/text.h"
#include "mastic/testing/html/document.h"
#include "mastic/testing/html/form.h"

namespace {

using namespace mastic::testing::html;

/// Calls what may refuse its input.
template <class Act>
void attempt(Act act) {
  try {
    act();
  } catch (const std::logic_error&) {
  }
}

void use(Form form, std::string_view text) {
  const std::size_t count = form.controls().size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = form.controls()[i].name;
    attempt([&] { form.set(name, text); });
    attempt([&] { form.check(name); });
    attempt([&] { (void)form.submission(name); });
    attempt([&] { form.force(name, text); });
  }
  (void)form.lint();
  attempt([&] { (void)form.submission(); });
  const Submission submission = form.submission_by_script();
  (void)submission.urlencoded();
  (void)submission.content();
  form.reset();
  MASTIC_ASSERT(form.controls().size() == count);
}

void read(std::string_view selector, std::string_view html) {
  const Document page(html);
  const std::size_t all = page.select("*").size();
  MASTIC_ASSERT(page.select(":not(html *)").size() + page.select("html *").size() == all);
  (void)page.text();
  (void)page.root().outer_html();
  attempt([&] { MASTIC_ASSERT(page.select(selector).size() <= all); });
  std::size_t forms = 0;
  for (const Form& form : page.forms()) {
    if (++forms <= 4) use(form, html.substr(0, 20));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view html(reinterpret_cast<const char*>(data), size);
  const std::string_view selector = mastic::base::take_until(html, '\n');
  attempt([&] { read(selector, html); });
  return 0;
}
