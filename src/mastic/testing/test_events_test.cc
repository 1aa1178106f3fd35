#include "mastic/testing/test_events.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/async/generator.h"
#include "mastic/mastic.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace test_events_test {

async::Generator<std::string> ticks() {
  for (int number = 1;; ++number) {
    co_await sleep_for(std::chrono::minutes(1));
    std::string event = "data: " + std::to_string(number) + "\n\n";
    co_yield event;
  }
}

Response stream_of(std::string text) {
  return Response::of_type("text/event-stream", Body(std::move(text)));
}

TEST(EventReader, ReadsWhatBrowsersRead) {
  EventReader reader;
  reader.read(
      ": a comment\n"
      "data: one\n\n"
      "event:price\r\ndata:  two\r\ndata: three\r\nid: 7\r\n\r\n"
      "data\rdata\r\r"
      "id: 8\n\n"
      "unknown: x\nretry: 250\nretry: soon\ndata: four\n\n"
      "data: incomplete\n");
  reader.stream_ended();
  ASSERT_EQ(reader.events.size(), 4U);
  EXPECT_EQ(reader.events[0].data, "one");
  EXPECT_EQ(reader.events[0].name, "message");
  EXPECT_EQ(reader.events[1].data, " two\nthree");
  EXPECT_EQ(reader.events[1].name, "price");
  EXPECT_EQ(reader.events[1].id, "7");
  EXPECT_EQ(reader.events[2].data, "\n");
  EXPECT_EQ(reader.events[2].id, "7");
  EXPECT_EQ(reader.events[3].data, "four");
  EXPECT_EQ(reader.events[3].id, "8");
  EXPECT_EQ(reader.retry, std::chrono::milliseconds(250));
  EXPECT_EQ(reader.comments, 1U);
}

TEST(EventReader, GivesTheSameEventsHoweverTheStreamIsCut) {
  const std::string stream = "data: one\r\n\r\nid: 2\rdata: two\r\r: c\ndata: three\n\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EventReader reader;
    reader.read(std::string_view(stream).substr(0, cut));
    reader.read(std::string_view(stream).substr(cut));
    ASSERT_EQ(reader.events.size(), 3U) << cut;
    EXPECT_EQ(reader.events[1].id, "2");
    EXPECT_EQ(reader.events[2].data, "three");
  }
}

TEST(TestEvents, GivesTheEventsOfAStreamUntilItEnds) {
  Router site;
  site.get<"/feed">([] { return stream_of("data: one\nid: 1\n\ndata: two\n\n"); });
  TestClient client(std::move(site));
  auto events = client.events("/feed");
  EXPECT_EQ(events.response().status, Status::Ok);
  EXPECT_EQ(events.next()->data, "one");
  EXPECT_EQ(events.next()->data, "two");
  EXPECT_FALSE(events.next());
  EXPECT_FALSE(events.is_open());
}

TEST(TestEvents, WaitsForEventsThatComeLater) {
  Router site;
  site.get<"/ticks">(
      [] { return Response::of_type("text/event-stream", Body::produced_by(ticks())); });
  site.get<"/page">([] { return "a page"; });
  TestClient client(std::move(site));
  auto events = client.events("/ticks");
  const auto before = client.now();
  EXPECT_EQ(events.next()->data, "1");
  EXPECT_EQ(client.get("/page").text, "a page");
  EXPECT_EQ(events.next()->data, "2");
  EXPECT_GE(client.now() - before, std::chrono::minutes(2));
  client.pass(std::chrono::minutes(2));
  EXPECT_EQ(events.next()->data, "3");
  events.leave();
  EXPECT_FALSE(events.is_open());
}

TEST(TestEvents, SendsTheLastIdWhenItReconnects) {
  Router site;
  site.get<"/feed">([](Header<"Last-Event-ID", std::optional<std::string>> last) {
    return stream_of("retry: 9000\nid: 5\ndata: after " + last->value_or("the beginning") + "\n\n");
  });
  TestClient client(std::move(site));
  auto events = client.events("/feed");
  EXPECT_EQ(events.next()->data, "after the beginning");
  EXPECT_FALSE(events.next());
  const auto before = client.now();
  events.reconnect();
  EXPECT_EQ(client.now() - before, std::chrono::seconds(9));
  EXPECT_EQ(events.next()->data, "after 5");
}

TEST(TestEvents, KeepsAnAnswerThatIsNoStream) {
  TestClient client(Router{});
  auto events = client.events("/nowhere");
  EXPECT_EQ(events.response().status, Status::NotFound);
  const unsigned line = std::source_location::current().line() + 2;
  try {
    (void)events.next();
    FAIL();
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_TRUE(
        message.starts_with("test_events_test.cc:" + std::to_string(line) +
                            ": GET /nowhere: the answer is no stream of events: status 404"))
        << message;
  }
  EXPECT_EQ(events.response().request().target, "/nowhere");
}

/// Heartbeats every ten seconds, and never an event.
Response heartbeats() {
  return Response::of_type("text/event-stream",
                           Body::produced_by([]() -> Task<std::optional<std::string>> {
                             co_await sleep_for(std::chrono::seconds(10));
                             co_return ":\n\n";
                           }));
}

std::string failure_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(TestEvents, SayThatThereIsNoEventForADay) {
  Router site;
  site.get("/feed", [] { return heartbeats(); });
  TestClient client(std::move(site));
  auto events = client.events("/feed");
  const std::string message = failure_of([&] { (void)events.next(); });
  EXPECT_TRUE(message.contains("there is no event after a day of the test's clock")) << message;
  EXPECT_GT(events.comments(), 8000U);
}

TEST(TestEvents, AreTheRemedyForAnAnswerWithoutAnEnd) {
  const auto make_site = [] {
    Router site;
    site.get("/feed", [] { return heartbeats(); });
    return site;
  };
  TestClient client(make_site());
  TestClient direct = TestClient::direct(make_site());
  for (TestClient* const each : {&client, &direct}) {
    const std::string message = failure_of([&] { (void)each->get("/feed"); });
    EXPECT_TRUE(message.contains("there is no answer after a day")) << message;
    EXPECT_TRUE(message.contains("a stream of events, which client.events(...) reads")) << message;
  }
}

TEST(TestUpload, PostsAFormWithFiles) {
  Router site;
  site.post<"/photos">([](Request& request) {
    return std::string(request.field("Content-Type").value_or("")) + "|" +
           std::string(request.text());
  });
  TestClient client(std::move(site));
  const auto response = client.upload("/photos", {{"title", "The sea"}},
                                      {{"photo", "sea.jpg", "image/jpeg", "bytes"}});
  EXPECT_TRUE(response.text.starts_with("multipart/form-data; boundary=")) << response.text;
  EXPECT_NE(response.text.find("name=\"title\""), std::string::npos);
  EXPECT_NE(response.text.find("filename=\"sea.jpg\""), std::string::npos);
}

TEST(TestEvents, MayOutliveTheirClient) {
  Router site;
  site.get("/", [] { return "no stream"; });
  std::optional<TestClient> client(std::in_place, std::move(site));
  TestEvents events = client->events("/");
  client.reset();
  EXPECT_THROW((void)events.next(), std::logic_error);
}

TEST(TestEvents, SayThatNothingHasComeForADay) {
  Router site;
  site.get<"/quiet">([] { return heartbeats(); });
  TestClient client(std::move(site));
  TestEvents events = client.events("/quiet");
  try {
    (void)events.next();
    FAIL();
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_TRUE(message.contains("GET /quiet: there is no event after a day")) << message;
  }
}

}  // namespace test_events_test
}  // namespace mastic::testing
