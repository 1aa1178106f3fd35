#include "mastic/inspect/thread_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "mastic/app/error_response.h"
#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/route_list.h"
#include "mastic/base/kernel.h"
#include "mastic/inspect/watch_page.h"
#include "mastic/inspect/watch_report.h"
#include "mastic/json/json_document.h"
#include "mastic/routing/router.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::inspect {

/// The test finds this name in the stack of a thread.
__attribute__((noinline)) void hang_in_a_report(const std::atomic<bool>& stop) {
  while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  asm volatile("" ::: "memory");
}

namespace {

using namespace std::chrono_literals;
using app::reference_id;
using app::Response;
using base::ThreadRole;
using http::Method;
using http::Status;

constexpr std::uint64_t kHanging = 7'000'000'000'000'000'001;

/// Plays a server with two loops, a handler that hangs and a task that waits.
class FakeServer final : public base::ServerStatus {
 public:
  FakeServer() {
    answers = {{.loop = 0,
                .connections = 12,
                .requests = {{.id = kHanging,
                              .method = "GET",
                              .target = "/report?year=2024&note=<script>alert(1)</script>",
                              .client = "192.0.2.7",
                              .age = 125s,
                              .thread = 102,
                              .thread_age = 124s},
                             {.id = 42, .method = "GET", .target = "/watch/", .client = "::1"}},
                .requests_in_all = 2},
               {.loop = 1,
                .connections = 3,
                .requests = {{.id = 43,
                              .method = "POST",
                              .target = "/slow",
                              .client = "192.0.2.8",
                              .age = 7s,
                              .cancelled = true}},
                .requests_in_all = 1}};
    running = {{.thread = 100, .role = ThreadRole::Drives, .loop = 0, .age = 3h},
               {.thread = 101, .role = ThreadRole::Drives, .loop = 1, .age = 3h},
               {.thread = 102, .role = ThreadRole::Away, .loop = 0, .age = 124s},
               {.thread = 103, .role = ThreadRole::Works, .age = 6s},
               {.thread = 104, .role = ThreadRole::Reserve, .age = 3h}};
  }

  std::size_t loops() const override { return 2; }
  base::PoolReport pool() const override { return figures; }
  std::vector<base::ThreadReport> threads() const override { return running; }
  void ask_loops(std::function<void(base::LoopReport)> take) override {
    for (const base::LoopReport& answer : answers) take(answer);
    late = std::move(take);
  }
  void cancel(std::uint64_t request) override { cancelled.push_back(request); }

  base::PoolReport figures{.workers = 8, .busy = 1, .reserve = 2};
  std::vector<base::ThreadReport> running;
  std::vector<base::LoopReport> answers;
  std::function<void(base::LoopReport)> late;
  std::vector<std::uint64_t> cancelled;
};

/// The page of a fake server, mounted in a site.
class ThreadWatch : public testing::Test {
 protected:
  explicit ThreadWatch(ThreadWatchOptions options = {}) {
    routing::Router routes;
    routes.mount("/watch", thread_watch(options));
    site_.emplace(std::move(routes));
  }

  struct Answer {
    Status status;
    http::Fields fields;
    std::string text;

    bool has(std::string_view words) const { return text.find(words) != text.npos; }
  };

  Answer get(std::string_view target) { return call(Method::Get, target); }
  Answer call(Method method, std::string_view target, std::string content = {}) {
    app::TestExchange exchange(executor_);
    exchange.server = server_;
    exchange.authority = authority_;
    exchange.allowed = allowed_;
    exchange.fields = fields_;
    const base::Instant began = executor_.now();
    exchange.start(*site_, method, target, app::Body(std::move(content)));
    while (!exchange.is_done() && executor_.now() < began + 1h) executor_.advance(1ms);
    took_ = executor_.now() - began;
    Response response = exchange.take();
    Answer answer{response.status, response.fields, {}};
    answer.text = text_of(std::move(response));
    return answer;
  }
  Answer cancel(std::string_view id) {
    fields_.set("Content-Type", "application/x-www-form-urlencoded");
    return call(Method::Post, "/watch/cancel", "request=" + std::string(id));
  }

