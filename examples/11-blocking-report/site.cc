#include "site.h"

#include <string>
#include <string_view>
#include <vector>

#include "report.h"

using namespace mastic;

namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<title>Sales</title>
<h1>Sales</h1>
<p>This page is quick, whatever else the server does.
<ul>
<li><a href="/report/1">A report</a>
<li><a href="/report/100">One that takes its time</a>: leave while it is made, and it stops
<li><a href="/threads/">What the threads do</a>
</ul>
)";

}  // namespace

Router make_site(int sales) {
  Router site;
  auto& databases = site.own<Pool<Sales>>(
      Pool<Sales>::Options{.make = [sales] { return Sales(sales); }, .most = 4});

  site.get("/", [] { return Response::html(std::string(kPage)); });
  site.get<"/report/{passes:int}">(blocking, [&databases](Request& request, int passes) {
    if (passes < 1 || passes > 10'000) throw HttpError(Status::NotFound);
    const auto database = databases.take();
    return database->report(passes, request.stop_token());
  });
  site.mount("/threads", thread_watch());
  return site;
}
