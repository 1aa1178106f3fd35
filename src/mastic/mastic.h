// The front door: what a program that uses Mastic includes.
//
//     #include <mastic/mastic.h>
//
//     mastic::Router make_site() {
//       mastic::Router site;
//       site.get("/", [] { return "Hello, world!\n"; });
//       return site;
//     }
//     int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
//
// The parts of Mastic are in rooms, each with headers of its own. This header gives short names to
// what nearly every program needs. Tests also include <mastic/testing/test_client.h>, and servers
// of other protocols include <mastic/sockets.h>.

#pragma once

#include "mastic/app/app.h"
#include "mastic/app/body_lines.h"
#include "mastic/app/cascade.h"
#include "mastic/app/error_documents.h"
#include "mastic/app/file.h"
#include "mastic/app/http_error.h"
#include "mastic/app/json_array.h"
#include "mastic/app/json_elements.h"
#include "mastic/app/middleware.h"
#include "mastic/app/multipart_reader.h"
#include "mastic/app/problem_page.h"
#include "mastic/app/recursive.h"
#include "mastic/app/transaction.h"
#include "mastic/app/upload_options.h"
#include "mastic/app/url_map.h"
#include "mastic/async/generator.h"
#include "mastic/async/run_blocking.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task.h"
#include "mastic/base/clock.h"
#include "mastic/base/encoding.h"
#include "mastic/base/result.h"
#include "mastic/catalog/load_app.h"
#include "mastic/catalog/read_options.h"
#include "mastic/catalog/run.h"
#include "mastic/events/events.h"
#include "mastic/files/send_file.h"
#include "mastic/files/static_files.h"
#include "mastic/inspect/thread_watch.h"
#include "mastic/json/enumeration.h"
#include "mastic/json/json.h"
#include "mastic/routing/path_to.h"
#include "mastic/routing/router.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/pool.h"
#include "mastic/topics/topic.h"
#include "mastic/topics/topics.h"
#include "mastic/websocket/route.h"
#include "mastic/websocket/web_socket.h"

namespace mastic {

using app::App;
using app::AppLog;
using app::blocking;
using app::Body;
using app::BodyLines;
using app::BodyLinesOptions;
using app::borrowed;
using app::Cascade;
using app::CascadeOptions;
using app::ContentError;
using app::ErrorDocuments;
using app::FieldErrors;
using app::File;
using app::forward;
using app::HttpError;
using app::include;
using app::InvalidInput;
using app::json_array;
using app::JsonElements;
using app::JsonElementsOptions;
using app::Middleware;
using app::MultipartReader;
using app::Next;
using app::Outcome;
using app::Part;
using app::Problem;
using app::problem_json;
using app::Recursive;
using app::Request;
using app::Response;
using app::SaveOptions;
using app::StopReason;
using app::StorageError;
using app::Transaction;
using app::UploadOptions;
using app::UrlMap;
using async::Cancelled;
using async::Generator;
using async::run_blocking;
using async::sleep_for;
using async::Task;
using base::Duration;
using base::fail;
using base::html_escape;
using base::now;
using base::OptionTable;
using base::percent_encode_segment;
using base::Result;
using base::steady_now;
using base::Uuid;
using catalog::load_app;
using catalog::OptionSources;
using catalog::read_options;
using catalog::run;
using events::Event;
using events::event_stream;
using events::EventStreamOptions;
using events::last_event_id;
using events::no_more_events;
using files::send_file;
using files::SendDirectory;
using files::SendFileOptions;
using files::static_files;
using http::CacheControl;
using http::ContentDisposition;
using http::Link;
using http::Method;
using http::RetryAfter;
using http::SetCookie;
using http::Status;
using http::Vary;
using inspect::thread_watch;
using inspect::ThreadWatchOptions;
using json::enum_name;
using json::enum_names;
using json::from_json;
using json::JsonTag;
using json::RenamedField;
using json::to_json;
using json::UnknownMembers;
using routing::Checked;
using routing::Cookie;
using routing::Form;
using routing::Header;
using routing::Json;
using routing::path_to;
using routing::Query;
using routing::Router;
using threads::BlockingScope;
using threads::Pool;
using topics::SlowReader;
using topics::Topic;
using topics::TopicOptions;
using topics::Topics;
using websocket::CloseCode;
using websocket::Closed;
using websocket::Message;
using websocket::Sent;
using websocket::WebSocket;
/// The settings of WebSockets, which a route may change for its own.
using WebSocketOptions = websocket::Options;

}  // namespace mastic
