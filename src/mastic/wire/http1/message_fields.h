// The fields that frame a message or concern its connection, gathered and checked in one pass. RFC
// 9112 §6 and §9, RFC 9110 §7.6.1 and §10.1.1.

#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/version.h"
#include "mastic/wire/http1/framing.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

class MessageFields {
 public:
  std::optional<std::string_view> host;
  std::optional<Framing> framing;  ///< none when no field says anything of it
  bool close = false;              ///< Connection: close
  bool keep_alive = false;         ///< Connection: keep-alive
  bool expects_continue = false;
  bool upgrades = false;  ///< there is Upgrade, and Connection: upgrade

  /// Into a new one.
  [[nodiscard]] std::expected<void, Malformed> gather(http::FieldsView fields,
                                                      http::Version version) {
    using http::FieldName;
    for (const http::Field& field : fields) {
      switch (field.known) {
        case FieldName::Host:
          if (host) return repeated_host();
          host = field.value;
          break;
        case FieldName::ContentLength:
        case FieldName::TransferEncoding:
        case FieldName::Connection:
        case FieldName::Upgrade:
        case FieldName::Expect:
          if (auto taken = take(field.known, field.value); !taken) return taken;
          break;
        default:
          break;
      }
    }
    return has_taken_ ? conclude(version) : std::expected<void, Malformed>();
  }

  [[nodiscard]] bool persists(http::Version version) const {
    return !close && (version == http::Version::Http11 || keep_alive);
  }

 private:
  // Out of line, as most heads have none of these but Host.

  [[nodiscard]] static std::unexpected<Malformed> repeated_host();
  /// Any of the fields but Host.
  [[nodiscard]] std::expected<void, Malformed> take(http::FieldName name, std::string_view value);
  /// Once all are taken: what they mean together.
  [[nodiscard]] std::expected<void, Malformed> conclude(http::Version version);

  std::optional<std::string_view> length_;
  std::optional<std::string_view> encoding_;
  bool names_protocol_ = false;
  bool has_taken_ = false;
};

}  // namespace mastic::wire::http1
