#include "mastic/catalog/foreign_names.h"

#include <initializer_list>
#include <string_view>

namespace mastic::catalog {
namespace {

constexpr std::string_view kNotYet = "is known, and Mastic does not have it yet";
constexpr std::string_view kPython =
    "is Python code, which needs the Python gateway (not there yet)";

/// A package, names in it (an empty one stands for all others), and why there is no factory.
struct MissingNames {
  std::string_view package;
  std::initializer_list<std::string_view> names;
  std::string_view why;
};

void add_names(deploy::Factories& factories, const MissingNames& missing) {
  for (const std::string_view name : missing.names) {
    factories.missing(missing.package, name, missing.why);
  }
}

}  // namespace

void add_missing_names(deploy::Factories& factories) {
  // What the parts of Paste do, Mastic is to do as well; only what runs Python needs the gateway.
  add_names(factories,
            {"Paste",
             {"auth_basic", "auth_cookie", "auth_digest", "auth_form", "auth_tkt", "cgi", "config",
              "error_catcher", "grantip", "gzip", "profile", "proxy", "transparent_proxy"},
             kNotYet});
  add_names(factories,
            {"Paste",
             {"pkg_resources", "printdebug", "urlparser", "wdg_validate"},
             "looks into Python packages, which needs the Python gateway (not there yet)"});
  add_names(factories, {"Paste",
                        {"cgitb", "evalerror"},
                        "runs what a browser sends, so Mastic will not have it; --debug shows what "
                        "was thrown"});
  add_names(factories, {"Paste",
                        {"httpexceptions"},
                        "is not needed: exceptions become answers in every application; leave it "
                        "out"});
  add_names(factories,
            {"Paste", {"registry"}, "is not needed: a request carries its values; leave it out"});
  add_names(factories, {"Paste",
                        {"flup_session", "paste_session"},
                        "keeps sessions, which Mastic does not have yet"});
  add_names(factories, {"Paste",
                        {"test_slow"},
                        "reads content slowly, which Mastic does not have; mastic#slow answers "
                        "after a while"});
  add_names(factories,
            {"Paste", {"openid"}, "asks servers that are gone, so Mastic will not have it"});
  add_names(factories, {"Paste", {"cowbell", "pony"}, "is a joke of Paste"});
  add_names(factories, {"Paste", {""}, "is not a part of Paste that Mastic knows"});

  add_names(factories, {"PasteDeploy", {"prefix"}, kNotYet});
  add_names(factories, {"PasteDeploy", {"config"}, kPython});
  add_names(factories,
            {"PasteScript",
             {"cherrypy", "flup_ajp_fork", "flup_ajp_thread", "flup_fcgi_fork", "flup_fcgi_thread",
              "flup_scgi_fork", "flup_scgi_thread", "twisted", "cgi"},
             "speaks a protocol that Mastic does not have; use mastic#server"});
  add_names(factories, {"WebError", {"", "main", "error_catcher", "evalerror"}, kPython});
  for (const std::string_view package :
       {"Beaker", "Pylons", "pyramid", "pyramid_debugtoolbar", "repoze.who", "repoze.tm2",
        "repoze.retry", "WebTest", "keystonemiddleware", "oslo.middleware"}) {
    factories.missing(package, "", kPython);
  }
  for (const std::string_view package : {"CherryPy", "cheroot", "uWSGI", "twisted", "gevent"}) {
    factories.missing(package, "", "is a server of Python; use mastic#server");
  }
}

}  // namespace mastic::catalog