  async::ManualExecutor executor_;
  FakeServer fake_;
  base::ServerStatus* server_ = &fake_;
  http::Fields fields_;
  std::string authority_ = "localhost:8080";
  std::vector<std::string> allowed_;  ///< the server's --allowed-host
  base::Duration took_{};
  std::optional<app::App> site_;
};

class ThreadWatchThatCancels : public ThreadWatch {
 protected:
  ThreadWatchThatCancels()
      : ThreadWatch({.allow_cancel = true, .allowed_hosts = {"site.example"}}) {
    authority_ = "site.example";
  }
};

TEST_F(ThreadWatch, IsTrustedToBeQuickFromItsFirstRequest) {
  const app::App app = thread_watch();
  http::RequestHead head;
  head.method = Method::Get;
  EXPECT_TRUE(app.history_of({.head = head, .path = "/", .peer = {}}, "/").is_trusted());
}

TEST_F(ThreadWatch, ShowsWhatEveryThreadDoesAndForWhichRequest) {
  const Answer page = get("/watch/");
  EXPECT_EQ(page.status, Status::Ok);
  EXPECT_TRUE(page.has("<td class=\"number\">100</td><td>drives loop 0</td>")) << page.text;
  EXPECT_TRUE(
      page.has("<td class=\"number\">102</td><td>runs a handler, has lost loop 0"
               "<div class=\"target\"><b>GET</b> /report?year=2024&amp;note="))
      << page.text;
  EXPECT_TRUE(page.has("</div></td><td class=\"age\"><b>stuck</b> 2 min 4 s</td>")) << page.text;
  EXPECT_TRUE(page.has("<td>works</td><td class=\"age\"><b>slow</b> 6.0 s</td>")) << page.text;
  EXPECT_TRUE(page.has("<td>in reserve</td><td class=\"age\">3 h</td>")) << page.text;
  EXPECT_TRUE(page.has("runs on thread 102 for 2 min 4 s")) << page.text;
  EXPECT_TRUE(page.has("waits, cancelled")) << page.text;
  EXPECT_TRUE(page.has("is this page")) << page.text;
  EXPECT_FALSE(page.has("did not answer")) << page.text;
}

TEST_F(ThreadWatch, EscapesEverythingAndLoadsNothing) {
  fake_.answers[0].requests[0].method = "<b>";
  fake_.answers[0].requests[0].client = "\"><i>";
  const Answer page = get("/watch/");
  for (const auto* words : {"<script", "<b><", "<i>", "http:", "src="}) {
    EXPECT_FALSE(page.has(words)) << words;
  }
  EXPECT_TRUE(page.fields.get("Content-Security-Policy")->starts_with("default-src 'none';"));
  EXPECT_EQ(page.fields.get("Cache-Control"), "no-store");
}

TEST_F(ThreadWatch, IsJsonForClientsThatPreferIt) {
  const Answer by_query = get("/watch/?format=json");
  EXPECT_EQ(by_query.fields.get("Content-Type"), "application/json");
  EXPECT_EQ(by_query.fields.get("Cache-Control"), "no-store");
  fields_.set("Accept", "application/json");
  const Answer by_accept = get("/watch/");
  EXPECT_EQ(by_accept.fields.get("Content-Type"), "application/json");
  for (const std::string& words :
       {std::string(
            R"("loops":[{"loop":0,"answered":true,"thread":100,"connections":12,"requests":2})"),
        std::string(
            R"({"thread":102,"role":"away","loop":0,"age":124,"concern":"Alarm","request":")") +
            reference_id(kHanging) + "\"}",
        std::string(R"("workers":8,"busy":1,)"),
        R"({"id":")" + reference_id(43) + R"(","method":"POST","target":"/slow")"}) {
    EXPECT_TRUE(by_accept.has(words)) << words << "\n" << by_accept.text;
  }
}

TEST_F(ThreadWatch, WaitsOnlyBrieflyForALoopThatDoesNotAnswer) {
  fake_.answers.pop_back();
  const Answer page = get("/watch/");
  EXPECT_EQ(page.status, Status::Ok);
  EXPECT_TRUE(page.has("thread 101</td><td colspan=\"2\" class=\"age\"><b>did not answer</b>"))
      << page.text;
  EXPECT_GE(took_, 200ms);
  EXPECT_LT(took_, 300ms);
  fake_.late({.loop = 1});  // the loop answers long after the page was sent
}

TEST_F(ThreadWatch, DoesNotWaitWhenAllLoopsAnswer) {
  get("/watch/");
  EXPECT_LT(took_, 10ms);
}

TEST_F(ThreadWatch, SaysWhenThereAreMoreRequestsThanItShows) {
  fake_.answers[1].requests_in_all = 1000;
  EXPECT_TRUE(get("/watch/").has("the oldest of each loop are shown"));
}

TEST_F(ThreadWatch, RefreshesItselfWhenAsked) {
  EXPECT_FALSE(get("/watch/").has("http-equiv"));
  EXPECT_TRUE(get("/watch/?refresh=2").has("<meta http-equiv=\"refresh\" content=\"2\">"));
  EXPECT_EQ(get("/watch/?refresh=often").status, Status::UnprocessableContent);
}

TEST_F(ThreadWatch, ShowsTheStackOfOneThreadOrOfAll) {
  std::atomic<bool> stop = false;
  std::atomic<int> number = 0;
  const std::jthread hanging([&] {
    number = base::system_kernel().gettid();
    hang_in_a_report(stop);
  });
  while (number == 0) std::this_thread::yield();
  fake_.running[2].thread = number;
  const std::string words = "mastic::inspect::hang_in_a_report(std::atomic&lt;bool&gt; const&amp;)";
  Answer one = get("/watch/?stacks=" + std::to_string(number));
  for (int i = 0; i < 100 && !one.has(words); ++i) {  // the thread may not be in it yet
    one = get("/watch/?stacks=" + std::to_string(number));
  }
  EXPECT_TRUE(one.has(words)) << one.text;
  EXPECT_FALSE(one.has("gave no stack in time"));
  const Answer all = get("/watch/?stacks=all");
  EXPECT_TRUE(all.has(words));
  EXPECT_TRUE(all.has("gave no stack in time")) << "threads 100 to 104 do not exist";
  EXPECT_TRUE(get("/watch/?stacks=all&format=json").has("\"function\":\"mastic::inspect::hang_in"));
  stop = true;
}

TEST_F(ThreadWatch, SaysWhenThereIsNoSuchThread) {
  EXPECT_EQ(get("/watch/?stacks=1").status, Status::NotFound);
  EXPECT_EQ(get("/watch/?stacks=<b>").status, Status::NotFound);
}

TEST_F(ThreadWatch, GivesItsLoopAwayWhileItCollectsStacks) {
  struct Host final : threads::BlockingHost {
    void blocks() noexcept override { ++begun; }
    void goes_on() noexcept override { ++ended; }
    int begun = 0;
    int ended = 0;
  } host;
  threads::BlockingScope::set_host(&host);
  get("/watch/");
  EXPECT_EQ(host.begun, 0);
  get("/watch/?stacks=all");
  threads::BlockingScope::set_host(nullptr);
  EXPECT_EQ(host.begun, 1);
  EXPECT_EQ(host.ended, 1);
}

TEST_F(ThreadWatch, AnswersForbiddenWithoutAServer) {
  server_ = nullptr;
  const Answer page = get("/watch/");
  EXPECT_EQ(page.status, Status::Forbidden);
  EXPECT_TRUE(page.has("did not come through a running server")) << page.text;
}

TEST_F(ThreadWatch, RefusesHostsThatAnotherSiteMayOwn) {
  authority_ = "evil.example:8080";
  for (const char* target : {"/watch/", "/watch/?format=json", "/watch/nowhere"}) {
    const Answer page = get(target);
    EXPECT_EQ(page.status, Status::MisdirectedRequest) << target;
    EXPECT_TRUE(page.has("--allowed-host evil.example,")) << page.text;
    EXPECT_FALSE(page.has("/report")) << page.text;
  }
  for (const char* own : {"localhost", "app.localhost:1", "127.0.0.1:8080", "[::1]", ""}) {
    authority_ = own;
    EXPECT_EQ(get("/watch/").status, Status::Ok) << own;
  }
}

TEST_F(ThreadWatch, AnswersHostsThatTheServerAllows) {
  authority_ = "admin.example";
  EXPECT_EQ(get("/watch/").status, Status::MisdirectedRequest);
  allowed_ = {"*.example"};
  EXPECT_EQ(get("/watch/").status, Status::Ok);
}

TEST_F(ThreadWatch, VariesOnAcceptUnlessTheQueryNamesTheFormat) {
  EXPECT_EQ(get("/watch/").fields.get("Vary"), "Accept");
  EXPECT_EQ(get("/watch/?format=json").fields.get("Vary"), std::nullopt);
}

TEST_F(ThreadWatch, RedirectsToItsPathWithASlash) {
  EXPECT_EQ(get("/watch").status, Status::PermanentRedirect);
}

TEST_F(ThreadWatch, CancelsNothingUnlessAllowed) {
  EXPECT_FALSE(get("/watch/").has("<button"));
  const Answer answer = cancel(reference_id(kHanging));
  EXPECT_EQ(answer.status, Status::Forbidden);
  EXPECT_TRUE(answer.has("allow_cancel = on")) << answer.text;
  EXPECT_TRUE(fake_.cancelled.empty());
}

TEST(ThreadWatchRoutes, HaveNoneForCancellingUnlessAllowed) {
  const auto paths = [](bool allow_cancel) {
    app::RouteList list;
    list.add_below("", "", thread_watch({.allow_cancel = allow_cancel}));
    std::string all;
    for (const app::ListedRoute& route : list.routes()) all += route.method + route.path + " ";
    return all;
  };
  EXPECT_EQ(paths(false), "GET/ ");
  EXPECT_EQ(paths(true), "GET/ POST/cancel ");
}

TEST_F(ThreadWatchThatCancels, HasAButtonForWhatCanBeCancelled) {
  const Answer page = get("/watch/");
  EXPECT_TRUE(page.has("name=\"request\" value=\"" + reference_id(kHanging) + "\"")) << page.text;
  EXPECT_FALSE(page.has("value=\"" + reference_id(42) + "\"")) << "this page";
  EXPECT_FALSE(page.has("value=\"" + reference_id(43) + "\"")) << "is cancelled already";
}

TEST_F(ThreadWatchThatCancels, CancelsARequestAndGoesBackToThePage) {
  const Answer done = cancel(reference_id(kHanging));
  EXPECT_EQ(done.status, Status::SeeOther);
  EXPECT_EQ(done.fields.get("Location"), "./");
  EXPECT_EQ(fake_.cancelled, std::vector{kHanging});
  fields_.set("Accept", "application/json");
  EXPECT_EQ(cancel(reference_id(kHanging)).text,
            R"({"cancelled":")" + reference_id(kHanging) + "\"}");
}

