// The code of writing-a-site.md and testing.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/async/event.h>
#include <mastic/async/when.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using mastic::Body;
using mastic::HttpError;
using mastic::Json;
using mastic::Next;
using mastic::Query;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::Task;
using mastic::testing::TestClient;
using namespace std::chrono_literals;

namespace {

class Notes {
 public:
  void put(std::string name, std::string text) {
    const std::lock_guard lock(mutex_);
    notes_[std::move(name)] = std::move(text);
  }
  std::optional<std::string> get(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto note = notes_.find(name);
    return note == notes_.end() ? std::nullopt : std::optional(note->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> notes_;
};

Router make_notes(Notes& notes) {
  Router site;
  site.put("/notes/{name}", [&notes](Request& request) {
    notes.put(std::string(request.value("name")), std::string(request.text()));
    return Status::NoContent;
  });
  site.get("/notes/{name}", [&notes](Request& request) {
    const auto note = notes.get(std::string(request.value("name")));
    if (!note) throw HttpError(Status::NotFound, "There is no such note.");
    return *note;
  });
  return site;
}

/// News that clients wait for.
struct News {
  mastic::async::Event come;
  std::string text = "tea is ready\n";
};

Task<Response> next_news(Request& request, News& news) {
  const auto first = co_await mastic::async::when_any(news.come.wait(), mastic::sleep_for(30s),
                                                      request.draining());
  if (first.index() == 0) co_return Response::text(news.text);
  Response nothing_new(Status::NoContent);                      // the client asks again
  if (first.index() == 2) nothing_new.set("Retry-After", "1");  // asks the next server
  co_return nothing_new;
}

Router make_news(News& news) {
  Router site;
  site.get<"/news">([&news](Request& request) { return next_news(request, news); });
  return site;
}

TEST(WritingASite, ALongPollIsToldThatTheServerEnds) {
  News news;
  TestClient client(make_news(news));
  EXPECT_EQ(client.get("/news").field("Retry-After"), std::nullopt);  // after 30 seconds
  client.drain(10s);
  const auto last = client.get("/news");  // after ten
  EXPECT_EQ(last.status, Status::NoContent);
  EXPECT_EQ(last.field("Retry-After"), "1");
}

TEST(WritingASite, ALongPollReturnsNews) {
  News news;
  TestClient client(make_news(news));
  news.come.set();
  EXPECT_EQ(client.get("/news").text, "tea is ready\n");
}

struct Item {
  std::string name;
  int count = 0;
  std::optional<std::string> note;
};
struct Paging {
  int page = 1;
  std::optional<std::string> filter;
};

struct Square {
  int of = 0;
  int is = 0;
};

std::string shout(std::string_view word, unsigned times) {
  std::string all;
  while (times-- > 0) all.append(word).append("!");
  return all;
}

Task<std::string> wait_a_moment(Request&) {
  co_await mastic::sleep_for(50ms);
  co_return "done\n";
}

Task<std::string> measure(Request& request) {
  std::size_t bytes = 0;
  while (auto piece = co_await request.body().next()) bytes += piece->size();
  co_return std::to_string(bytes) + " bytes\n";
}

const std::filesystem::path uploads = ::testing::TempDir();

Task<Status> store(Request& request) {
  if (request.field("Content-Type").value_or("").starts_with("multipart/")) {
    throw HttpError(Status::UnsupportedMediaType, "Send the bytes of the file alone, by PUT.");
  }
  const std::string name = std::to_string(request.id());
  co_await request.body().save_to(uploads / name, {.max_bytes = 50 << 20});
  co_return Status::NoContent;
}

Response count_down(Request&) {
  return Response::of_type("text/plain",
                           Body::produced_by([left = 3]() mutable -> std::optional<std::string> {
                             if (left == 0) return std::nullopt;
                             return std::to_string(left--) + "\n";
                           }));
}

Response list_squares(int count) {
  return mastic::json_array([n = 0, count]() mutable -> std::optional<Square> {
    if (n == count) return std::nullopt;
    ++n;
    return Square{n, n * n};
  });
}

Task<Response> timed(Request& request, Next next) {
  const auto start = mastic::steady_now();
  Response response = co_await next(request);
  const auto taken = mastic::steady_now() - start;
  response.set("Server-Timing", "app;dur=" + std::to_string(taken / 1ms));
  co_return response;
}

struct OnlyWithKey {
  std::optional<Response> before(Request& request) const {
    if (request.field("X-Key") == "open sesame") return std::nullopt;
    return Response::text("Say the word.\n", Status::Forbidden);
  }
};

Router make_site(Notes& notes) {
  Router site;
  site.get<"/shout/{word}/{times:uint}">(shout);
  site.get<"/items">([](Query<Paging> paging) {
    return std::vector<Item>{{"tea", paging->page, paging->filter}};
  });
  site.post<"/items">([](Json<Item> item) { return *item; });
  site.get<"/squares/{count:int}">(list_squares);
  site.get("/wait", wait_a_moment);
  site.post("/measure", measure);
  site.put("/store", store);
  site.get("/count", count_down);
  site.mount("/private", make_notes(notes)).use(OnlyWithKey());
  site.mount("/public", make_notes(notes));
  site.use(timed);
  return site;
}

}  // namespace

TEST(WritingASite, PlainHandlersGetTheWholeContent) {
  Notes notes;
  TestClient client(make_notes(notes));
  EXPECT_EQ(client.get("/notes/milk").status, Status::NotFound);
  EXPECT_EQ(client.put("/notes/milk", "two bottles").status, Status::NoContent);
  EXPECT_EQ(client.get("/notes/milk").text, "two bottles");
}

TEST(WritingASite, HandlersTakePathValues) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.get("/shout/hey/2").text, "hey!hey!");
  EXPECT_EQ(client.get("/shout/hey/twice").status, Status::NotFound);
}

