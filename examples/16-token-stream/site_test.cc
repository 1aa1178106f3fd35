#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include "storyteller.h"

using mastic::Status;
using mastic::testing::TestClient;

namespace {

struct TokenStream : testing::Test {
  TestClient client{make_site(PUBLIC_DIR)};

  std::vector<Telling> diary() { return client.get("/diary").json<std::vector<Telling>>(); }
};

}  // namespace

TEST_F(TokenStream, TellsAStory) {
  const auto story = client.get("/story?hero=a+kettle");
  EXPECT_EQ(story.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(story.text.starts_with("Once upon a time there was a kettle, who")) << story.text;
  EXPECT_TRUE(story.text.ends_with("smells of oranges.")) << story.text;
  ASSERT_EQ(diary().size(), 1u);
  EXPECT_EQ(diary()[0].hero, "a kettle");
  EXPECT_EQ(diary()[0].told, diary()[0].all);
}

TEST_F(TokenStream, TellsAStoryAsEvents) {
  auto events = client.events("/story/events?hero=a+kettle");
  std::string story;
  auto event = events.next();
  for (; event && event->name != "end"; event = events.next()) story += event->data;
  ASSERT_TRUE(event);
  EXPECT_EQ(story, client.get("/story?hero=a+kettle").text);
}

TEST_F(TokenStream, NoticesThatTheListenerLeaves) {
  auto events = client.events("/story/events?hero=a+kettle");
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(events.next());
  events.leave();
  const auto tellings = diary();
  ASSERT_EQ(tellings.size(), 1u);
  EXPECT_GE(tellings[0].told, 5u);
  EXPECT_LT(tellings[0].told, tellings[0].all);
}

TEST_F(TokenStream, RefusesAStoryAboutNobody) {
  EXPECT_EQ(client.get("/story?hero=").status, Status::UnprocessableContent);
  EXPECT_TRUE(diary().empty());
}

TEST_F(TokenStream, KeepsTheLastStoriesInItsDiary) {
  for (int i = 1; i <= 12; ++i) client.get("/story?hero=" + std::to_string(i));
  ASSERT_EQ(diary().size(), Diary::kMaxTellings);
  EXPECT_EQ(diary().front().hero, "12");
  EXPECT_EQ(diary().front().number, 12u);
  EXPECT_EQ(diary().back().hero, "3");
}
