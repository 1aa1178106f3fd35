// Collects and checks, in one pass, the fields that frame a message or concern its connection. RFC
// 9112 §6 and §9, RFC 9110 §7.6.1 and §10.1.1.

#pragma once

#include <optional>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/version.h"
#include "mastic/wire/http1/framing.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// What the fields say about framing and connection. Views point into the fields.
struct MessageFields {
  std::optional<std::string_view> host;
  std::optional<Framing> framing;  ///< nullopt when no field frames the message
  bool close = false;              ///< Connection: close
  bool keep_alive = false;         ///< Connection: keep-alive
  bool expects_continue = false;
  bool upgrades = false;  ///< Upgrade, and Connection: upgrade

  /// Whether `gather` reads a field with this name.
  [[nodiscard]] static constexpr bool concern(http::FieldName name) {
    using http::FieldName;
    return name == FieldName::Host || name == FieldName::ContentLength ||
           name == FieldName::TransferEncoding || name == FieldName::Connection ||
           name == FieldName::Upgrade || name == FieldName::Expect;
  }
  /// Reads `fields` of a message of `version` into this object. Fails if a field is malformed, not
  /// supported, or repeated although it must not be, or if fields contradict each other. Requires:
  /// this object is new, or only its `host` has been set, from earlier fields.
  [[nodiscard]] Read<void> gather(http::FieldsView fields, http::Version version);

  /// Whether the connection may carry another message after this message (RFC 9112 §9.3).
  [[nodiscard]] bool persists(http::Version version) const {
    return !close && (version == http::Version::Http11 || keep_alive);
  }
};

}  // namespace mastic::wire::http1
