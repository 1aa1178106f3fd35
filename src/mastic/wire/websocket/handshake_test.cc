#include "mastic/wire/websocket/handshake.h"

#include <gtest/gtest.h>

#include <vector>

namespace mastic::wire::websocket {
namespace {

using http::FieldName;

TEST(Handshake, AnswersTheKeyOfTheRfc) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, TakesAKeyOf16BytesInBase64) {
  EXPECT_TRUE(is_key("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_TRUE(is_key("++++////++++////++++//=="));
  for (const std::string_view key :
       {"", "==", "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZWE=",
        "dGhlIHNhbXBsZSBub25j====", "dGhlIHNhbXBsZSBub25 ZQ==", "dGhlIHNhbXBsZSBub25-ZQ=="}) {
    EXPECT_FALSE(is_key(key)) << key;
  }
}

/// What is chosen of "chat" and "superchat", our favourite first; "malformed" if the fields are.
std::string chosen_protocol(const std::vector<std::string>& offered) {
  const std::vector<std::string> supported{"superchat", "chat"};
  http::Fields fields;
  for (const auto& value : offered) fields.add(FieldName::SecWebSocketProtocol, value);
  const auto chosen = choose_protocol(fields.view(), supported);
  return chosen ? std::string(chosen->value_or("none")) : "malformed";
}

TEST(Handshake, ChoosesTheFirstSupportedProtocolThatIsOffered) {
  EXPECT_EQ(chosen_protocol({}), "none");
  EXPECT_EQ(chosen_protocol({"chat"}), "chat");
  EXPECT_EQ(chosen_protocol({"chat, superchat"}), "superchat");
  EXPECT_EQ(chosen_protocol({"chat", "soap,superchat"}), "superchat");
  EXPECT_EQ(chosen_protocol({"soap, ,wamp"}), "none");
  EXPECT_EQ(chosen_protocol({"Chat"}), "none");  // tokens are compared with case
}

TEST(Handshake, RefusesProtocolsThatAreNoTokens) {
  EXPECT_EQ(chosen_protocol({"chat, a b"}), "malformed");
  EXPECT_EQ(chosen_protocol({"chat", "\"chat\""}), "malformed");
  EXPECT_EQ(chosen_protocol({""}), "malformed");
}

constexpr DeflateOffer kAllowsTakeover{.server_takeover = true, .client_takeover = true};

/// The answer to these offers, or "declined".
std::string answer(const std::vector<std::string>& offers, const DeflateOffer& willing = {}) {
  http::Fields fields;
  for (const auto& value : offers) fields.add(FieldName::SecWebSocketExtensions, value);
  const auto accepted = accept_deflate(fields.view(), willing);
  return accepted ? accepted->extension : "declined";
}

TEST(AcceptDeflate, KeepsTheWindowsOnlyIfBothSidesWant) {
  const std::string both =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  EXPECT_EQ(answer({"permessage-deflate"}), both);
  EXPECT_EQ(answer({"permessage-deflate"}, kAllowsTakeover), "permessage-deflate");
  EXPECT_EQ(answer({both}, kAllowsTakeover), both);
  EXPECT_EQ(answer({"permessage-deflate ; client_no_context_takeover"}, kAllowsTakeover),
            "permessage-deflate; client_no_context_takeover");
}

TEST(AcceptDeflate, UsesTheSmallerWindowAndNamesOnlyThoseThatTheClientNames) {
  const auto window = [](std::string_view offer, DeflateOffer willing = kAllowsTakeover) {
    http::Fields fields;
    fields.add(FieldName::SecWebSocketExtensions, offer);
    const auto accepted = accept_deflate(fields.view(), willing).value();
    return std::to_string(accepted.parameters.server_window_bits) + " " +
           std::to_string(accepted.parameters.client_window_bits) +
           accepted.extension.substr(std::string_view("permessage-deflate").size());
  };
  DeflateOffer small = kAllowsTakeover;
  small.client_window_bits = 10;
  EXPECT_EQ(window("permessage-deflate"), "11 15");
  EXPECT_EQ(window("permessage-deflate", small), "11 15");
  EXPECT_EQ(window("permessage-deflate; server_max_window_bits=15"),
            "11 15; server_max_window_bits=11");
  EXPECT_EQ(window("permessage-deflate; server_max_window_bits=9"),
            "9 15; server_max_window_bits=9");
  EXPECT_EQ(window("permessage-deflate; client_max_window_bits"), "11 15");
  EXPECT_EQ(window("permessage-deflate; client_max_window_bits", small),
            "11 10; client_max_window_bits=10");
  EXPECT_EQ(window("permessage-deflate; client_max_window_bits=\"8\"", small),
            "11 8; client_max_window_bits=8");
}

TEST(AcceptDeflate, DeclinesWhatItCannotDoOrDoesNotKnow) {
  for (const std::string_view parameter :
       {"server_max_window_bits=8", "server_max_window_bits", "server_max_window_bits=16",
        "server_max_window_bits=7", "server_max_window_bits=010", "server_max_window_bits=+9",
        "server_max_window_bits=", "client_max_window_bits=16", "client_max_window_bits=\"9",
        "client_max_window_bits=", "server_no_context_takeover=1", "client_no_context_takeover=",
        "unknown", "unknown=1", "", "server_no_context_takeover; server_no_context_takeover",
        "client_max_window_bits; client_max_window_bits=10",
        "server_max_window_bits=10; server_max_window_bits=10"}) {
    EXPECT_EQ(answer({"permessage-deflate;" + std::string(parameter)}), "declined") << parameter;
  }
  EXPECT_EQ(answer({}), "declined");
  EXPECT_EQ(answer({"x-webkit-deflate-frame, permessage-deflate2"}), "declined");
}

TEST(AcceptDeflate, TakesTheFirstOfferThatFits) {
  EXPECT_EQ(answer({"foo; bar=\"a\", permessage-deflate; server_max_window_bits=8",
                    "permessage-deflate; server_max_window_bits=12, permessage-deflate"},
                   kAllowsTakeover),
            "permessage-deflate; server_max_window_bits=11");
}

}  // namespace
}  // namespace mastic::wire::websocket
