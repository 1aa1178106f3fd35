#include "mastic/websocket/route.h"

#include <stdexcept>

#include "mastic/http/syntax.h"

namespace mastic::websocket {

Route& Route::name(std::string_view name) {
  route_.name(name);
  return *this;
}

Route& Route::use(app::Middleware middleware) {
  route_.use(std::move(middleware));
  return *this;
}

Route& Route::protocols(std::vector<std::string> names) {
  for (const std::string& name : names) {
    if (http::is_token(name)) continue;
    throw std::invalid_argument("'" + name +
                                "' is not the name of a subprotocol: write letters, digits and "
                                "signs such as '.' and '-'");
  }
  settings_->protocols = std::move(names);
  return *this;
}

Route& Route::with(std::function<void(Options&)> change) {
  settings_->change = std::move(change);
  return *this;
}

}  // namespace mastic::websocket