TEST_F(ThreadWatchThatCancels, CancelsNothingForAHostThatAnotherSiteMayOwn) {
  authority_ = "evil.example";  // a browser takes that site's page and this one for the same origin
  fields_.set("Sec-Fetch-Site", "same-origin");
  fields_.set("Origin", "http://evil.example");
  EXPECT_EQ(cancel(reference_id(kHanging)).status, Status::MisdirectedRequest);
  EXPECT_TRUE(fake_.cancelled.empty());
}

TEST_F(ThreadWatchThatCancels, DoesNotCancelByGet) {
  EXPECT_EQ(get("/watch/cancel?request=" + reference_id(kHanging)).status,
            Status::MethodNotAllowed);
  EXPECT_TRUE(fake_.cancelled.empty());
}

TEST_F(ThreadWatchThatCancels, RefusesFormsOfOtherSites) {
  struct Case {
    const char* name;
    const char* value;
    bool allowed;
  };
  constexpr Case kCases[] = {
      {"Sec-Fetch-Site", "same-origin", true},
      {"Sec-Fetch-Site", "same-site", false},
      {"Sec-Fetch-Site", "cross-site", false},
      {"Sec-Fetch-Site", "none", false},
      {"Origin", "https://site.example", true},
      {"Origin", "https://SITE.example", true},
      {"Origin", "https://site.example:443", true},
      {"Origin", "https://site.example:80", false},
      {"Origin", "https://evil.example", false},
      {"Origin", "https://site.example.evil.example", false},
      {"Origin", "null", false},
  };
  for (const auto& [name, value, allowed] : kCases) {
    fields_ = {};
    fake_.cancelled.clear();
    fields_.set(name, value);
    EXPECT_EQ(cancel(reference_id(kHanging)).status, allowed ? Status::SeeOther : Status::Forbidden)
        << name << ": " << value;
    EXPECT_EQ(fake_.cancelled.size(), allowed ? 1U : 0U) << name << ": " << value;
  }
}