TEST(WritingASite, ReadsAndWritesValuesAsJson) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.get("/items?page=2").text, R"([{"name":"tea","count":2}])");
  const auto posted = client.post("/items", R"({"name":"milk","count":1,"note":"cold"})",
                                  {{"Content-Type", "application/json"}});
  EXPECT_EQ(posted.text, R"({"name":"milk","count":1,"note":"cold"})");
}

TEST(WritingASite, TasksWaitWithoutHoldingAThread) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.get("/wait").text, "done\n");  // at once: the test's clock moves on
}

TEST(WritingASite, TasksPullTheirContent) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.post("/measure", std::string(5'000'000, 'x')).text, "5000000 bytes\n");
  EXPECT_EQ(client.put("/store", "some text").status, Status::NoContent);
}

TEST(WritingASite, UploadsOfFormsAreRefused) {
  Notes notes;
  TestClient client(make_site(notes));
  const auto refused =
      client.put("/store", "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nhi\r\n--x--",
                 {{"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_EQ(refused.status, Status::UnsupportedMediaType);
  EXPECT_EQ(refused.text,
            "415 Unsupported Media Type\n\nSend the bytes of the file alone, by PUT.\n");
}

TEST(WritingASite, ProducesContentPieceByPiece) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.get("/count").text, "3\n2\n1\n");
}

TEST(WritingASite, LargeArraysAreProducedWhileTheyAreSent) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.get("/squares/2").text, R"([{"of":1,"is":1},{"of":2,"is":4}])");
  EXPECT_GT(client.get("/squares/10000").text.size(), 200'000u);
}

TEST(WritingASite, MiddlewareWrapsAMountOrTheSite) {
  Notes notes;
  TestClient client(make_site(notes));
  EXPECT_EQ(client.put("/private/notes/a", "b").status, Status::Forbidden);
  EXPECT_EQ(client.put("/private/notes/a", "b", {{"X-Key", "open sesame"}}).status,
            Status::NoContent);
  const auto read = client.get("/public/notes/a");
  EXPECT_EQ(read.text, "b");
  EXPECT_TRUE(read.field("Server-Timing"));
}
