#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include <stdexcept>

#include "report.h"

using mastic::Status;
using mastic::testing::TestClient;

TEST(BlockingReport, CountsEverySaleOnce) {
  TestClient client(make_site(300));
  const auto answer = client.get("/report/3");
  EXPECT_EQ(answer.status, Status::Ok);
  EXPECT_TRUE(answer.text.starts_with(R"([{"kind":"Black","sold":100,)")) << answer.text;
}

TEST(BlockingReport, AnswersNotFoundForAnInvalidNumberOfPasses) {
  TestClient client(make_site(3));
  EXPECT_EQ(client.get("/report/0").status, Status::NotFound);
  EXPECT_EQ(client.get("/report/many").status, Status::NotFound);
}

TEST(BlockingReport, StopsWhenItsClientHasLeft) {
  Sales sales(20'000);
  std::stop_source stop;
  const std::jthread leaves([&] { stop.request_stop(); });
  EXPECT_THROW((void)sales.report(1'000'000, stop.get_token()), std::runtime_error);
}
