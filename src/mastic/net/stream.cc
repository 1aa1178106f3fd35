#include "mastic/net/stream.h"

#include <cstring>

#include "mastic/base/assert.h"

namespace mastic::net {

void Stream::write(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
  commit(bytes.size());
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): overrides keep the file
void Stream::write_file(std::shared_ptr<const base::Descriptor>, std::uint64_t, std::uint64_t) {
  MASTIC_ASSERT(can_write_files());
}

}  // namespace mastic::net
