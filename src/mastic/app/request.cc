#include "mastic/app/request.h"

#include <stdexcept>
#include <string>

#include "mastic/base/encoding.h"

namespace mastic::app {

Request::Request(const RequestFacts& facts, Body body, Carrier& carrier)
    : facts_(facts), body_(std::move(body)), carrier_(carrier) {}

std::string_view Request::decoded_path() {
  if (path().find('%') == std::string_view::npos) return path();
  return memory().copy(base::percent_decode(path()));
}

std::string_view Request::value(std::string_view name) const {
  for (const PathValue& value : values_) {
    if (value.name == name) return value.text;
  }
  throw std::out_of_range("the pattern of this route has no {" + std::string(name) + "}");
}

Task<> Request::gather() { return gather(carrier_.max_body_bytes()); }

Task<> Request::gather(std::uint64_t most) {
  return body_.gather(
      most, [](void* carrier, std::uint64_t bytes) { static_cast<Carrier*>(carrier)->hold(bytes); },
      &carrier_);
}

std::string_view Request::text() const {
  const auto bytes = body_.bytes();
  if (!bytes) throw std::logic_error("the body has not been gathered; co_await gather() first");
  return *bytes;
}

}  // namespace mastic::app
