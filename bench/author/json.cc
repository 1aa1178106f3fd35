// JSON of structs, compared with code that is written by hand with Boost.JSON.

#include "mastic/json/json.h"

#include <boost/json/src.hpp>

#include <optional>
#include <string>
#include <vector>

#include "bench/author/cases.h"

namespace bench {
namespace {

namespace json = boost::json;
using mastic::json::from_json;
using mastic::json::to_json;

struct Line {
  std::string sku;
  std::string title;
  int count = 0;
  double price = 0;
  std::optional<std::string> note;
};
struct Customer {
  std::string name;
  std::string email;
  bool trusted = false;
};
struct Order {
  std::int64_t id = 0;
  Customer customer;
  std::vector<Line> lines;
  std::vector<std::string> tags;
  std::optional<double> discount;
  std::optional<std::string> note;
};

Order make_order() {
  Order order{1'234'567'890, {"Grace Hopper", "grace@example.org", true}, {}, {"gift", "express"},
              0.15,          "Ring twice,\nplease: \"Hopper\"."};
  for (int i = 0; i < 20; ++i) {
    order.lines.push_back({"SKU-" + std::to_string(1000 + i),
                           "A pot of caf\xc3\xa9 cr\xc3\xa8me, large", i % 5 + 1, 3.95 + i,
                           i % 4 == 0 ? std::optional<std::string>("hot") : std::nullopt});
  }
  return order;
}

std::string write_with_boost(const Order& order) {
  json::array lines;
  lines.reserve(order.lines.size());
  for (const Line& line : order.lines) {
    json::object& out = lines.emplace_back(json::object()).as_object();
    out.reserve(5);
    out.emplace("sku", line.sku);
    out.emplace("title", line.title);
    out.emplace("count", line.count);
    out.emplace("price", line.price);
    if (line.note) out.emplace("note", *line.note);
  }
  json::object out;
  out.reserve(6);
  out.emplace("id", order.id);
  out.emplace("customer", json::object({{"name", order.customer.name},
                                        {"email", order.customer.email},
                                        {"trusted", order.customer.trusted}}));
  out.emplace("lines", std::move(lines));
  out.emplace("tags", json::array(order.tags.begin(), order.tags.end()));
  if (order.discount) out.emplace("discount", *order.discount);
  if (order.note) out.emplace("note", *order.note);
  return json::serialize(out);
}

Order read_with_boost(std::string_view text) {
  const json::value document = json::parse({text.data(), text.size()});
  const auto text_of = [](const json::value& value) { return std::string(value.as_string()); };
  const json::object& in = document.as_object();
  const json::object& customer = in.at("customer").as_object();
  Order order{in.at("id").to_number<std::int64_t>(),
              {text_of(customer.at("name")), text_of(customer.at("email")),
               customer.at("trusted").as_bool()},
              {},
              {},
              {},
              {}};
  for (const json::value& each : in.at("lines").as_array()) {
    const json::object& line = each.as_object();
    order.lines.push_back({text_of(line.at("sku")),
                           text_of(line.at("title")),
                           line.at("count").to_number<int>(),
                           line.at("price").to_number<double>(),
                           {}});
    if (const auto* const note = line.if_contains("note")) order.lines.back().note = text_of(*note);
  }
  for (const json::value& tag : in.at("tags").as_array()) order.tags.push_back(text_of(tag));
  if (const auto* const discount = in.if_contains("discount"))
    order.discount = discount->to_number<double>();
  if (const auto* const note = in.if_contains("note")) order.note = text_of(*note);
  return order;
}

}  // namespace

Cases json_cases() {
  const std::string text = to_json(make_order());
  expect(to_json(from_json<Order>(write_with_boost(make_order())).value()) == text &&
             to_json(read_with_boost(text)) == text,
         "our JSON and Boost's differ");
  return {
      {"write",
       [] {
         return Round([order = make_order()] { expect(!to_json(order).empty(), "no text"); });
       }},
      {"write-boost",
       [] {
         return Round(
             [order = make_order()] { expect(!write_with_boost(order).empty(), "no text"); });
       }},
      {"read",
       [] {
         return Round([text = to_json(make_order())] {
           expect(from_json<Order>(text).has_value(), "not read");
         });
       }},
      {"read-boost",
       [] {
         return Round(
             [text = to_json(make_order())] { expect(read_with_boost(text).id != 0, "not read"); });
       }},
  };
}

}  // namespace bench
