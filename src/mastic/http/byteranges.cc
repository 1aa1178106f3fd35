#include "mastic/http/byteranges.h"

namespace mastic::http {

Byteranges::Byteranges(std::string_view boundary, std::string_view media_type, std::uint64_t size,
                       std::vector<ByteRange> ranges)
    : boundary_(boundary), media_type_(media_type), size_(size), ranges_(std::move(ranges)) {}

std::string Byteranges::content_type() const {
  return "multipart/byteranges; boundary=" + boundary_;
}

std::string Byteranges::head(std::size_t i) const {
  // The line break before a boundary belongs to the boundary, not to the bytes before it.
  std::string text = i == 0 ? "--" : "\r\n--";
  text.append(boundary_).append("\r\nContent-Type: ").append(media_type_);
  text.append("\r\nContent-Range: ").append(content_range(ranges_[i], size_)).append("\r\n\r\n");
  return text;
}

std::string Byteranges::tail() const { return "\r\n--" + boundary_ + "--\r\n"; }

std::uint64_t Byteranges::total() const {
  std::uint64_t sum = tail().size();
  for (std::size_t i = 0; i < ranges_.size(); ++i) sum += head(i).size() + ranges_[i].size();
  return sum;
}

}  // namespace mastic::http
