// Where a page leads: links and redirections, as a browser follows them.

#include <algorithm>
#include <stdexcept>

#include "mastic/base/text.h"
#include "mastic/testing/page_url.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {

using html::Element;
using http::Status;

namespace {

[[noreturn]] void fail_page(const Where& where, const std::string& message) {
  throw std::logic_error(detail::to_text(where) + message);
}

std::vector<Element> links_of(const html::Document& page) {
  return page.select("a[href], area[href]");
}

std::string text_of(const Element& link) {
  std::string text = html::collapse(link.text());
  if (!text.empty()) return text;
  const std::optional<Element> image = link.first("img[alt]");
  return std::string(image ? *image->attribute("alt") : link.attribute("alt").value_or(""));
}

std::string list_links(const std::vector<Element>& links) {
  constexpr std::size_t kMost = 40;
  std::string list;
  for (std::size_t i = 0; i < links.size() && i < kMost; ++i) {
    list += "\n  " + std::to_string(i) + ": " + text_of(links[i]) + " -> " +
            std::string(*links[i].attribute("href"));
  }
  return list + (links.size() > kMost ? "\n  ..." : "");
}

/// The elements that a selector matches; nothing if the text is no selector.
std::vector<Element> select_if_css(const html::Document& page, std::string_view css) {
  try {
    return page.select(css);
  } catch (const std::logic_error&) {
    return {};
  }
}

std::vector<Element> find_links(const html::Document& page, std::string_view wanted,
                                const Where& where) {
  const std::vector<Element> links = links_of(page);
  std::vector<Element> found;
  const std::string text = html::collapse(wanted);
  std::ranges::copy_if(links, std::back_inserter(found),
                       [&](const Element& each) { return text_of(each) == text; });
  if (!found.empty()) return found;
  const std::vector<Element> selected = select_if_css(page, wanted);
  std::ranges::copy_if(selected, std::back_inserter(found),
                       [](const Element& each) { return each.matches("a[href], area[href]"); });
  if (!found.empty()) return found;
  if (!selected.empty()) {
    fail_page(where, "'" + std::string(wanted) + "' is a <" + std::string(selected[0].name()) +
                         "> and no link; its HTML is " + selected[0].outer_html().substr(0, 200));
  }
  std::ranges::copy_if(links, std::back_inserter(found), [&](const Element& each) {
    return !text.empty() && text_of(each).find(text) != std::string::npos;
  });
  return found;
}

/// What to do instead, if what should be clicked is a button.
std::string remedy_for_button(const html::Document& page, std::string_view wanted) {
  const std::string text = html::collapse(wanted);
  for (const Element& each : page.select("button, input[type=submit i], input[type=image i]")) {
    const bool is_button = each.name() == "button";
    const std::string label =
        is_button ? html::collapse(each.text()) : std::string(each.attribute("value").value_or(""));
    if (label != text) continue;
    return "; there is a button " + label + ", which form(...).submit(\"" + label + "\") presses";
  }
  return {};
}

/// Whether an answer is one that a browser follows.
bool is_redirection(const TestResponse& response) {
  switch (response.status) {
    case Status::MovedPermanently:
    case Status::Found:
    case Status::SeeOther:
    case Status::TemporaryRedirect:
    case Status::PermanentRedirect:
      return response.field("Location").has_value();
    default:
      return false;
  }
}

/// "http://a.example" for "http://a.example:80".
std::string_view without_default_port(std::string_view origin) {
  constexpr std::string_view kPort = ":80";
  return origin.ends_with(kPort) ? origin.substr(0, origin.size() - kPort.size()) : origin;
}

/// Fields that belong to one request, and not to the one after a redirection.
bool is_of_one_request(std::string_view name, bool keeps_content) {
  for (const std::string_view each :
       {"Host", "Cookie", "Content-Length", "Transfer-Encoding", "Connection"}) {
    if (base::equal_ignoring_case(name, each)) return true;
  }
  return !keeps_content && (base::equal_ignoring_case(name.substr(0, 8), "Content-") ||
                            base::equal_ignoring_case(name, "Origin"));
}

}  // namespace

/// The URL of the page by the host that the request named, which need not be the client's default.
std::string TestResponse::page_url() const {
  std::string whole = url();
  const auto host = request().fields.get(http::FieldName::Host);
  const std::string_view origin = origin_of(whole);
  if (!host || origin.empty()) return whole;
  return "http://" + std::string(*host) + whole.substr(origin.size());
}

std::string TestResponse::base_url(Where where) const {
  const auto type = field("Content-Type");
  const bool is_page = type && base::lower_case(*type).find("html") != std::string::npos;
  return is_page ? resolve_url(page_url(), html(where).base_url()) : page_url();
}

