// JSON from any bytes: no crash, and what was read and written reads back the same.

#include "mastic/base/json.h"

#include <map>
#include <string_view>
#include <vector>

#include "mastic/base/assert.h"

namespace {

using namespace mastic::base;

struct Leaf {
  std::string name;
  std::optional<double> number;
};
struct Tree {
  std::optional<std::vector<Leaf>> leaves;
  std::optional<std::map<std::string, std::int64_t>> counts;
  std::optional<bool> flag;
};

template <class T>
void check(const JsonValue& value) {
  const auto read = from_json<T>(value);
  if (!read) {
    MASTIC_ASSERT(!read.error().message.empty());
    return;
  }
  const std::string text = to_json(*read);
  const auto again = from_json<T>(text);
  MASTIC_ASSERT(again && to_json(*again) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto document = JsonDocument::parse({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  check<Tree>(document->root());
  check<std::vector<double>>(document->root());
  check<std::map<std::string, std::string>>(document->root());
  check<std::vector<std::string>>(document->root());
  return 0;
}
