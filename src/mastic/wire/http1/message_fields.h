// The fields that frame a message or concern its connection, gathered and checked in one pass. RFC
// 9112 §6 and §9, RFC 9110 §7.6.1 and §10.1.1.

#pragma once

#include <optional>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/version.h"
#include "mastic/wire/http1/framing.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

struct MessageFields {
  std::optional<std::string_view> host;
  std::optional<Framing> framing;  ///< none when no field says anything of it
  bool close = false;              ///< Connection: close
  bool keep_alive = false;         ///< Connection: keep-alive
  bool expects_continue = false;
  bool upgrades = false;  ///< there is Upgrade, and Connection: upgrade

  /// Whether `gather` looks at a field of that name.
  [[nodiscard]] static constexpr bool concern(http::FieldName name) {
    using http::FieldName;
    return name == FieldName::Host || name == FieldName::ContentLength ||
           name == FieldName::TransferEncoding || name == FieldName::Connection ||
           name == FieldName::Upgrade || name == FieldName::Expect;
  }
  /// Into a new one, or one that knows the host from fields before these.
  [[nodiscard]] Read<void> gather(http::FieldsView fields, http::Version version);

  [[nodiscard]] bool persists(http::Version version) const {
    return !close && (version == http::Version::Http11 || keep_alive);
  }
};

}  // namespace mastic::wire::http1