TestResponse TestResponse::send(std::string_view method, std::string_view url,
                                const FieldList& more, std::string_view content,
                                Where where) const {
  const std::string own = page_url();
  const std::string_view origin = origin_of(own);
  const std::string_view its_origin = origin_of(url);
  if (its_origin.empty()) {
    fail_page(where, "'" + std::string(url) + "' is not a page that a client can ask for");
  }
  if (!base::equal_ignoring_case(without_default_port(its_origin), without_default_port(origin))) {
    fail_page(where, "'" + std::string(url) + "' is on another host: this client talks to " +
                         std::string(origin));
  }
  FieldList all = more;
  const auto lacks = [&](std::string_view name) {
    return std::ranges::none_of(
        all, [&](const auto& each) { return base::equal_ignoring_case(each.first, name); });
  };
  const std::string_view host = origin.substr(origin.find("//") + 2);
  TestClient& its_client = client(where);
  const std::string_view client_origin = its_client.origin();
  if (host != client_origin.substr(client_origin.find("//") + 2) && lacks("Host"))
    all.emplace_back("Host", host);
  // The target as a URL of the client, so that a path before all targets is not put there twice.
  const std::string target = its_client.origin() + std::string(url.substr(its_origin.size()));
  if (lacks("Referer")) all.emplace_back("Referer", own);
  std::erase_if(all,
                [](const auto& each) { return each.first == "Referer" && each.second.empty(); });
  return its_client.request(method, target, all, content, where);
}

/// Throws std::logic_error for a redirection, on whose page nothing can be done.
void TestResponse::expect_page(const Where& where) const {
  if (!is_redirection(*this)) return;
  fail_page(where, "the answer is a redirection to " + std::string(*field("Location")) +
                       ", and no page yet; follow() follows it");
}

TestResponse TestResponse::visit(std::string_view reference, Where where) const {
  return send("GET", resolve_url(base_url(where), reference), {}, {}, where);
}

TestResponse TestResponse::go_to(std::string_view reference, Where where) const {
  return visit(reference, where);
}

TestResponse TestResponse::refresh(Where where) const {
  FieldList again;
  for (const http::Field each : request().fields.view()) {
    if (!is_of_one_request(each.name, true)) again.emplace_back(each.name, each.value);
  }
  if (!request().fields.get("Referer")) again.emplace_back("Referer", "");
  return send(request().method, page_url(), again, request().content, where);
}

TestResponse TestResponse::follow(Where where) const {
  if (!is_redirection(*this)) {
    fail_page(where, "the answer is no redirection that could be followed\n" + to_string());
  }
  const std::string& method = request().method;
  const bool is_post_before =
      (status == Status::MovedPermanently || status == Status::Found) && method == "POST";
  const bool becomes_get = is_post_before || (status == Status::SeeOther && method != "HEAD");
  FieldList again;
  for (const http::Field each : request().fields.view()) {
    if (!is_of_one_request(each.name, !becomes_get)) again.emplace_back(each.name, each.value);
  }
  // The page that led to the redirection stays the Referer.
  if (!request().fields.get("Referer")) again.emplace_back("Referer", "");
  return send(becomes_get ? "GET" : method, resolve_url(page_url(), *field("Location")), again,
              becomes_get ? std::string_view() : std::string_view(request().content), where);
}

TestResponse TestResponse::follow_all(Where where) const {
  constexpr int kMost = 20;  // as in browsers
  std::string chain = page_url();
  TestResponse response = *this;
  for (int i = 0; is_redirection(response); ++i) {
    if (i == kMost)
      fail_page(where, "more than " + std::to_string(kMost) + " redirections: " + chain);
    response = response.follow(where);
    chain += " -> " + response.page_url();
  }
  return response;
}

TestResponse TestResponse::click(std::string_view wanted, Where where) const {
  return click_one(wanted, nullptr, where);
}
TestResponse TestResponse::click(std::string_view wanted, std::size_t index, Where where) const {
  return click_one(wanted, &index, where);
}

TestResponse TestResponse::click_one(std::string_view wanted, const std::size_t* index,
                                     Where where) const {
  expect_page(where);
  const html::Document& page = html(where);
  const std::vector<Element> found = find_links(page, wanted, where);
  const std::string name = "'" + std::string(wanted) + "'";
  if (found.empty()) {
    const auto links = links_of(page);
    fail_page(where, "there is no link " + name + remedy_for_button(page, wanted) +
                         (links.empty() ? "; the page has no links"
                                        : "; the links of the page are" + list_links(links)));
  }
  if (index != nullptr && *index >= found.size()) {
    fail_page(where, "there is no link " + name + " with index " + std::to_string(*index) +
                         "; there are" + list_links(found));
  }
  const std::string href(html::strip(*found[index != nullptr ? *index : 0].attribute("href")));
  const auto leads_there = [&](const Element& each) {
    return html::strip(*each.attribute("href")) == href;
  };
  if (index == nullptr && !std::ranges::all_of(found, leads_there)) {
    fail_page(where, std::to_string(found.size()) + " links match " + name +
                         "; say which by its index:" + list_links(found));
  }
  if (href.starts_with('#')) {
    fail_page(where, "the link " + name + " leads to '" + href + "', a place on the same page");
  }
  const std::string lower = base::lower_case(href);
  for (const std::string_view scheme : {"javascript:", "mailto:", "tel:", "data:", "blob:"}) {
    if (lower.starts_with(scheme))
      fail_page(where,
                "the link " + name + " is '" + href + "', which leads to no page of a server");
  }
  return visit(href, where);
}

}  // namespace mastic::testing
