// A program with options of its own, which answers with what they are. Words in the environment
// variable SITE make it the program of an author who has made a mistake.

#include <mastic/mastic.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using mastic::OptionTable;
using mastic::Router;

namespace {

bool is_asked_for(std::string_view word) {
  const char* const words = std::getenv("SITE");
  return words != nullptr && std::string_view(words).contains(word);
}

struct ShopOptions {
  std::string database = "shop.db";
  std::string password = "correct horse";
  std::uint64_t shelves = 3;
  double discount = 0.25;
  std::vector<std::string> peers;
  std::string spare;

  void describe(OptionTable& table) {
    table.path("database", database, "FILE", "Where the teas are kept.");
    table.secret("password", password, "TEXT", "What the bank asks for.");
    table.count("shelves", shelves, "How many shelves there are.");
    table.real("discount", discount, "What friends need not pay.");
    table.list("peers", peers, "NAME", "Other shops.");
    if (is_asked_for("clash")) table.text("bind", spare, "THREAD", "What books are made with.");
    if (is_asked_for("alias")) table.alias("bind", "database");
    if (is_asked_for("mute")) throw std::runtime_error("nothing to say");
    if (is_asked_for("odd name")) table.text("Tea-Pot", spare, "NAME", "Which one.");
  }
  [[nodiscard]] mastic::Result<void> check() const {
    if (discount > 1) return mastic::fail("discount must be at most 1");
    if (is_asked_for("quote in check")) return mastic::fail("'", password, "' is too short");
    if (is_asked_for("throw in check")) throw std::runtime_error("no " + password);
    return {};
  }
};

/// What the site shows: all options but the secret, of which it shows the size.
struct Shown {
  std::string database;
  std::uint64_t password_bytes = 0;
  std::uint64_t shelves = 0;
  double discount = 0;
  std::vector<std::string> peers;
};

Router make_shop(const ShopOptions& options) {
  if (is_asked_for("throw in site")) throw std::runtime_error("no " + options.password);
  const Shown shown{options.database, options.password.size(), options.shelves, options.discount,
                    options.peers};
  Router site;
  site.get<"/">([shown] { return shown; });
  return site;
}

}  // namespace

int main(int argc, char** argv) { return mastic::run(make_shop, argc, argv); }
