#include "teas.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Tea {
  std::string name;
  int price;
  std::string currency;
};

std::vector<Tea> all_teas(const std::string& currency) {
  return {{"assam", 4, currency}, {"sencha", 6, currency}};
}

}  // namespace

mastic::Router make_teas(const TeaOptions& options) {
  mastic::Router site;
  site.get("/teas", [teas = all_teas(options.currency)] { return teas; });
  site.get<"/teas/{name}">(
      [teas = all_teas(options.currency)](std::string_view name) -> std::optional<Tea> {
        for (const Tea& tea : teas) {
          if (tea.name == name) return tea;
        }
        return std::nullopt;
      });
  return site;
}
