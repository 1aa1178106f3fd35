#include "mastic/wire/multipart/limits.h"

namespace mastic::wire::multipart {

void Limits::describe(base::OptionTable& table) {
  table.count("max_multipart_parts", max_multipart_parts,
              "Maximum number of parts: the fields and files of a form.");
  table.size("max_part_header_bytes", max_part_header_bytes,
             "Maximum size of what precedes the content of a part: its name, the name of its file, "
             "its type.");
  table.size(
      "max_part_bytes", max_part_bytes,
      "Maximum size of the content of one part; 0: only the size of the whole form is limited.");
}

}  // namespace mastic::wire::multipart
