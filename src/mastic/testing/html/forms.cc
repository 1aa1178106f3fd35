// The forms of a document.

#include "mastic/testing/html/document.h"
#include "mastic/testing/html/failure.h"
#include "mastic/testing/html/form.h"

namespace mastic::testing::html {
namespace {

std::string list_forms(const std::vector<Form>& forms) {
  if (forms.empty()) return "the page has no forms";
  std::string list;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    list += (i == 0 ? "" : ", ") + std::to_string(i) + ": " + forms[i].title();
  }
  return "the forms of the page are " + list;
}

}  // namespace

std::vector<Form> Document::forms() const {
  std::vector<Form> forms;
  for (NodeIndex at = 0; at < tree_->nodes.size(); ++at) {
    if (tree_->nodes[at].is("form")) forms.emplace_back(Element(tree_, at));
  }
  return forms;
}

Form Document::form(std::string_view id_or_name, std::source_location where) const {
  const std::vector<Form> all = forms();
  std::vector<std::size_t> found;
  for (const std::string_view attribute : {"id", "name"}) {
    if (!found.empty()) break;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].element().attribute(attribute) == id_or_name) found.push_back(i);
    }
  }
  const std::string name = "'" + std::string(id_or_name) + "'";
  if (found.empty()) fail_at(where, "there is no form " + name + "; " + list_forms(all));
  if (found.size() > 1) {
    fail_at(where, std::to_string(found.size()) + " forms are called " + name +
                       "; say which by its index: " + list_forms(all));
  }
  return all[found[0]];
}

Form Document::form(std::size_t index, std::source_location where) const {
  std::vector<Form> all = forms();
  if (index >= all.size())
    fail_at(where, "there is no form with index " + std::to_string(index) + "; " + list_forms(all));
  return all[index];
}

Form Document::form(std::source_location where) const {
  std::vector<Form> all = forms();
  if (all.size() != 1) {
    fail_at(where, all.empty() ? list_forms(all)
                               : "the page has " + std::to_string(all.size()) +
                                     " forms; say which: " + list_forms(all));
  }
  return all[0];
}

}  // namespace mastic::testing::html
