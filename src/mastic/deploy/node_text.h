// The tree of a site as text, for people: what is mounted where, with every option and the line
// that it comes from.
//
//     application: pipeline [pipeline:main] site.ini:3
//       filter: mastic#access_log [filter:log] site.ini:8
//           format = json                    site.ini:10
//       application: mastic#urlmap [composite:site] site.ini:12
//         /docs: mastic#static [app:docs] site.ini:15
//             root = /srv/docs               site.ini:17

#pragma once

#include <string>

#include "mastic/deploy/node.h"

namespace mastic::deploy {

/// How a tree is written.
struct NodeTextStyle {
  bool has_defaults = false;  ///< with the options that are at their default, and global settings
  bool has_colours = false;   ///< for a terminal
};

/// Writes the tree below `node`, a line for each part and option.
[[nodiscard]] std::string to_text(const Node& node, NodeTextStyle style = {});

}  // namespace mastic::deploy
