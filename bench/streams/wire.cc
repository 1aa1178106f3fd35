// The speed of the grammar of WebSockets, without input or output, and the memory of compression.
// Prints a line of JSON for each figure: {"what": ..., "value": ...}. `./dev bench streams` runs it.
//
// What is compared is run in turn, many times, and the best time of each counts: the rest of the
// machine can only make a run slower.

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/utf8.h"
#include "mastic/wire/websocket/deflate.h"
#include "mastic/wire/websocket/masking.h"
#include "mastic/wire/websocket/message_parser.h"

namespace {

namespace websocket = mastic::wire::websocket;

constexpr std::size_t kSize = 64 << 10;
constexpr websocket::MaskingKey kKey = 0x3d21fa37;

void report(const char* what, double value) {
  std::printf("{\"what\": \"%s\", \"value\": %.3f}\n", what, value);
}

/// Makes the compiler assume that `memory` is read and written here.
void use(const void* memory) { asm volatile("" : : "r"(memory) : "memory"); }

/// How long one call of `step` takes, in ns.
double time_of(const std::function<void()>& step) {
  constexpr int kCalls = 16;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) step();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / kCalls;
}

/// The best time of each of `steps`, run in turn, in ns.
std::vector<double> best_times(const std::vector<std::function<void()>>& steps) {
  constexpr int kRounds = 3000;
  std::vector<double> best(steps.size(), std::numeric_limits<double>::max());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < steps.size(); ++i) best[i] = std::min(best[i], time_of(steps[i]));
  }
  return best;
}

/// `unit` again and again, as often as it fits whole into 64 KiB.
std::string repeated(std::string_view unit) {
  std::string text;
  while (text.size() + unit.size() <= kSize) text += unit;
  return text;
}

/// A text of `payload` as a client sends it.
std::string client_frame(std::string_view payload) {
  std::string frame(websocket::kMaxFrameHeadBytes + payload.size(), '\0');
  char* const at =
      websocket::write_frame_head(frame.data(), {.length = payload.size(), .masking_key = kKey});
  static_cast<void>(websocket::copy_masked(at, payload, kKey));
  frame.resize(static_cast<std::size_t>(at - frame.data()) + payload.size());
  return frame;
}

void measure_copies() {
  const std::string text = repeated("The quick brown fox jumps over the lazy dog. ");
  const std::string frame = client_frame(text);
  std::string to(text.size(), '\0');
  const auto check = [](const std::string& checked) {
    return [&] {
      const bool is_text = mastic::base::is_utf8(checked);
      use(&is_text);
    };
  };
  const auto parse = [&] {
    const websocket::MessageLimits limits;
    websocket::MessageParser parser(websocket::Role::Server, limits, nullptr);
    to.clear();
    std::string_view input = frame;
    const auto event = parser.next(input, to);
    use(&event);
  };
  const std::string russian =
      repeated("Съешь же ещё этих мягких французских булок, да выпей чаю. ");
  const std::string chinese = repeated("我能吞下玻璃而不傷身體。");
  const std::string french = repeated("Dès Noël, où un zéphyr haï me vêt de glaçons würmiens. ");
  const std::string symbols = repeated("😀🎉👩‍💻🚀");
  const std::vector<double> best = best_times({
      [&] {
        std::memcpy(to.data(), text.data(), text.size());
        use(to.data());
      },
      [&] {
        static_cast<void>(websocket::copy_masked(to.data(), text, kKey));
        use(to.data());
      },
      check(text),
      parse,
      check(russian),
      check(chinese),
      check(french),
      check(symbols),
  });
  report("unmask 64 KiB / memcpy", best[1] / best[0]);
  report("utf8 ascii / memcpy", best[2] / best[0]);
  report("utf8 other ns per byte", *std::max_element(best.begin() + 4, best.end()) / kSize);
  report("read a text message of 64 KiB / memcpy", best[3] / best[0]);
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// What a connection with the default sizes keeps on the heap after it has sent and received.
double deflate_memory(bool takeover) {
  const std::string text = repeated("{\"id\": 1, \"name\": \"tea\"}, ");
  std::string sent;
  std::string received;
  sent.reserve(4 * kSize);  // so that neither grows
  received.reserve(4 * kSize);
  const std::size_t before = heap_bytes();
  websocket::Deflater deflater(11, 4, 1, takeover);
  websocket::Inflater inflater(15, takeover);
  deflater.append(sent, text, true);
  static_cast<void>(inflater.append(received, sent, true, kSize));
  return static_cast<double>(heap_bytes() - before);
}

}  // namespace

int main() {
  measure_copies();
  static_cast<void>(deflate_memory(false));  // fills malloc's cache of small blocks
  report("deflate memory with takeover", deflate_memory(true));
  report("deflate memory without takeover", deflate_memory(false));
}
