#include "mastic/wire/websocket/message_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/allocations_testing.h"
#include "mastic/wire/messages/message_table_testing.h"
#include "mastic/wire/websocket/deflate.h"
#include "mastic/wire/websocket/masking.h"

namespace mastic::wire::websocket {
namespace {

using ParserEvent = MessageParser::Event;
using ParserKind = ParserEvent::Kind;

constexpr MessageLimits kTableLimits{
    .max_message_bytes = 70000, .max_frame_bytes = 66000, .max_fragments = 5};

/// The frames of a server as a client would send them: masked, as far as they go.
std::string masked(std::string_view frames) {
  constexpr std::string_view kKey("\x37\xfa\x21\x3d");
  std::string out;
  while (frames.size() >= 2) {
    const auto short_length = static_cast<unsigned char>(frames[1]);
    const std::size_t head = short_length < 126 ? 2 : short_length == 126 ? 4 : 10;
    if (frames.size() < head) break;
    std::uint64_t length = head == 2 ? short_length : 0;
    for (const char c : frames.substr(2, head - 2)) {
      length = length << 8 | static_cast<unsigned char>(c);
    }
    out += frames[0];
    out += static_cast<char>(short_length | 0x80);
    out.append(frames.substr(2, head - 2)).append(kKey);
    frames.remove_prefix(head);
    std::string payload(frames.substr(0, length));
    frames.remove_prefix(payload.size());
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] ^= kKey[i % kKey.size()];
    out += payload;
  }
  if (frames.size() > 1)
    return out.append({frames[0], static_cast<char>(frames[1] | 0x80)}).append(frames.substr(2));
  return out.append(frames);
}

/// Reads frames from pieces of any size, and writes down their meaning.
class FrameReader {
 public:
  explicit FrameReader(Role role) : parser_(role, kTableLimits, &inflater_) {}

  void feed(std::string_view input) {
    while (!spent_) {
      const ParserEvent event = parser_.next(input, message_);
      if (event.kind == ParserKind::NeedMore) {
        EXPECT_TRUE(input.empty());
        return;
      }
      show(event);
    }
  }
  [[nodiscard]] bool is_spent() const { return spent_; }

  [[nodiscard]] std::string meaning() const {
    return meaning_ + (spent_ || parser_.is_between_messages() ? "" : "incomplete\n");
  }

 private:
  void show(const ParserEvent& event) {
    switch (event.kind) {
      case ParserKind::NeedMore:
        break;
      case ParserKind::MessageEnd:
        EXPECT_FALSE(parser_.is_in_message());
        show(parser_.is_text() ? "text" : "binary", std::exchange(message_, {}));
        break;
      case ParserKind::Ping:
        show("ping", event.payload);
        break;
      case ParserKind::Pong:
        show("pong", event.payload);
        break;
      case ParserKind::Close:
        show("close " + std::to_string(static_cast<int>(event.code)), event.payload);
        break;
      case ParserKind::Malformed:
        meaning_ += "malformed " + std::to_string(static_cast<int>(event.code)) + "\n";
        spent_ = true;
    }
  }
  void show(const std::string& what, std::string_view payload) {
    meaning_ += what;
    if (payload.size() > 100) {
      meaning_ += " of " + std::to_string(payload.size()) + " bytes";
    } else if (!payload.empty()) {
      meaning_ += " " + show_bytes(payload);
    }
    meaning_ += "\n";
  }

  Inflater inflater_{15, true};
  MessageParser parser_;
  std::string message_;
  std::string meaning_;
  bool spent_ = false;
};

std::string read_in_pieces(Role role, std::string_view bytes, std::size_t piece_size) {
  FrameReader reader(role);
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    reader.feed(bytes.substr(at, piece_size));
  }
  return reader.meaning();
}

struct FrameTable : testing::TestWithParam<MessageCase> {};

TEST_P(FrameTable, HasTheMeaningInTheTableWhereverItIsCut) {
  const std::string& meaning = GetParam().meaning;
  for (const Role role : {Role::Client, Role::Server}) {
    const std::string bytes = role == Role::Client ? GetParam().bytes : masked(GetParam().bytes);
    for (const std::size_t size : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
      EXPECT_EQ(read_in_pieces(role, bytes, size), meaning) << size;
    }
    const std::size_t step = bytes.size() > 4096 ? 997 : 1;
    for (std::size_t cut = 1; cut < bytes.size(); cut += step) {
      FrameReader reader(role);
      reader.feed(std::string_view(bytes).substr(0, cut));
      reader.feed(std::string_view(bytes).substr(cut));
      ASSERT_EQ(reader.meaning(), meaning) << "cut at " << cut;
    }
  }
}

std::string frames_name(const testing::TestParamInfo<MessageCase>& info) {
  std::string name = info.param.name;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Messages, FrameTable, testing::ValuesIn(read_message_table("frames.txt")),
                         frames_name);

