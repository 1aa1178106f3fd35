#include "apps/mastic/load/request.h"

#include <gtest/gtest.h>

namespace mastic::load {
namespace {

std::string bytes_of(const RequestParts& parts) {
  const auto request = make_request(*parse_target("http://localhost:8080/teas"), parts);
  return request ? request->bytes : request.error().message;
}

TEST(LoadRequest, IsAGetOfThePathWithTheHost) {
  EXPECT_EQ(bytes_of({}), "GET /teas HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
}

TEST(LoadRequest, IsAPostWithTheLengthOfItsContent) {
  EXPECT_EQ(
      bytes_of({.content = "user=ada"}),
      "POST /teas HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/octet-stream\r\n"
      "Content-Length: 8\r\n\r\nuser=ada");
  EXPECT_EQ(bytes_of({.method = "PUT"}),
            "PUT /teas HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 0\r\n\r\n");
}

TEST(LoadRequest, HasTheFieldsThatAreGiven) {
  EXPECT_EQ(bytes_of({.headers = {"host:example.com", "Accept: */*"}}),
            "GET /teas HTTP/1.1\r\nhost: example.com\r\nAccept: */*\r\n\r\n");
}

TEST(LoadRequest, RefusesWhatWouldNotBeARequest) {
  EXPECT_NE(bytes_of({.method = "GET /"}).find("not a method"), std::string::npos);
  EXPECT_NE(bytes_of({.headers = {"Accept"}}).find("'Name: value'"), std::string::npos);
  EXPECT_NE(bytes_of({.headers = {"A: b\r\nC: d"}}).find("cannot be sent"), std::string::npos);
  EXPECT_NE(bytes_of({.headers = {"content-length: 5"}}).find("--content"), std::string::npos);
}

}  // namespace
}  // namespace mastic::load
