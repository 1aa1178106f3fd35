#include "mastic/deploy/node_json.h"

namespace mastic::deploy {
namespace {

/// Puts a place into the members `file` and `line` of `into`, if it is known.
template <class Json>
void put_place(const base::Origin& origin, Json& into) {
  if (!origin.is_known()) return;
  into.file = origin.place;
  if (origin.line != 0) into.line = origin.line;
}

std::map<std::string, std::string> to_map(const Settings& settings) {
  std::map<std::string, std::string> map;
  for (const Setting& setting : settings) map[setting.name] = setting.value;
  return map;
}

}  // namespace

NodeJson to_json_node(const Node& node) {
  NodeJson json{.place = node.place,
                .kind = std::string(to_string(node.kind)),
                .factory = node.factory,
                .section = node.section,
                .global_conf = to_map(node.global),
                .local_conf = to_map(node.local)};
  put_place(node.origin, json);
  for (const Node::Value& value : node.options) {
    put_place(value.origin,
              json.options.emplace_back(OptionJson{value.name, value.text, value.is_default}));
  }
  for (const Node& part : node.parts) json.parts.push_back(to_json_node(part));
  return json;
}

std::vector<DiagnosticJson> to_json_list(const Diagnostics& diagnostics) {
  std::vector<DiagnosticJson> list;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    list.push_back({std::string(to_string(diagnostic.severity)), diagnostic.origin.place,
                    diagnostic.origin.line, diagnostic.message});
  }
  return list;
}

}  // namespace mastic::deploy
