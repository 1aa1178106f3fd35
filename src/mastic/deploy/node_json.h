// The tree of a site and what is wrong with it as JSON, for other programs.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/node.h"

namespace mastic::deploy {

/// An option in JSON. `file` and `line` are left out for a default.
struct OptionJson {
  std::string name;
  std::string value;
  bool is_default = false;
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
};

/// A part of a site in JSON. `global_conf` and `local_conf` are what PasteDeploy's `appconfig`
/// returns for the part.
struct NodeJson {
  std::string place;  ///< what it is there for; empty at the top
  std::string kind;   ///< "application", "filter" or "server"
  std::string factory;
  std::string section;  ///< empty for a part without a section
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::vector<OptionJson> options;
  std::map<std::string, std::string> global_conf;
  std::map<std::string, std::string> local_conf;
  std::vector<NodeJson> parts;
};

/// A diagnostic in JSON.
struct DiagnosticJson {
  std::string severity;  ///< "error", "warning" or "note"
  std::string file;      ///< empty for what belongs to no file
  std::uint32_t line = 0;
  std::string message;
};

/// The tree below `node`.
[[nodiscard]] NodeJson to_json_node(const Node& node);
/// All diagnostics, in the order of Diagnostics::sorted.
[[nodiscard]] std::vector<DiagnosticJson> to_json_list(const Diagnostics& diagnostics);

}  // namespace mastic::deploy