TEST(MessageParser, IsMalformedAtTheByteThatShowsIt) {
  for (const MessageCase& message : read_message_table("frames.txt")) {
    if (!message.meaning.contains("malformed")) continue;
    const std::string_view bytes = message.bytes;
    FrameReader reader(Role::Client);
    reader.feed(bytes.substr(0, bytes.size() - 1));
    EXPECT_FALSE(reader.is_spent()) << message.name;
    reader.feed(bytes.substr(bytes.size() - 1));
    EXPECT_TRUE(reader.is_spent()) << message.name;
  }
}

/// Why a server or client finds `bytes` malformed, without an agreement on compression.
std::string_view fault_in(Role role, std::string_view bytes) {
  MessageParser parser(role, kTableLimits, nullptr);
  std::string message;
  const ParserEvent event = parser.next(bytes, message);
  return event.kind == ParserKind::Malformed ? event.payload : "none";
}

TEST(MessageParser, RefusesFramesThatAreMaskedByTheWrongSide) {
  EXPECT_EQ(fault_in(Role::Server, {"\x81\x00", 2}), "a frame of the client is not masked");
  EXPECT_EQ(fault_in(Role::Client, {"\x81\x80", 2}), "a frame of the server is masked");
}

TEST(MessageParser, RefusesCompressionThatWasNotAgreedOn) {
  EXPECT_EQ(fault_in(Role::Client, {"\xc1\x00", 2}),
            "a message is compressed, which was not agreed on");
}

TEST(MessageParser, AppendsContentAsItComes) {
  MessageParser parser(Role::Client, kTableLimits, nullptr);
  std::string message = "before ";
  std::string_view input("\x81\x05Hel");
  EXPECT_EQ(parser.next(input, message).kind, ParserKind::NeedMore);
  EXPECT_EQ(message, "before Hel");
  EXPECT_TRUE(parser.is_in_message());
  EXPECT_TRUE(parser.is_text());
  message.clear();  // a reader of pieces takes them away
  input = "lo\x82";
  EXPECT_EQ(parser.next(input, message).kind, ParserKind::MessageEnd);
  EXPECT_EQ(message, "lo");
  EXPECT_EQ(input, "\x82");
  EXPECT_TRUE(parser.is_between_messages());
  EXPECT_TRUE(parser.is_text());
}

TEST(MessageParser, ObeysLimitsThatBecomeNarrowerWithinAMessage) {
  const std::string begun("\x01\x03Hel\x00\x03", 7);
  for (const MessageLimits narrow :
       {MessageLimits{.max_message_bytes = 2}, MessageLimits{.max_message_bytes = 5}}) {
    MessageLimits limits;
    MessageParser parser(Role::Client, limits, nullptr);
    std::string message;
    std::string_view input(begun);
    EXPECT_EQ(parser.next(input, message).kind, ParserKind::NeedMore);
    limits = narrow;
    input = "lo!";
    EXPECT_EQ(parser.next(input, message).code, CloseCode::TooBig);
    EXPECT_EQ(message, "Hel");
  }
}

TEST(MessageParser, AllocatesNothingButTheContent) {
  if (!base::counts_allocations()) GTEST_SKIP() << "allocations are not counted";
  const std::string frames = masked(std::string("\x89\x01?\x01\x64", 5) + std::string(100, 'a') +
                                    std::string("\x80\x02\xc3\xa9\x88\x02\x03\xe8", 8));
  std::string message;
  message.reserve(200);
  const std::size_t before = base::allocations_so_far().count;
  MessageParser parser(Role::Server, kTableLimits, nullptr);
  std::string_view input = frames;
  for (const ParserKind kind : {ParserKind::Ping, ParserKind::MessageEnd, ParserKind::Close}) {
    EXPECT_EQ(parser.next(input, message).kind, kind);
  }
  EXPECT_EQ(base::allocations_so_far().count, before);
  EXPECT_EQ(message.size(), 102U);
}

TEST(MessageParser, CanBeCopiedWithinAMessage) {
  MessageParser parser(Role::Client, kTableLimits, nullptr);
  std::string message;
  std::string_view input("\x81\x05\xf0\x9f");
  EXPECT_EQ(parser.next(input, message).kind, ParserKind::NeedMore);
  MessageParser copy = parser;
  input = "\x98\x80!\x89\x01";
  EXPECT_EQ(copy.next(input, message).kind, ParserKind::MessageEnd);
  EXPECT_EQ(message, "\U0001f600!");
  EXPECT_EQ(copy.next(input, message).kind, ParserKind::NeedMore);
  EXPECT_FALSE(copy.is_between_messages());
  MessageParser second = copy;
  input = "p";
  EXPECT_EQ(second.next(input, message).payload, "p");
  EXPECT_LE(sizeof(MessageParser), 224U);
}

}  // namespace
}  // namespace mastic::wire::websocket
