#include "mastic/app/middleware.h"

namespace mastic::app::detail {

Task<Response> respond_after(Request& request, Task<Response> below, const void* middleware,
                             void (*after)(const void*, Request&, Response&)) {
  Response response = co_await std::move(below);
  after(middleware, request, response);
  co_return response;
}

Task<Response> respond_after(Request& request, Task<Response> below, const void* middleware,
                             Task<> (*after)(const void*, Request&, Response&)) {
  Response response = co_await std::move(below);
  // A variable, because GCC 12 destroys temporaries in an operand of co_await twice.
  Task<> step = after(middleware, request, response);
  co_await std::move(step);
  co_return response;
}

}  // namespace mastic::app::detail
