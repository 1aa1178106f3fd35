// The one file that knows libgumbo. The parser is a C library that recurses when it frees a tree, asks
// for as much memory as a page makes it ask for, and has no error for either (ADR 0041). So
//
// - tags below kMaxDepth are blanked out before it sees them, as browsers do it in their trees,
// - its memory comes from here, is bounded, and is freed as a whole: it never frees a tree itself,
// - when the memory does not suffice, the allocator jumps out of the parser, which has nothing to
//   clean up, and half of the page is parsed instead.

#include "mastic/testing/html/parse.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "mastic/base/text.h"
#include "mastic/testing/html/charset.h"
#include "mastic/testing/html/tag_scanner.h"

#ifdef MASTIC_GUMBO
#include <gumbo.h>
#endif

namespace mastic::testing::html {

#ifdef MASTIC_GUMBO

namespace {

constexpr std::size_t kMaxDepth = 512;  // as in Chromium and WebKit
constexpr int kMaxErrors = 100;

SourcePlace place_of(std::string_view source, std::size_t offset) {
  const std::string_view before = source.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto begins_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  };
  const auto lines = std::ranges::count(before, '\n');
  const auto characters = std::ranges::count_if(before.substr(line_begin), begins_character);
  return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(characters + 1),
          offset};
}

/// Elements that never contain others, and those whose end tag is optional and which close each other:
/// an open list item is no sign of a deep tree.
bool counts_for_depth(const Tag& tag, bool is_foreign) {
  static constexpr std::array<std::string_view, 37> kNames = {
      "area",     "base",    "basefont", "bgsound", "br",   "col",   "embed", "frame",
      "hr",       "img",     "input",    "keygen",  "link", "meta",  "param", "source",
      "track",    "wbr",     "html",     "head",    "body", "p",     "li",    "dt",
      "dd",       "option",  "tr",       "td",      "th",   "thead", "tbody", "tfoot",
      "colgroup", "caption", "rp",       "rt",      "rb"};
  if (tag.is_self_closing && is_foreign) return false;
  return !has_raw_text(tag.name) && !is_one_of(tag.name, kNames);
}

/// Blanks out the tags of elements that are nested too deeply. This is a bound for time, not for
/// safety: the open elements are counted roughly, because only a parser knows them.
void bound_depth(std::string& source, std::vector<ParseError>& errors) {
  std::vector<std::string> open;
  std::size_t blanked = 0;
  std::ptrdiff_t foreign = 0;  // how many of the open elements are <svg> or <math>
  const auto is_foreign = [](const std::string& name) { return name == "svg" || name == "math"; };
  const auto blank = [&](const Tag& tag) {
    for (std::size_t at = tag.begin; at < tag.end; ++at) {
      if (source[at] != '\n') source[at] = ' ';
    }
  };
  const std::string copy = source;
  TagScanner tags(copy);
  while (const auto tag = tags.next()) {
    if (!counts_for_depth(*tag, foreign > 0)) continue;
    if (tag->is_end) {
      const auto found = std::ranges::find(open.rbegin(), open.rend(), tag->name);
      if (blanked > 0) {
        --blanked;
        blank(*tag);
      } else if (found != open.rend()) {
        foreign -= std::count_if(found.base() - 1, open.end(), is_foreign);
        open.erase(found.base() - 1, open.end());
      }
    } else if (open.size() < kMaxDepth) {
      open.push_back(tag->name);
      if (is_foreign(tag->name)) ++foreign;
    } else {
      if (blanked++ == 0 && errors.empty()) {
        errors.push_back({place_of(copy, tag->begin),
                          "elements are nested more than " + std::to_string(kMaxDepth) +
                              " deep: <" + tag->name + "> and what is below it are flattened"});
      }
      blank(*tag);
    }
  }
}

// ---- the parser's memory ----

/// Memory that is freed as a whole.
class ParserMemory {
 public:
  explicit ParserMemory(std::size_t most) : left_(most) {}
  ~ParserMemory() {
    while (blocks_ != nullptr) {
      Block* const next = blocks_->next;
      std::free(blocks_);
      blocks_ = next;
    }
  }
  ParserMemory(const ParserMemory&) = delete;
  ParserMemory& operator=(const ParserMemory&) = delete;

