// The tree of the parts that a site was made of, for people to look at.

#pragma once

#include <string>
#include <vector>

#include "mastic/base/options.h"
#include "mastic/base/origin.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// A part of a site that was made, as `mastic check` shows it. The text of secret options is "***".
struct Node {
  std::string place;  ///< what it is there for: "/docs", "app 1", "filter"; empty at the top
  PartKind kind = PartKind::App;
  Part::Form form = Part::Form::Made;
  std::string section;  ///< "app:main"; empty for `use = egg:...` in place of a section
  std::string factory;  ///< "mastic#static", or "pipeline", "filter-with", "filter-app"
  base::Origin origin;  ///< the line of the section
  bool is_made = true;  ///< false for a part that cannot be made, which is an error
  /// An option as it is in effect.
  struct Value {
    std::string name;
    std::string text;
    base::Origin origin;  ///< unknown for a default
    bool is_default = false;
  };
  std::vector<Value>
      options;              ///< every option of the factory, with those that are at their default
  Settings global;          ///< what `appconfig` calls global_conf
  Settings local;           ///< what `appconfig` calls local_conf
  std::vector<Node> parts;  ///< what it is put together from, the outermost first
};

class SecretValues;

/// Takes secrets out of the tree below `node`: also out of its names, which may be copies of secrets.
void blank(Node& node, const SecretValues& secrets);

/// The effective options of a table, as a Node shows them.
[[nodiscard]] std::vector<Node::Value> effective_options(const base::OptionTable& table);

}  // namespace mastic::deploy
