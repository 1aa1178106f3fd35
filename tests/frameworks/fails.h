// A site, and tests of it that fail, for every framework.

#pragma once

#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

inline mastic::Router make_shop() {
  mastic::Router site;
  site.get("/", [] { return "hello"; });
  return site;
}

/// Fails with an exception, which names this file, the request and the answer.
inline void ask_for_nothing() {
  mastic::testing::TestClient client(make_shop());
  client.get("/nothing").expect();
}

/// Fails when the client is destroyed.
inline void leave_the_till_open() {
  mastic::Router shop = make_shop();
  shop.on_stop([log = shop.log("shop")] { log.error("the till is open"); });
  mastic::testing::TestClient client(std::move(shop));
  client.get("/").expect();
}
