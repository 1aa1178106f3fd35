// A tree as HTML: the algorithm of the HTML standard, "serializing HTML fragments", as a loop.

#include <array>

#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {
namespace {

constexpr std::array<std::string_view, 18> kWithoutEnd = {
    "area", "base",  "basefont", "bgsound", "br",   "col",   "embed",  "frame", "hr",
    "img",  "input", "keygen",   "link",    "meta", "param", "source", "track", "wbr"};
constexpr std::array<std::string_view, 7> kRaw = {"style",   "script",   "xmp",      "iframe",
                                                  "noembed", "noframes", "plaintext"};

/// Appends text with the characters as references that would end it, or a value in quotes.
void append_escaped(std::string& out, std::string_view text, bool is_value) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '&') {
      out += "&amp;";
    } else if (text.substr(at, 2) == "\xc2\xa0") {
      out += "&nbsp;";
      ++at;
    } else if (is_value && c == '"') {
      out += "&quot;";
    } else if (!is_value && c == '<') {
      out += "&lt;";
    } else if (!is_value && c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
}

void append_start_tag(std::string& out, const Node& node) {
  out.append("<").append(node.text);
  for (const Attribute& attribute : node.attributes) {
    out.append(" ").append(attribute.name).append("=\"");
    append_escaped(out, attribute.value, true);
    out += '"';
  }
  out += '>';
}

}  // namespace

std::string serialize(const Tree& tree, NodeIndex top, bool inner) {
  std::string out;
  std::vector<NodeIndex> open;
  const NodeIndex end = tree.nodes[top].subtree_end;
  const auto close_until = [&](NodeIndex at) {
    while (!open.empty() && tree.nodes[open.back()].subtree_end <= at) {
      out.append("</").append(tree.nodes[open.back()].text).append(">");
      open.pop_back();
    }
  };
  for (NodeIndex at = inner ? top + 1 : top; at < end; ++at) {
    close_until(at);
    const Node& node = tree.nodes[at];
    if (node.kind == Node::Kind::Comment) {
      out.append("<!--").append(node.text).append("-->");
    } else if (node.kind == Node::Kind::Text) {
      const Node* parent = node.parent == kNoNode ? nullptr : &tree.nodes[node.parent];
      const bool is_raw = parent != nullptr && parent->is_html && is_one_of(parent->text, kRaw);
      is_raw ? void(out += node.text) : append_escaped(out, node.text, false);
    } else {
      append_start_tag(out, node);
      const bool has_end = !node.is_html || !is_one_of(node.text, kWithoutEnd);
      if (has_end) open.push_back(at);
    }
  }
  close_until(end);
  return out;
}

}  // namespace mastic::testing::html
