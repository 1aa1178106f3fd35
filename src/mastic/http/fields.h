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

struct Field {
  FieldName known = FieldName::Other;
  std::string_view name;   ///< as it was written
  std::string_view value;  ///< without blanks at its ends
};

/// Where a field stands, relative to the first byte of what holds it; so both can move together.
struct FieldEntry {
  std::uint32_t name_at;
  std::uint32_t value_at;
  std::uint32_t value_size;
  std::uint16_t name_size;
  FieldName known;
};

/// Reads fields that stand somewhere else. Copied freely; dies with the bytes and entries it points
/// to.
class FieldsView {
 public:
  FieldsView() = default;
  FieldsView(const char* bytes, std::span<const FieldEntry> entries)
      : bytes_(bytes), entries_(entries) {}

  /// The value of the first field of that name, or nothing.
  [[nodiscard]] std::optional<std::string_view> get(FieldName name) const;
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// All values of that name in order, joined with ", ": what a list field means (RFC 9110 §5.3).
  [[nodiscard]] std::string joined(FieldName name) const;
  [[nodiscard]] std::size_t count(FieldName name) const;
  [[nodiscard]] bool contains(FieldName name) const { return get(name).has_value(); }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] Field operator[](std::size_t i) const {
    const FieldEntry& entry = entries_[i];
    return {entry.known,
            {bytes_ + entry.name_at, entry.name_size},
            {bytes_ + entry.value_at, entry.value_size}};
  }

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

/// Fields that are being written: those of a response, or of a request that is sent. Up to six
/// short ones need no heap.
///
/// What would split a message is refused: a name that is no token, or a value with a control
/// character or a blank at an end, throws std::invalid_argument. The serializer checks again.
class Fields {
 public:
  Fields() = default;
  explicit Fields(FieldsView fields);
  /// The same as `fields`, which outlives all copies of this and does not change: nothing is copied
  /// until one of them changes.
  [[nodiscard]] static Fields sharing(const Fields& fields MASTIC_LIFETIMEBOUND) {
    Fields sharing;
    sharing.shared_ = &fields.source();
    return sharing;
  }

  /// Appends a field, beside others of that name.
  void add(std::string_view name, std::string_view value);
  void add(FieldName name, std::string_view value) { append(name, to_string(name), value); }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);
  void set(FieldName name, std::string_view value) { set(to_string(name), value); }
  /// Removes every field of that name.
  void remove(std::string_view name);
  void remove(FieldName name) { remove(to_string(name)); }
  void clear();

  [[nodiscard]] std::optional<std::string_view> get(FieldName name) const MASTIC_LIFETIMEBOUND {
    return view().get(name);
  }
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const
      MASTIC_LIFETIMEBOUND {
    return view().get(name);
  }
  [[nodiscard]] bool contains(FieldName name) const { return view().contains(name); }
  [[nodiscard]] bool empty() const { return entries().empty(); }

  [[nodiscard]] FieldsView view() const MASTIC_LIFETIMEBOUND {
    return {source().text_.data(), entries()};
  }
  [[nodiscard]] std::span<const FieldEntry> entries() const MASTIC_LIFETIMEBOUND {
    return source().entries_.view();
  }
  /// The fields as lines, `Name: value\r\n` each, as they go over the wire of HTTP/1.
  [[nodiscard]] std::string_view lines() const MASTIC_LIFETIMEBOUND {
    return {source().text_.data(), source().text_.size()};
  }

 private:
  [[nodiscard]] const Fields& source() const { return shared_ != nullptr ? *shared_ : *this; }
  /// Before a change.
  void stop_sharing();
  void append(FieldName known, std::string_view name, std::string_view value);

  base::SmallVector<char, 256> text_;
  base::SmallVector<FieldEntry, 6> entries_;
  const Fields* shared_ = nullptr;  ///< then there is nothing in those two
};

}  // namespace mastic::http
