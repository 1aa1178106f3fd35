// The text of a tree as people see it: white space is one blank, blocks are lines of their own, cells
// of a table have tabs between them, and scripts and style sheets are left out. There is no layout by
// style sheets here: what they hide is in the text.

#include <array>

#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {
namespace {

constexpr std::array<std::string_view, 44> kBlocks = {
    "address",  "article",  "aside",  "blockquote", "body", "caption",  "center",     "dd",
    "details",  "dialog",   "div",    "dl",         "dt",   "fieldset", "figcaption", "figure",
    "footer",   "form",     "h1",     "h2",         "h3",   "h4",       "h5",         "h6",
    "header",   "hr",       "html",   "legend",     "li",   "main",     "menu",       "nav",
    "ol",       "optgroup", "option", "p",          "pre",  "section",  "summary",    "table",
    "textarea", "title",    "tr",     "ul"};
constexpr std::array<std::string_view, 6> kUnseen = {"script",   "style",    "template",
                                                     "datalist", "noframes", "iframe"};
constexpr std::array<std::string_view, 3> kKept = {"pre", "textarea", "listing"};

/// Writes text and remembers which white space is due before the next character.
class TextWriter {
 public:
  void add(std::string_view text, bool is_kept) {
    for (const char c : text) {
      if (is_space(c) && !(is_kept && c != '\r')) {
        due(' ');
        continue;
      }
      if (due_ != 0 && !shown_.empty() && shown_.back() != '\n') shown_ += due_;
      due_ = 0;
      shown_ += c;
      add_flat(c);
    }
  }
  /// Asks for white space before the next character: a line end outdoes a tab, and a tab a blank.
  void due(char c) {
    const auto rank = [](char each) { return each == '\n' ? 3 : each == '\t' ? 2 : each == ' '; };
    if (rank(c) > rank(due_)) due_ = c;
    is_flat_due_ = true;
  }
  void break_line() {
    if (due_ == '\n') {  // a second <br> in a row is an empty line
      shown_ += '\n';
    }
    due('\n');
  }

  std::string shown_;
  std::string flat_;

 private:
  void add_flat(char c) {
    if (is_space(c)) {
      is_flat_due_ = true;
      return;
    }
    if (is_flat_due_ && !flat_.empty()) flat_ += ' ';
    is_flat_due_ = false;
    flat_ += c;
  }

  char due_ = 0;
  bool is_flat_due_ = false;
};

}  // namespace

void lay_out_text(Tree& tree) {
  TextWriter writer;
  std::vector<NodeIndex> open;
  int kept = 0;
  const auto at_edge = [&](const Node& node) {
    if (!node.is_html) return;
    if (is_one_of(node.text, kBlocks)) writer.due('\n');
    if (node.text == "td" || node.text == "th") writer.due('\t');
  };
  const auto close_until = [&](NodeIndex at) {
    while (!open.empty() && tree.nodes[open.back()].subtree_end <= at) {
      Node& node = tree.nodes[open.back()];
      node.shown.end = writer.shown_.size();
      node.flat.end = writer.flat_.size();
      if (is_one_of(node.text, kKept)) --kept;
      at_edge(node);
      open.pop_back();
    }
  };
  NodeIndex unseen_until = 0;
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    close_until(at);
    Node& node = tree.nodes[at];
    node.shown = {writer.shown_.size(), writer.shown_.size()};
    node.flat = {writer.flat_.size(), writer.flat_.size()};
    if (at < unseen_until) continue;
    if (node.kind == Node::Kind::Text) writer.add(node.text, kept > 0);
    if (node.kind != Node::Kind::Element) continue;
    if (is_one_of(node.text, kUnseen)) {
      unseen_until = node.subtree_end;
      continue;
    }
    at_edge(node);
    if (node.is("br")) writer.break_line();
    if (is_one_of(node.text, kKept)) ++kept;
    open.push_back(at);
  }
  close_until(static_cast<NodeIndex>(tree.nodes.size()));
  tree.shown_text = std::move(writer.shown_);
  tree.flat_text = std::move(writer.flat_);
}

}  // namespace mastic::testing::html
