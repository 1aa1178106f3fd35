#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "mastic/app/body.h"
#include "mastic/app/json_array.h"
#include "mastic/app/response.h"
#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;

Generator<std::string> three_words() {
  co_yield "one";
  co_await async::sleep_for(1ms);
  co_yield "";
  co_yield "two";
  co_yield "three";
}

/// Pulls everything in one task, as the server does.
Task<std::vector<std::string>> all_pieces(Body& body) {
  std::vector<std::string> pieces;
  while (true) {
    const auto piece = co_await body.next();
    if (!piece) break;
    pieces.emplace_back(*piece);
  }
  co_return pieces;
}

TEST(BodyProducing, SendsWhatAGeneratorYields) {
  Body body = Body::produced_by(three_words());
  EXPECT_FALSE(body.size());
  EXPECT_FALSE(body.is_plain()) << "destroying it runs code of the application";
  EXPECT_EQ(run_to_end(all_pieces(body)), (std::vector<std::string>{"one", "two", "three"}));
}

Generator<std::string> endless(int& produced, bool& closed) {
  struct Close {
    explicit Close(bool& it) : closed(it) {}
    ~Close() { closed = true; }
    bool& closed;
  };
  const Close close(closed);
  while (true) {
    ++produced;
    co_yield "piece";
  }
}

TEST(BodyProducing, RunsAGeneratorNoFurtherThanItIsPulled) {
  int produced = 0;
  bool closed = false;
  {
    Body body = Body::produced_by(endless(produced, closed));
    EXPECT_EQ(produced, 0);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(run_to_end(body.next()));
    EXPECT_EQ(produced, 3);
    EXPECT_FALSE(closed);
  }
  EXPECT_TRUE(closed);
}

Generator<std::string> stumbling() {
  co_yield "piece";
  throw std::runtime_error("the source stumbles");
}
Task<int> failures(Body& body) {
  int thrown = 0;
  for (int i = 0; i < 3; ++i) {
    try {
      (void)co_await body.next();
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  co_return thrown;
}

TEST(BodyProducing, IsNeverTakenForCompleteAfterAFailure) {
  Body body = Body::produced_by(stumbling());
  EXPECT_EQ(run_to_end(failures(body)), 2);
}

TEST(BodyProducing, CallsAProducerThatBlocksWhereItMayBlock) {
  struct Elsewhere final : async::BlockingExecutor {
    bool submit(async::BlockingWork&) override { return false; }  // as if the queue were full
    bool submit_begun(async::BlockingWork& work) override {
      std::thread([&] { work.run(); }).join();
      return true;
    }
    bool withdraw(async::BlockingWork&) noexcept override { return false; }
    bool has_reserve() const noexcept override { return true; }
  };
  std::vector<std::thread::id> threads;
  Body body = Body::produced_by(blocking, [&, n = 0]() mutable -> std::optional<std::string> {
    threads.push_back(std::this_thread::get_id());
    if (n == 2) return std::nullopt;
    return std::to_string(n++);
  });
  Elsewhere elsewhere;
  async::ManualExecutor executor;
  executor.set_blocking_executor(elsewhere);
  async::TestContext<std::vector<std::string>> context(executor, all_pieces(body));
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), (std::vector<std::string>{"0", "1"}));
  ASSERT_EQ(threads.size(), 3u);
  for (const std::thread::id thread : threads) EXPECT_NE(thread, std::this_thread::get_id());
}

// ---- JSON arrays ----

struct Tea {
  int id = 0;
  std::string name;
};
Generator<Tea> teas(int count) {
  for (int i = 1; i <= count; ++i) {
    if (i % 7 == 0) co_await async::sleep_for(1ms);
    const Tea tea{i, "Assam"};
    co_yield tea;
  }
}
Task<std::string> text_from(Response response) {
  std::string text;
  while (true) {
    const auto piece = co_await response.body.next();
    if (!piece) break;
    EXPECT_LE(piece->size(), (16u << 10) + 100);
    text += *piece;
  }
  co_return text;
}