TEST_F(ThreadWatchThatCancels, SaysWhenThereIsNoSuchRequest) {
  for (const std::string& id :
       {reference_id(5), std::string("5"), std::string("<b>"), std::string()}) {
    const Answer answer = cancel(id);
    EXPECT_EQ(answer.status, Status::NotFound) << id;
    EXPECT_TRUE(answer.has("no such request under way")) << answer.text;
  }
  EXPECT_TRUE(fake_.cancelled.empty());
}

TEST_F(ThreadWatchThatCancels, TriesToCancelARequestThatALoopMayNotHaveReported) {
  fake_.answers.pop_back();
  EXPECT_EQ(cancel(reference_id(5)).status, Status::SeeOther);
  EXPECT_EQ(fake_.cancelled, std::vector<std::uint64_t>{5});
}

TEST(WatchPage, ShowsFramesWithOrWithoutFunctionAndFile) {
  WatchReport report;
  report.time = "2026-11-22T07:00:00Z";
  report.threads = {{.thread = 1,
                     .role = ThreadRole::Works,
                     .stack = {{{.function = "f<int>()", .file = "a.cc", .line = 3},
                                {.function = "main", .module = "/bin/site"},
                                {.module = "/lib/x.so", .offset = 0x1f40}}}}};
  const std::string page = render_watch(report, {});
  for (const auto* words :
       {"<code>f&lt;int&gt;()</code> <span class=\"faint\">a.cc:3</span>",
        "<code>main</code> <span class=\"faint\">/bin/site</span>", "/lib/x.so+0x1f40</span>"}) {
    EXPECT_NE(page.find(words), page.npos) << words << "\n" << page;
  }
}

}  // namespace
}  // namespace mastic::inspect
