// says: Checked takes a Json, Query or Form
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/page">([](mastic::Checked<mastic::Cookie<"page", int>> page) {
    return page.errors.empty() ? std::to_string(*page) : "1";
  });
}