TEST(BodyProducing, SendsAJsonArrayThatAGeneratorYields) {
  EXPECT_EQ(run_to_end(text_from(json_array(teas(0)))), "[]");
  EXPECT_EQ(run_to_end(text_from(json_array(teas(2)))),
            R"([{"id":1,"name":"Assam"},{"id":2,"name":"Assam"}])");
  const std::string text = run_to_end(text_from(json_array(teas(5000))));
  const auto read = json::from_json<std::vector<Tea>>(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), 5000u);
}

Generator<std::string> nothing(int& yielded) {
  async::CancelScope& scope = co_await async::CurrentCancelScope();
  for (; yielded < 1000; ++yielded) {
    if (yielded == 10) scope.request_stop();
    co_yield "";
  }
}

TEST(BodyProducing, StopsAGeneratorThatYieldsNothing) {
  int yielded = 0;
  Body body = Body::produced_by(nothing(yielded));
  EXPECT_THROW(run_to_end(body.next()), async::Cancelled);
  EXPECT_EQ(yielded, 10);
}

// ---- trailers ----

http::Fields digest_of(std::string_view value) {
  http::Fields fields;
  fields.add("Content-Digest", value);
  return fields;
}

TEST(BodyProducing, MakesItsTrailersWhenTheContentHasEnded) {
  Response response = Response::text_body(Body::produced_by(three_words()));
  int made = 0;
  response.set_trailers({"Content-Digest", "X-Count"}, [&] {
    ++made;
    return digest_of("sha-256=:abc=:");
  });
  EXPECT_EQ(response.fields.get("Trailer"), "Content-Digest, X-Count");
  EXPECT_EQ(run_to_end(response.body.next()), "one");
  EXPECT_TRUE(response.body.trailers().empty());
  EXPECT_EQ(made, 0);
  run_to_end(all_pieces(response.body));
  EXPECT_EQ(made, 1);
  EXPECT_EQ(response.body.trailers().get("content-digest"), "sha-256=:abc=:");
}

TEST(BodyProducing, AnnouncesNoTrailersForContentThatIsHereAlready) {
  Response response = Response::text("whole");
  response.set_trailers({"X-Count"}, [] { return http::Fields(); });
  EXPECT_FALSE(response.fields.get("Trailer"));
}

TEST(BodyProducing, RefusesFieldsThatMustNotBeTrailers) {
  for (const std::string_view name :
       {"Content-Length", "transfer-encoding", "Host", "Set-Cookie", "Authorization", "Trailer",
        "Content-Type", "Cache-Control", "Vary", "WWW-Authenticate"}) {
    Response response = Response::text_body(Body::produced_by(three_words()));
    EXPECT_THROW(response.set_trailers({name}, [] { return http::Fields(); }),
                 std::invalid_argument)
        << name;
  }
}

/// Content that owns its last piece, and has no end.
class Ticks final : public BodySource {
 public:
  Task<std::optional<std::string_view>> next() override { co_return *tick_; }
  [[nodiscard]] std::shared_ptr<const void> piece_owner() const override { return tick_; }
  [[nodiscard]] const Endless* endless() const override { return &endless_; }

 private:
  const std::shared_ptr<const std::string> tick_ = std::make_shared<const std::string>("tick");
  const Endless endless_{1s, ":"};
};

TEST(BodyProducing, KeepsWhatASourceSaysOfItselfWhenTrailersAreAdded) {
  Response response = Response::text_body(Body(std::make_unique<Ticks>()));
  response.set_trailers({"X-Count"}, [] { return http::Fields(); });
  ASSERT_NE(response.body.endless(), nullptr) << "a drain would not end it";
  EXPECT_EQ(response.body.endless()->heartbeat, 1s);
  EXPECT_NE(response.body.piece_owner(), nullptr) << "a large piece would be copied";
}

TEST(BodyProducing, FailsForATrailerThatWasNotAnnounced) {
  Response response = Response::text_body(Body::produced_by(three_words()));
  response.set_trailers({"X-Count"}, [] { return digest_of("x"); });
  EXPECT_THROW(run_to_end(all_pieces(response.body)), std::logic_error);
}

}  // namespace
}  // namespace mastic::app
