#include "mastic/testing/html/entries.h"

#include "mastic/base/text.h"

namespace mastic::testing::html {
namespace {

/// Whether the first letter of `text` that has a direction is of a script written from right to left.
bool begins_from_the_right(std::string_view text) {
  while (!text.empty()) {
    const char32_t code = take_character(text);
    const auto is_in = [&](char32_t from, char32_t to) { return code >= from && code <= to; };
    if (is_in(0x590, 0x8FF) || is_in(0xFB1D, 0xFDFF) || is_in(0xFE70, 0xFEFF) ||
        is_in(0x10800, 0x10FFF) || is_in(0x1E800, 0x1EFFF))
      return true;
    if (code > 0xAA || (code < 0x80 && base::is_alpha(static_cast<char>(code)))) return false;
  }
  return false;
}

/// "ltr" or "rtl": that of the nearest element with a direction.
std::string direction_of(const Control& control) {
  const Tree& tree = control.element.tree();
  for (NodeIndex at = control.element.index(); at != kNoNode; at = tree.nodes[at].parent) {
    const std::string* const dir = tree.nodes[at].attribute("dir");
    if (dir == nullptr) continue;
    std::string direction = base::lower_case(*dir);
    if (direction == "ltr" || direction == "rtl") return direction;
    if (direction != "auto") continue;
    const bool is_own = at == control.element.index();
    const std::string_view text = is_own ? std::string_view(control.value) : tree.shown(at);
    return begins_from_the_right(text) ? "rtl" : "ltr";
  }
  return "ltr";
}

bool sends_direction(const Control& control) {
  return control.has_text() && !control.attribute("dirname").empty() && control.type != "number" &&
         control.type != "range" && control.type != "color" && control.type != "date" &&
         control.type != "time" && control.type != "month" && control.type != "week" &&
         control.type != "datetime-local";
}

void add_image(std::vector<FormEntry>& entries, const Control& image) {
  const std::string prefix = image.name.empty() ? "" : image.name + ".";
  entries.push_back({prefix + "x", "0"});  // the place in the picture that was pressed
  entries.push_back({prefix + "y", "0"});
}

void add(std::vector<FormEntry>& entries, const Control& control, Charset charset) {
  if (control.is_select()) {
    for (const FormOption& option : control.options) {
      if (option.is_selected && !option.is_disabled)
        entries.push_back({control.name, option.value});
    }
  } else if (control.type == "file") {
    for (const FormFile& file : control.files) entries.push_back({control.name, "", file});
    if (control.files.empty()) entries.push_back({control.name, "", FormFile{}});
  } else if (control.type == "hidden" && base::equal_ignoring_case(control.name, "_charset_")) {
    entries.push_back({control.name, std::string(name_of(charset))});
  } else {
    entries.push_back({control.name, control.value});
  }
  if (sends_direction(control)) {
    entries.push_back({std::string(control.attribute("dirname")), direction_of(control)});
  }
}

}  // namespace

std::vector<FormEntry> entries_of(const std::vector<Control>& controls, const Control* button,
                                  Charset charset) {
  std::vector<FormEntry> entries;
  for (const Control& control : controls) {
    if (control.is_disabled || (control.is_button() && &control != button)) continue;
    if (control.is_checkable() && !control.is_checked) continue;
    if (control.type == "image") {
      add_image(entries, control);
    } else if (!control.name.empty()) {
      add(entries, control, charset);
    }
  }
  return entries;
}

}  // namespace mastic::testing::html
