#include "mastic/base/last_words.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "mastic/base/bounded_text.h"

namespace mastic::base {
namespace {

struct Pipe {
  Pipe() { EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  int ends[2] = {-1, -1};
};

TEST(LastWords, AreWritten) {
  Pipe pipe;
  EXPECT_TRUE(write_last_words(pipe.ends[1], "it was me\n"));
  char text[100] = {};
  EXPECT_EQ(read(pipe.ends[0], text, sizeof text), 10);
  EXPECT_STREQ(text, "it was me\n");
}

TEST(LastWords, DoNotWaitForAReaderThatNeverReads) {
  Pipe pipe;
  EXPECT_FALSE(write_last_words(pipe.ends[1], std::string(1 << 20, 'x')));
}

TEST(BoundedText, LeavesOutWhatDoesNotFit) {
  BoundedText<8> text;
  text.add("abc").add('-').add_number(0x2fu, 16, 4).add("more");
  EXPECT_EQ(text.view(), "abc-002f");
  text.clear();
  EXPECT_EQ(text.add_number(0u).add_number(120u).view(), "0120");
}

}  // namespace
}  // namespace mastic::base
