#include "mastic/http/content_coding.h"

#include <gtest/gtest.h>

namespace mastic::http {
namespace {

int quality(std::string_view field, ContentCoding coding) {
  return AcceptedCodings::parse(field).quality(coding);
}

TEST(AcceptedCodings, ReadsQualities) {
  EXPECT_EQ(quality("gzip, br", ContentCoding::Gzip), 1000);
  EXPECT_EQ(quality("gzip;q=0.5, br;q=0.25", ContentCoding::Brotli), 250);
  EXPECT_EQ(quality("GZIP ; Q=0.001", ContentCoding::Gzip), 1);
  EXPECT_EQ(quality("x-gzip", ContentCoding::Gzip), 1000);
  EXPECT_EQ(quality("gzip;q=0", ContentCoding::Gzip), 0);
}

TEST(AcceptedCodings, AnAbsentFieldAcceptsIdentityOnly) {
  EXPECT_EQ(quality("", ContentCoding::Identity), 1000);
  EXPECT_EQ(quality("", ContentCoding::Gzip), 0);
}

TEST(AcceptedCodings, AStarSpeaksForWhatIsNotNamed) {
  EXPECT_EQ(quality("*", ContentCoding::Zstd), 1000);
  EXPECT_EQ(quality("*;q=0", ContentCoding::Identity), 0);
  EXPECT_EQ(quality("*;q=0, identity", ContentCoding::Identity), 1000);
  EXPECT_EQ(quality("br, *;q=0", ContentCoding::Gzip), 0);
}

TEST(AcceptedCodings, GarbageIsNeverAccepted) {
  for (const char* field : {"gzip;q=2", "gzip;q=-1", "gzip;q=", "gzip;q=0.1234", "gzip;q=x",
                            "gzip;q=1.001", "gzipp", "g zip", ";;;,,,", "gzip;q=.5"}) {
    EXPECT_EQ(quality(field, ContentCoding::Gzip), 0) << field;
  }
}

}  // namespace
}  // namespace mastic::http