  static void* allocate(void* self, std::size_t size) {
    return static_cast<ParserMemory*>(self)->take(size);
  }
  static void keep(void* /*self*/, void* /*memory*/) {}

  std::jmp_buf when_spent;  ///< where the parser is left when it asks for too much

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
  struct alignas(std::max_align_t) Block {
    Block* next;
  };

  void* take(std::size_t size) {
    size = (size + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
    if (size > left_) std::longjmp(when_spent, 1);  // NOLINT(cert-err52-cpp): above
    left_ -= size;
    if (size > room_) {
      room_ = std::max(size, kBlockBytes);
      void* const block = std::malloc(sizeof(Block) + room_);
      if (block == nullptr) std::longjmp(when_spent, 1);  // NOLINT(cert-err52-cpp): above
      blocks_ = new (block) Block{blocks_};
      at_ = static_cast<char*>(block) + sizeof(Block);
    }
    char* const taken = at_;
    at_ += size;
    room_ -= size;
    return taken;
  }

  Block* blocks_ = nullptr;
  char* at_ = nullptr;
  std::size_t room_ = 0;
  std::size_t left_;
};

/// Runs the parser; null if the memory did not suffice. There is nothing in this function that a
/// jump out of the parser would skip.
const GumboOutput* run_parser(ParserMemory& memory, const char* source, std::size_t size) {
  if (setjmp(memory.when_spent) != 0) return nullptr;  // NOLINT(cert-err52-cpp): see ParserMemory
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = ParserMemory::allocate;
  options.deallocator = ParserMemory::keep;
  options.userdata = &memory;
  options.tab_stop = 1;
  options.max_errors = kMaxErrors;
  return gumbo_parse_with_options(&options, source, size);
}

// ---- the parser's tree as ours ----

bool is_element(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

std::string name_of(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_UNKNOWN && element.tag_namespace == GUMBO_NAMESPACE_HTML) {
    return gumbo_normalized_tagname(element.tag);
  }
  GumboStringPiece piece = element.original_tag;
  gumbo_tag_from_original_text(&piece);
  if (piece.length == 0) {
    return element.tag == GUMBO_TAG_UNKNOWN ? "" : gumbo_normalized_tagname(element.tag);
  }
  const char* const svg =
      element.tag_namespace == GUMBO_NAMESPACE_SVG ? gumbo_normalize_svg_tagname(&piece) : nullptr;
  return svg != nullptr ? svg : base::lower_case({piece.data, piece.length});
}

class Converter {
 public:
  Converter(Tree& tree, std::string_view source) : tree_(tree), source_(source) {}

  void convert(const GumboNode& document) {
    struct Open {
      const GumboVector* children;
      unsigned next;
      NodeIndex node;
    };
    std::vector<Open> open = {{&document.v.document.children, 0, kNoNode}};
    while (!open.empty()) {
      auto& [children, next, parent] = open.back();
      if (next == children->length) {
        if (parent != kNoNode) tree_.nodes[parent].subtree_end = size();
        open.pop_back();
        continue;
      }
      const GumboNode& child = *static_cast<const GumboNode*>(children->data[next++]);
      const NodeIndex node = add(child, parent);
      // What is in a <template> is not part of the page.
      if (child.type == GUMBO_NODE_ELEMENT) open.push_back({&child.v.element.children, 0, node});
    }
    tree_.root = static_cast<NodeIndex>(
        std::ranges::find_if(tree_.nodes, [](const Node& node) { return node.is("html"); }) -
        tree_.nodes.begin());
  }

 private:
  [[nodiscard]] NodeIndex size() const { return static_cast<NodeIndex>(tree_.nodes.size()); }

  NodeIndex add(const GumboNode& from, NodeIndex parent) {
    Node node;
    node.parent = parent;
    node.subtree_end = size() + 1;
    if (is_element(from)) {
      const GumboElement& element = from.v.element;
      node.text = name_of(element);
      node.is_html = element.tag_namespace == GUMBO_NAMESPACE_HTML;
      if (element.original_tag.length > 0) {
        node.place = {element.start_pos.line, element.start_pos.column,
                      static_cast<std::size_t>(element.original_tag.data - source_.data())};
      }
      for (unsigned i = 0; i < element.attributes.length; ++i) {
        const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
        node.attributes.push_back({attribute.name, attribute.value});
      }
    } else {
      const bool is_comment = from.type == GUMBO_NODE_COMMENT;
      node.kind = is_comment ? Node::Kind::Comment : Node::Kind::Text;
      node.text = from.v.text.text;
    }
    tree_.nodes.push_back(std::move(node));
    return size() - 1;
  }

