#include "mastic/app/transaction.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"
#include "mastic/app/internal_request.h"
#include "mastic/async/sleep.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

/// A transaction that writes down what becomes of it. `kWaits`: whether its commit takes a while.
template <bool kWaits>
class Work {
 public:
  Work() = default;
  explicit Work(std::string& story) : story_(&story) { story += "begin "; }
  Work(Work&& other) noexcept : story_(std::exchange(other.story_, nullptr)) {}
  Work& operator=(Work&& other) noexcept {
    std::swap(story_, other.story_);
    return *this;
  }
  ~Work() {
    if (story_ != nullptr) *story_ += "undone ";
  }
  void write(std::string_view what) { story_->append(what).append(" "); }
  auto commit() {
    if constexpr (kWaits) {
      return commit_later();
    } else {
      finish();
    }
  }

 private:
  void finish() {
    if (story_->contains("conflict")) throw std::runtime_error("conflict");
    *std::exchange(story_, nullptr) += "committed ";
  }
  Task<> commit_later() {
    co_await async::sleep_for(5ms);
    finish();
  }
  std::string* story_ = nullptr;
};

struct TransactionTest : testing::Test {
  /// Calls `app` within a transaction of either kind, and returns the status of the answer.
  template <bool kWaits>
  Status call(App app) {
    story.clear();
    const auto begin = [this](Request&) { return Work<kWaits>(story); };
    const App whole = wrap(Transaction(begin), std::move(app));
    return exchange.call(whole, Method::Post, "/").status;
  }
  template <bool kWaits>
  static App handler(std::string what, Status status) {
    return App([what = std::move(what), status](Request& request) {
      request.ext<Work<kWaits>>().write(what);
      return status;
    });
  }
  std::string story;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(TransactionTest, CommitsIfTheAnswerIsASuccess) {
  EXPECT_EQ(call<false>(handler<false>("order", Status::Created)), Status::Created);
  EXPECT_EQ(story, "begin order committed ");
  EXPECT_EQ(call<true>(handler<true>("order", Status::SeeOther)), Status::SeeOther);
  EXPECT_EQ(story, "begin order committed ");
}

TEST_F(TransactionTest, IsUndoneIfTheAnswerIsAnError) {
  EXPECT_EQ(call<false>(handler<false>("order", Status::Conflict)), Status::Conflict);
  EXPECT_EQ(story, "begin order undone ");
  const App throwing = [](Request&) -> std::string { throw HttpError(Status::NotFound); };
  EXPECT_EQ(call<true>(throwing), Status::NotFound);
  EXPECT_EQ(story, "begin undone ");
}

TEST_F(TransactionTest, AFailedCommitIsAnsweredWith500) {
  EXPECT_EQ(call<false>(handler<false>("conflict", Status::Ok)), Status::InternalServerError);
  EXPECT_EQ(story, "begin conflict undone ");
  EXPECT_EQ(call<true>(handler<true>("conflict", Status::Ok)), Status::InternalServerError);
  EXPECT_EQ(story, "begin conflict undone ");
}

/// A transaction that cannot be undone.
class Stuck {
 public:
  Stuck() = default;
  explicit Stuck(int) : has_work_(true) {}
  Stuck(Stuck&&) = default;
  Stuck& operator=(Stuck&& other) {
    if (has_work_) throw std::runtime_error("the connection is lost");
    has_work_ = std::exchange(other.has_work_, false);
    return *this;
  }
  void commit() { has_work_ = false; }

 private:
  bool has_work_ = false;
};

TEST_F(TransactionTest, AFailureToUndoIsLoggedAndLeavesTheAnswer) {
  const App app = wrap(Transaction([](Request&) { return Stuck(1); }),
                       App([] { return Response(Status::Conflict); }));
  EXPECT_EQ(exchange.call(app, Method::Get, "/").status, Status::Conflict);
  EXPECT_NE(exchange.recorded.text().find("could not be undone"), std::string::npos);
}

TEST_F(TransactionTest, MayBeBegunByATask) {
  const auto begin = [this](Request&) -> Task<Work<false>> {
    co_await async::sleep_for(5ms);
    co_return Work<false>(story);
  };
  const App app = wrap(Transaction(begin), handler<false>("order", Status::Ok));
  EXPECT_EQ(exchange.call(app, Method::Post, "/").status, Status::Ok);
  EXPECT_EQ(story, "begin order committed ");
}

TEST_F(TransactionTest, IsUndoneWhenTheClientIsGone) {
  const auto begin = [this](Request&) { return Work<true>(story); };
  const App waiting = [](Request&) -> Task<Status> {
    co_await async::sleep_for(10ms);
    co_return Status::Ok;
  };
  const App app = wrap(Transaction(begin), waiting);
  for (const auto after : {1ms, 12ms}) {  // in the handler, and in the commit
    TestExchange left(executor);
    story.clear();
    left.start(app, Method::Post, "/");
    executor.advance(after);
    left.stop();
    executor.advance(1h);
    ASSERT_TRUE(left.is_done());
    EXPECT_EQ(story, "begin undone ") << after.count();
  }
}

TEST_F(TransactionTest, IsUndoneBeforeTheAnswerIsSent) {
  (void)call<false>(App([this](Request& request) {
    request.on_finish([this](const Outcome&) { story += "sent "; });
    return Status::BadRequest;
  }));
  EXPECT_EQ(story, "begin undone sent ");
}

TEST_F(TransactionTest, AnInternalRequestHasOneOfItsOwn) {
  const auto begin = [this](Request&) { return Work<false>(story); };
  const App inner = wrap(Transaction(begin), handler<false>("inner", Status::NotFound));
  const App app = [&](Request& request) -> Task<Status> {
    Request& other = InternalRequest::make(request, "/inner");
    Task<Response> asking = inner(other);
    const Response ignored = co_await std::move(asking);
    request.ext<Work<false>>().write("outer");
    co_return Status::Ok;
  };
  EXPECT_EQ(call<false>(app), Status::Ok);
  EXPECT_EQ(story, "begin begin inner undone outer committed ");
}

}  // namespace
}  // namespace mastic::app
