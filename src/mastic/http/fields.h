// Header and trailer fields: a view for reading, an owning list for writing. Both keep the order.

#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/base/small_vector.h"
#include "mastic/http/field_name.h"

namespace mastic::http {

/// One field: views into the bytes of the FieldsView that it came from.
struct Field {
  /// The number of the name, or FieldName::Other.
  FieldName known = FieldName::Other;
  std::string_view name;   ///< as it was written
  std::string_view value;  ///< without spaces and tabs at its ends
};

/// Where a field is in the buffer that holds it. Places are relative to the first byte of the
/// buffer, so that the buffer and the entries can be moved together.
struct FieldEntry {
  /// The place of the name.
  std::uint32_t name_at;
  /// The place of the value.
  std::uint32_t value_at;
  /// The length of the value.
  std::uint32_t value_size;
  /// The length of the name.
  std::uint16_t name_size;
  /// The number of the name, or FieldName::Other.
  FieldName known;
};

/// Reads fields that something else holds. Cheap to copy; valid as long as the bytes and entries
/// that it points to.
class FieldsView {
 public:
  FieldsView() = default;
  /// Reads the fields that `entries` describe in `bytes`; both must outlive the view.
  FieldsView(const char* bytes, std::span<const FieldEntry> entries)
      : bytes_(bytes), entries_(entries) {}

  /// The value of the first field with this name, or std::nullopt. Names are compared without case.
  [[nodiscard]] std::optional<std::string_view> get(FieldName name) const;
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// The values of all fields with this name, in order and joined by ", ", which is the value of a
  /// list field (RFC 9110 §5.3).
  [[nodiscard]] std::string joined(FieldName name) const;
  /// How many fields have this name.
  [[nodiscard]] std::size_t count(FieldName name) const;
  /// Whether there is a field with this name.
  [[nodiscard]] bool contains(FieldName name) const { return get(name).has_value(); }

  /// How many fields there are.
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Whether there are none.
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] Field operator[](std::size_t i) const {
    const FieldEntry& entry = entries_[i];
    return {entry.known,
            {bytes_ + entry.name_at, entry.name_size},
            {bytes_ + entry.value_at, entry.value_size}};
  }

  /// Goes through the fields in their order.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = Field;
    Iterator() = default;
    Iterator(const char* bytes, const FieldEntry* at) : bytes_(bytes), at_(at) {}
    Field operator*() const { return FieldsView(bytes_, {at_, 1})[0]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return {bytes_, at_++}; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const char* bytes_ = nullptr;
    const FieldEntry* at_ = nullptr;
  };
  [[nodiscard]] Iterator begin() const { return {bytes_, entries_.data()}; }
  [[nodiscard]] Iterator end() const { return {bytes_, entries_.data() + entries_.size()}; }

 private:
  const char* bytes_ = nullptr;
  std::span<const FieldEntry> entries_;
};

/// Fields that are being written: those of a response, or of a request to be sent. Up to six short
/// fields need no heap.
///
/// What could split a message is refused: a name that is not a token, or a value with a control
/// character or with a space or tab at an end, throws std::invalid_argument. The serializer checks
/// again.
class Fields {
 public:
  Fields() = default;
  /// Copies `fields` and the bytes to which they refer.
  explicit Fields(FieldsView fields);
  /// Returns fields equal to `fields`. The result uses the memory of `fields` until the result is
  /// changed; only then is anything copied. Requires: `fields` outlives the result and all its
  /// copies, and does not change.
  [[nodiscard]] static Fields sharing(const Fields& fields MASTIC_LIFETIMEBOUND) {
    Fields sharing;
    sharing.shared_ = &fields.source();
    return sharing;
  }

  /// Appends a field; others with this name stay.
  void add(std::string_view name, std::string_view value);
  void add(FieldName name, std::string_view value) { append(name, to_string(name), value); }
  /// Replaces all fields with this name by this one field.
  void set(std::string_view name, std::string_view value);
  void set(FieldName name, std::string_view value) { set(to_string(name), value); }
  /// Removes every field with this name.
  void remove(std::string_view name);
  void remove(FieldName name) { remove(to_string(name)); }
  /// Removes every field.
  void clear();

  /// The value of the first field with this name, or std::nullopt. Valid until the fields change.
  [[nodiscard]] std::optional<std::string_view> get(FieldName name) const MASTIC_LIFETIMEBOUND {
    return view().get(name);
  }
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const
      MASTIC_LIFETIMEBOUND {
    return view().get(name);
  }
  /// Whether there is a field with this name.
  [[nodiscard]] bool contains(FieldName name) const { return view().contains(name); }
  /// Whether there are none.
  [[nodiscard]] bool empty() const { return entries().empty(); }

  /// The fields for reading; valid until they change.
  [[nodiscard]] FieldsView view() const MASTIC_LIFETIMEBOUND {
    return {source().text_.data(), entries()};
  }
  /// The places of the fields, for code that keeps heads itself.
  [[nodiscard]] std::span<const FieldEntry> entries() const MASTIC_LIFETIMEBOUND {
    return source().entries_.view();
  }
  /// The fields as the lines of an HTTP/1 message, `Name: value\r\n` each.
  [[nodiscard]] std::string_view lines() const MASTIC_LIFETIMEBOUND {
    return {source().text_.data(), source().text_.size()};
  }

 private:
  [[nodiscard]] const Fields& source() const { return shared_ != nullptr ? *shared_ : *this; }
  /// If the fields are shared, copies them into this object. To be called before every change.
  void stop_sharing();
  void append(FieldName known, std::string_view name, std::string_view value);

  base::SmallVector<char, 256> text_;
  base::SmallVector<FieldEntry, 6> entries_;
  const Fields* shared_ = nullptr;  ///< when set, the two members above are empty
};

}  // namespace mastic::http
