#include "pages.h"

#include <mastic/base/html_writer.h>

using mastic::FieldErrors;
using mastic::Response;
using mastic::Status;
using mastic::base::HtmlWriter;
using mastic::base::Markup;

namespace {

std::string price(int cents) {
  const int rest = cents % 100;
  return std::to_string(cents / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest) + " EUR";
}

Response page(const Visit& visit, std::string_view title, const HtmlWriter& content,
              Status status = Status::Ok) {
  HtmlWriter html;
  html.add(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      title,
      " - Tea shop</title>\n<link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n<link "
      "rel=\"stylesheet\" href=\"/style.css\">\n"
      "<script type=\"module\" src=\"/stock.js\"></script>\n</head>\n<body>\n"
      "<nav><a href=\"/\">Tea shop</a> <a href=\"/cart\">Cart (",
      visit.cart.size(), ")</a> ");
  if (visit.customer.empty()) {
    html.add("<a href=\"/login\">Log in</a>");
  } else {
    html.add("<a href=\"/account\">", visit.customer,
             "</a> <form method=\"post\" action=\"/logout\"><button>Log out</button></form>");
  }
  html.add("</nav>\n<main>\n<h1>", title, "</h1>\n");
  html.add_html(content.html()).add("</main>\n</body>\n</html>\n");
  return Response::html(html.take(), status);
}

/// A paragraph that says what is wrong, unless nothing is.
void add_complaint(HtmlWriter& html, std::string_view complaint) {
  if (!complaint.empty()) html.add("<p class=\"wrong\" role=\"alert\">", complaint, "</p>\n");
}

Status status_for(std::string_view complaint) {
  return complaint.empty() ? Status::Ok : Status::UnprocessableContent;
}

}  // namespace

Response start_page(const Visit& visit, const std::vector<Tea>& teas, const std::string& words) {
  HtmlWriter html;
  html.add(
      "<form id=\"search\" action=\"/\" role=\"search\">\n<label for=\"words\">Find a tea</label>\n"
      "<input id=\"words\" type=\"search\" name=\"words\" value=\"",
      words, "\">\n<button>Find</button>\n</form>\n<ul class=\"teas\">\n");
  for (const Tea& tea : teas) {
    html.add("<li data-tea=\"", tea.id, "\"><a href=\"/teas/", tea.id, "\">", tea.name, "</a> ",
             "<span>", tea.origin, "</span> <b>", price(tea.cents), "</b> <output class=\"stock\">",
             tea.stock, "</output></li>\n");
  }
  html.add("</ul>\n");
  if (teas.empty()) html.add("<p>There is no such tea.</p>\n");
  return page(visit, "Teas", html);
}

Response tea_page(const Visit& visit, const Tea& tea, const FieldErrors& errors) {
  HtmlWriter html;
  html.add("<p>From ", tea.origin, ", ", price(tea.cents), " a bag; <span data-tea=\"", tea.id,
           "\"><output class=\"stock\">", tea.stock, "</output></span> bags left.</p>\n");
  add_complaint(html, errors.of("amount"));
  html.add(
      "<form id=\"add\" method=\"post\" action=\"/cart\">\n"
      "<input type=\"hidden\" name=\"tea\" value=\"",
      tea.id,
      "\">\n<label for=\"amount\">Bags</label>\n<select id=\"amount\" name=\"amount\">"
      "<option value=\"1\">one<option value=\"2\">two<option value=\"5\">five</select>\n"
      "<label><input id=\"as-gift\" type=\"checkbox\" name=\"as_gift\" value=\"true\"> as a "
      "gift</label>\n"
      "<button>Put into the cart</button>\n</form>\n");
  return page(visit, tea.name, html, status_for(errors.of("amount")));
}

Response cart_page(const Visit& visit, const Shop& shop, const std::string& complaint) {
  HtmlWriter html;
  add_complaint(html, complaint);
  int sum = 0;
  html.add("<ul class=\"cart\">\n");
  for (const CartLine& line : visit.cart) {
    const auto tea = shop.tea(line.tea);
    if (!tea) continue;
    sum += line.amount * tea->cents;
    html.add("<li>", line.amount, " x ", tea->name, line.as_gift ? Markup(" (a gift)") : Markup(),
             "</li>\n");
  }
  html.add("</ul>\n<p>Together <b id=\"sum\">", price(sum), "</b></p>\n");
  if (!visit.cart.empty()) {
    html.add(
        "<form id=\"order\" method=\"post\" action=\"/orders\">\n"
        "<button name=\"what\" value=\"order\">Order</button>\n"
        "<button name=\"what\" value=\"empty\">Empty the cart</button>\n</form>\n");
  }
  return page(visit, "Your cart", html, complaint.empty() ? Status::Ok : Status::Conflict);
}

Response login_page(const Visit& visit, const std::string& next, const std::string& complaint) {
  HtmlWriter html;
  add_complaint(html, complaint);
  html.add(
      "<form id=\"login\" method=\"post\" action=\"/login\">\n"
      "<input type=\"hidden\" name=\"next\" value=\"",
      next,
      "\">\n<label for=\"customer\">Name</label>\n"
      "<input id=\"customer\" name=\"customer\" autocomplete=\"username\" required>\n"
      "<label for=\"password\">Password</label>\n<input id=\"password\" type=\"password\" "
      "name=\"password\" autocomplete=\"current-password\" required>\n"
      "<button>Log in</button>\n</form>\n");
  return page(visit, "Log in", html, status_for(complaint));
}

Response account_page(const Visit& visit, const FieldErrors& errors) {
  HtmlWriter html;
  if (visit.picture)
    html.add("<img src=\"/account/picture\" alt=\"Your picture\" width=\"120\">\n");
  add_complaint(html, errors.of("picture"));
  html.add(
      "<form id=\"picture\" method=\"post\" action=\"/account/picture\" "
      "enctype=\"multipart/form-data\">\n<label for=\"file\">A picture of you</label>\n"
      "<input id=\"file\" type=\"file\" name=\"picture\" accept=\"image/png,image/jpeg\" "
      "required>\n<button>Send</button>\n</form>\n");
  return page(visit, "Hello, " + visit.customer, html, status_for(errors.of("picture")));
}

Response order_page(const Visit& visit, int number) {
  HtmlWriter html;
  html.add("<p>Thank you. Your order has the number <b id=\"number\">", number, "</b>.</p>\n");
  return page(visit, "Ordered", html);
}
