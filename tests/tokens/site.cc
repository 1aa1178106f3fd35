// A site whose answers contain the token of their request. Its handlers answer in every possible
// way: at once, after blocking, from a task, from a worker, in pieces, from the request's content,
// with files from a slow disk, with events, and over WebSockets.

#include <mastic/mastic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace mastic;
using Milliseconds = std::chrono::milliseconds;

namespace {

struct Asked {
  std::string token;
  int ms = 0;
  int pieces = 0;
};

void block(int ms) { std::this_thread::sleep_for(Milliseconds(ms)); }
std::string answer(const std::string& token) { return "<" + token + ">"; }

/// An extension whose destructor blocks.
struct SlowEnd {
  int ms = 0;
  SlowEnd() = default;
  SlowEnd(const SlowEnd&) = delete;
  SlowEnd& operator=(const SlowEnd&) = delete;
  ~SlowEnd() {
    if (ms > 0) block(ms);
  }
};

struct Pieces {
  std::string token;
  int ms;
  int left;
  std::optional<std::string> operator()() {
    if (left-- == 0) return std::nullopt;
    block(ms);
    return answer(token);
  }
};
struct AwaitedPieces {
  std::string token;
  int ms;
  int left;
  Task<std::optional<std::string>> operator()() {
    if (left-- == 0) co_return std::nullopt;
    co_await sleep_for(Milliseconds(ms));
    co_return answer(token);
  }
};

// ---- WebSockets: each message comes back behind the token of its WebSocket ----

/// How long the handler of a message is to take: the number with which the message begins.
int milliseconds_of(const Message& message) { return std::atoi(message.data.c_str()); }

Task<> talk(WebSocket& socket, Query<Asked> asked) {
  while (auto message = co_await socket.receive()) {
    co_await sleep_for(Milliseconds(milliseconds_of(*message)));
    std::string reply = answer(asked->token) + " " + message->data;
    co_await socket.send(std::move(reply));
  }
}

Task<> talk_blocking(WebSocket& socket, Query<Asked> asked) {
  while (auto message = co_await socket.receive()) {
    block(milliseconds_of(*message));
    std::string reply = answer(asked->token) + " " + message->data;
    co_await socket.send(std::move(reply));
  }
}

struct Talker {
  std::string token;
  void received(WebSocket& socket, Message& message) {
    block(milliseconds_of(message));
    socket.try_send(answer(token) + " " + message.data);
  }
};

// ---- events and forms ----

Generator<Event> events_of(Asked asked) {
  for (int left = asked.pieces; left > 0; --left) {
    co_await sleep_for(Milliseconds(asked.ms));
    Event event(answer(asked.token));
    co_yield std::move(event);
  }
}

struct Upload {
  std::string token;
  File file;
};

void add_streams(Router& site) {
  site.websocket<"/ws">(talk);
  site.websocket<"/ws-blocking">(talk_blocking);
  site.websocket<"/ws-events">([](Query<Asked> asked) { return Talker{asked->token}; });
  site.get<"/events">([](Request& request, Query<Asked> asked) {
    return event_stream(request, events_of(*asked));
  });
  site.post<"/form">([](Form<Upload> form) { return answer(form->token) + form->file.read(); });
}

Router make_site() {
  Router site;
  add_streams(site);
  site.get<"/quick">([](Query<Asked> asked) { return answer(asked->token); });
  site.get<"/block">([](Query<Asked> asked) {
    block(asked->ms);
    return answer(asked->token);
  });
  site.get<"/marked">(blocking, [](Query<Asked> asked) {
    block(asked->ms);
    return answer(asked->token);
  });
  site.get<"/task">([](Request&, Query<Asked> asked) -> Task<std::string> {
    co_await sleep_for(Milliseconds(asked->ms));
    co_return answer(asked->token);
  });
  site.get<"/taskblock">([](Request&, Query<Asked> asked) -> Task<std::string> {
    block(asked->ms);
    co_await sleep_for(Milliseconds(1));
    block(asked->ms / 2);
    co_return answer(asked->token);
  });
  site.get<"/taskrun">([](Request&, Query<Asked> asked) -> Task<std::string> {
    auto work = [&asked] {
      block(asked->ms);
      return answer(asked->token);
    };
    co_return co_await run_blocking(work);
  });
  site.get<"/stream">([](Query<Asked> asked) {
    return Response::of_type("text/plain",
                             Body::produced_by(Pieces{asked->token, asked->ms, asked->pieces}));
  });
  site.get<"/taskstream">([](Query<Asked> asked) {
    return Response::of_type(
        "text/plain", Body::produced_by(AwaitedPieces{asked->token, asked->ms, asked->pieces}));
  });
  site.post<"/echo">([](Request& request) { return std::string(request.text()); });
  site.post<"/pull">([](Request& request) -> Task<std::string> {
    std::string all;
    while (auto piece = co_await request.body().next()) all += *piece;
    co_return all;
  });
  site.get<"/end">([](Request& request, Query<Asked> asked) {
    request.ext<SlowEnd>().ms = asked->ms;
    request.on_finish([ms = asked->ms](const auto&) { block(ms); });
    return answer(asked->token);
  });
  site.get<"/spawn">(blocking, [](Query<Asked> asked) {
    return std::system("true") == 0 ? answer(asked->token) : std::string("no child");
  });
  site.get<"/fault">(
      [](Query<Asked> asked) -> std::string { throw HttpError(Status::Conflict, asked->token); });
  site.mount("/files", static_files(std::getenv("TOKENS_FILES")));
  return site;
}

}  // namespace

/// Replaces the function of the C library, to play a disk that takes TOKENS_SLOW_DISK_MS for each
/// slice of a file.
extern "C" ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) {
  static const char* const slow = std::getenv("TOKENS_SLOW_DISK_MS");
  if (slow != nullptr) block(std::atoi(slow));
  return ::syscall(SYS_sendfile, to, from, offset, size);
}
extern "C" ssize_t sendfile64(int to, int from, off_t* offset, std::size_t size) {
  return sendfile(to, from, offset, size);
}

int main(int argc, char** argv) { return mastic::run(make_site(), argc, argv); }
