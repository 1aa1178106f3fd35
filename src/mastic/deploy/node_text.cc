#include "mastic/deploy/node_text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "mastic/base/encoding.h"

namespace mastic::deploy {
namespace {

constexpr std::size_t kStep = 2;
/// The column of the places of options, where the option leaves room for it.
constexpr std::size_t kPlaceColumn = 44;

class NodeWriter {
 public:
  explicit NodeWriter(NodeTextStyle style) : style_(style) {}

  void write(const Node& node, std::size_t indent) {
    out_.append(indent, ' ');
    paint(kBold, node.place.empty() ? to_string(node.kind) : std::string_view(node.place));
    out_ += ": ";
    add(node.factory);
    if (!node.section.empty()) add(" [" + node.section + "]");
    if (node.origin.is_known()) out_ += ' ';
    paint(kDim, node.origin.to_string());
    out_ += node.is_made ? "\n" : " (cannot be made)\n";
    for (const Node::Value& value : node.options) {
      if (value.is_default && !style_.has_defaults) continue;
      write_setting(value.name, value.text, value.is_default ? "default" : value.origin.to_string(),
                    indent + 2 * kStep);
    }
    if (style_.has_defaults) {
      for (const Setting& setting : node.global) {
        write_setting("set " + setting.name, setting.value, setting.origin.to_string(),
                      indent + 2 * kStep);
      }
    }
    for (const Node& part : node.parts) write(part, indent + kStep);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  static constexpr std::string_view kBold = "\x1b[1m";
  static constexpr std::string_view kDim = "\x1b[2m";

  /// Adds text of a file, which must not steer the terminal.
  void add(std::string_view text) { base::append_log_text_escaped(out_, text, text.size()); }
  void paint(std::string_view colour, std::string_view text) {
    if (text.empty()) return;
    if (style_.has_colours) out_ += colour;
    add(text);
    if (style_.has_colours) out_ += "\x1b[0m";
  }
  void write_setting(std::string_view name, std::string_view value, std::string_view place,
                     std::size_t indent) {
    const std::size_t begin = out_.size();
    out_.append(indent, ' ');
    add(name);
    out_ += " =";
    // A value of several lines is shown as it may be written in a file.
    while (!value.empty()) {
      const std::size_t end = std::min(value.find('\n'), value.size());
      out_ += ' ';
      add(value.substr(0, end));
      value.remove_prefix(std::min(end + 1, value.size()));
      if (!value.empty()) out_.append("\n").append(indent + kStep, ' ');
    }
    if (!place.empty()) {
      const std::size_t line = std::max(begin, out_.rfind('\n') + 1);
      const std::size_t width = out_.size() - line;
      out_.append(width + kStep < kPlaceColumn ? kPlaceColumn - width : kStep, ' ');
      paint(kDim, place);
    }
    out_ += '\n';
  }

  const NodeTextStyle style_;
  std::string out_;
};

}  // namespace

std::string to_text(const Node& node, NodeTextStyle style) {
  NodeWriter writer(style);
  writer.write(node, 0);
  return writer.take();
}

}  // namespace mastic::deploy
