#include "site.h"

#include <mastic/middleware/response_fields.h>

#include "storyteller.h"

using mastic::Body;
using mastic::Event;
using mastic::FieldErrors;
using mastic::Generator;
using mastic::Query;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::middleware::ResponseFields;

namespace {

struct Wish {
  std::string hero;

  void validate(FieldErrors& errors) const {
    errors.require(!hero.empty(), "hero", "Who is the story about?");
    errors.require(hero.size() <= 180, "hero", "Use a shorter name.");
  }
};

/// Makes an event of each token. The last event tells the page that the story is complete; without
/// it, a browser would take the end for a lost connection, and ask for the story again.
Generator<Event> as_events(Generator<std::string> tokens) {
  while (auto token = co_await tokens.next()) co_yield Event(*std::move(token));
  co_yield Event("That was all.", "end");
}

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  auto& diary = site.own<Diary>();

  site.get<"/story">([&diary](Query<Wish> wish) {
    return Response::of_type("text/plain; charset=utf-8",
                             Body::produced_by(tell(wish->hero, diary)))
        .set("Cache-Control", "no-store");
  });
  site.get<"/story/events">([&diary](Request& request, Query<Wish> wish) {
    return mastic::event_stream(request, as_events(tell(wish->hero, diary)));
  });
  site.get<"/diary">([&diary] { return diary.tellings(); });

  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  site.use(ResponseFields({{{"Content-Security-Policy", "default-src 'self'; base-uri 'none'"},
                            {"X-Content-Type-Options", "nosniff"}}}));
  return site;
}
