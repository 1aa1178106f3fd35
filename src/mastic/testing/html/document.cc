#include "mastic/testing/html/document.h"

#include "mastic/base/encoding.h"
#include "mastic/testing/html/parse.h"
#include "mastic/testing/html/selector.h"

namespace mastic::testing::html {

Document::Document(std::string_view bytes, std::string_view content_type)
    : tree_(parse(bytes, content_type)) {}

std::vector<Element> Document::select(std::string_view css, std::source_location where) const {
  std::vector<Element> found;
  const std::vector<bool> matches = Selector::parse(css, where).match(*tree_);
  for (NodeIndex at = 0; at < matches.size(); ++at) {
    if (matches[at]) found.emplace_back(tree_, at);
  }
  return found;
}

std::optional<Element> Document::first(std::string_view css, std::source_location where) const {
  const std::vector<bool> matches = Selector::parse(css, where).match(*tree_);
  for (NodeIndex at = 0; at < matches.size(); ++at) {
    if (matches[at]) return Element(tree_, at);
  }
  return std::nullopt;
}

std::string Document::title() const {
  // The title of a picture in SVG is not that of the page.
  const NodeIndex title = tree_->find("title", tree_->root);
  return title == kNoNode ? std::string() : collapse(tree_->shown(title));
}

std::string Document::text() const {
  const NodeIndex body = tree_->find("body", tree_->root);
  return body == kNoNode ? std::string() : std::string(tree_->shown(body));
}

bool Document::contains(std::string_view text) const {
  const NodeIndex body = tree_->find("body", tree_->root);
  return body != kNoNode && Element(tree_, body).contains(text);
}

std::string Document::base_url() const {
  for (NodeIndex at = tree_->find("base", tree_->root); at != kNoNode && at < tree_->nodes.size();
       ++at) {
    const std::string* const href = tree_->nodes[at].attribute("href");
    if (tree_->nodes[at].is("base") && href != nullptr) return std::string(strip(*href));
  }
  return {};
}

std::string Document::outline() const {
  std::string out;
  std::vector<std::size_t> depths(tree_->nodes.size(), 0);
  for (NodeIndex at = 0; at < tree_->nodes.size(); ++at) {
    const Node& node = tree_->nodes[at];
    if (node.parent != kNoNode) depths[at] = depths[node.parent] + 1;
    out.append(2 * depths[at], ' ');
    if (node.kind == Node::Kind::Element) {
      out += "<" + std::string(node.is_html ? "" : "foreign ") + node.text;
      for (const auto& [name, value] : node.attributes) {
        out.append(" ").append(name).append("=");
        base::append_json_string(out, value);
      }
      out += ">\n";
    } else {
      if (node.kind == Node::Kind::Comment) out += "comment ";
      base::append_json_string(out, node.text);
      out += "\n";
    }
  }
  return out;
}

}  // namespace mastic::testing::html
