// The codings that can be decoded, one function for each.

#pragma once

#include <memory>

#include "mastic/wire/coding/content_decoder.h"

namespace mastic::wire::coding {

// Each makes a codec for one content, or throws std::bad_alloc. Null if Mastic was built without
// the library.

[[nodiscard]] std::unique_ptr<Codec> make_gzip_codec();
[[nodiscard]] std::unique_ptr<Codec> make_brotli_codec();
[[nodiscard]] std::unique_ptr<Codec> make_zstd_codec();

}  // namespace mastic::wire::coding
