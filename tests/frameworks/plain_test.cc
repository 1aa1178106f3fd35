// A test without a framework: what fails is thrown, and ends the program.

#include <cstdio>
#include <exception>
#include <string_view>

#include "fails.h"

int main(int count, char** words) try {
  const std::string_view word = count > 1 ? words[1] : "";
  if (word == "asked") ask_for_nothing();
  if (word == "destroyed") leave_the_till_open();
  mastic::testing::TestClient client(make_shop());
  return client.get("/").expect().text == "hello" ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
