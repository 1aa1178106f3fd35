// JSON for the peers without a JSON library of their own: RapidJSON's writer, its fastest
// interface.

#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "bench/peers/tea.h"

namespace peers {

inline std::string to_json(const Tea& tea) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  const auto text = [&](const std::string& value) {
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  writer.StartObject();
  writer.Key("id");
  writer.Int(tea.id);
  writer.Key("name");
  text(tea.name);
  writer.Key("kind");
  text(tea.kind);
  writer.Key("price_cents");
  writer.Int(tea.price_cents);
  writer.Key("in_stock");
  writer.Bool(tea.in_stock);
  writer.Key("tags");
  writer.StartArray();
  for (const std::string& tag : tea.tags) text(tag);
  writer.EndArray();
  writer.EndObject();
  return {out.GetString(), out.GetSize()};
}

}  // namespace peers
