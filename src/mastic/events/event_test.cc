#include "mastic/events/event.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mastic::events {
namespace {

using namespace std::chrono_literals;

std::string spell(const Event& event) {
  std::string text;
  append_event(text, event);
  return text;
}

TEST(Event, IsSpeltAsFieldsAndAnEmptyLine) {
  EXPECT_EQ(spell(Event("hello")), "data: hello\n\n");
  EXPECT_EQ(spell(Event("21.5", "price").with_id("7").with_retry(1500ms)),
            "event: price\nid: 7\nretry: 1500\ndata: 21.5\n\n");
}

TEST(Event, SplitsDataAtEveryKindOfLineBreak) {
  EXPECT_EQ(spell(Event("a\nb\rc\r\nd\n\re")),
            "data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\n\n");
  EXPECT_EQ(spell(Event("a\n")), "data: a\ndata: \n\n");
  EXPECT_EQ(spell(Event("\r")), "data: \ndata: \n\n");
  EXPECT_EQ(spell(Event("x\nid: 1")), "data: x\ndata: id: 1\n\n");
}

TEST(Event, ShowsThePageAnEventEvenIfThereIsNoData) {
  EXPECT_EQ(spell(Event()), "data: \n\n");
  EXPECT_EQ(spell(Event("", "reset")), "event: reset\ndata: \n\n");
}

TEST(Event, ShowsThePageNothingIfThereIsOnlyAnIdOrATime) {
  EXPECT_EQ(spell(Event().with_id("7")), "id: 7\n\n");
  EXPECT_EQ(spell(Event().with_retry(2s)), "retry: 2000\n\n");
}

TEST(Event, WaitsForWholeMilliseconds) {
  EXPECT_EQ(spell(Event().with_retry(1us)), "retry: 1\n\n");
  EXPECT_EQ(spell(Event().with_retry(-1s)), "retry: 0\n\n");
}

TEST(Event, RefusesNamesAndIdsThatAreMoreThanOneLine) {
  for (const std::string& bad :
       {std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3)}) {
    EXPECT_THROW(spell(Event("", bad)), std::invalid_argument);
    EXPECT_THROW(spell(Event().with_id(bad)), std::invalid_argument);
  }
}

}  // namespace
}  // namespace mastic::events