  Tree& tree_;
  std::string_view source_;
};

/// Gives each control the form that the standard's "form element pointer" had when the parser came to
/// it: that of the last <form> that no </form> has ended. It differs from the form around a control
/// where tags are nested wrongly: a <form> within a <table> contains nothing at all.
void find_forms(Tree& tree, std::string_view source) {
  std::vector<std::pair<std::size_t, NodeIndex>> changes;  // offset, and the form from there on
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    const Node& node = tree.nodes[at];
    if (node.is("form") && node.place.line > 0) changes.emplace_back(node.place.offset, at);
  }
  if (changes.empty()) return;
  TagScanner tags(source);
  while (const auto tag = tags.next()) {
    if (tag->is_end && tag->name == "form") changes.emplace_back(tag->begin, kNoNode);
  }
  std::ranges::sort(changes);
  for (Node& node : tree.nodes) {
    if (node.kind != Node::Kind::Element || node.place.line == 0) continue;
    const auto after = std::ranges::upper_bound(changes, node.place.offset, {},
                                                [](const auto& change) { return change.first; });
    if (after != changes.begin()) node.form = std::prev(after)->second;
  }
}

/// The errors that the parser noted. Its header does not declare them; this is how each begins, in all
/// versions of the library.
struct GumboErrorHead {
  int type;
  GumboSourcePosition position;
  const char* original_text;
};

void add_errors(Tree& tree, const GumboOutput& output, std::string_view source) {
  constexpr std::size_t kMaxShown = 24;
  for (unsigned i = 0; i < output.errors.length; ++i) {
    GumboErrorHead head;
    std::memcpy(&head, output.errors.data[i], sizeof head);
    const auto offset = static_cast<std::size_t>(head.original_text - source.data());
    if (head.original_text == nullptr || offset > source.size()) continue;
    const bool is_end = offset == source.size();
    std::string near(source.substr(offset, kMaxShown));
    near.resize(std::min(near.size(), near.find('\n')));
    while (!near.empty() &&
           (static_cast<unsigned char>(source[std::min(offset + near.size(), source.size() - 1)]) &
            0xC0) == 0x80)
      near.pop_back();
    const SourcePlace place{head.position.line, head.position.column, offset};
    tree.errors.push_back(
        {place, is_end ? "the page ends too early" : "not as HTML wants it: " + near});
  }
  std::ranges::sort(tree.errors, {}, [](const ParseError& error) {
    return std::pair(error.place.offset, error.message);
  });
}

}  // namespace

std::shared_ptr<const Tree> parse(std::string_view bytes, std::string_view content_type) {
  auto tree = std::make_shared<Tree>();
  const Charset charset = find_charset(bytes, content_type);
  tree->charset = html::name_of(charset);
  std::string source = decode(bytes, charset);
  bound_depth(source, tree->errors);
  while (true) {
    constexpr std::size_t kLeast = 16'000'000;
    constexpr std::size_t kForEachByte =
        200;  // "<b>" takes 120 for its node, and room in two lists
    ParserMemory memory(kLeast + kForEachByte * source.size());
    const GumboOutput* const output = run_parser(memory, source.data(), source.size());
    if (output != nullptr) {
      Converter(*tree, source).convert(*output->document);
      add_errors(*tree, *output, source);
      break;
    }
    if (source.empty()) throw std::bad_alloc();
    source.resize(source.size() / 2);
    tree->errors = {{place_of(source, source.size()),
                     "the tree of the page would be too large: the rest is left out"}};
  }
  find_forms(*tree, source);
  number_siblings(*tree);
  lay_out_text(*tree);
  return tree;
}

#else

std::shared_ptr<const Tree> parse(std::string_view /*bytes*/, std::string_view /*content_type*/) {
  throw std::logic_error(
      "HTML cannot be read: Mastic was built without libgumbo (install libgumbo-dev and build it "
      "again)");
}

#endif

}  // namespace mastic::testing::html
