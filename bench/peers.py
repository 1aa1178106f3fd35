"""The commands that start the servers of the comparison: the floors, Mastic, and the peers.

Each function takes options and returns a function that makes a command line for a port. The configurations
follow the advice of each server's documentation for speed: logs off, one worker, files and their descriptors
cached, and no limit on the requests of a connection.
"""

import random
import shutil

from measure import BODY, BUILD, Ask

FILES = BUILD / "served"
NGINX = """
worker_processes 1; master_process off; daemon off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 1000000000; types {{ }} default_type "text/plain; charset=utf-8";
  sendfile on; tcp_nopush on;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_min_uses 1;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = / {{ return 200 "Hello, world!\\n"; }}
    location / {{ root {files}; }}
  }}
}}
"""
# h2o answers `/` with a file. Its only other way to send a fixed text, a handler in Ruby, costs more.
H2O = """
num-threads: 1
max-connections: 16384
http1-upgrade-to-http2: OFF
tcp-fastopen: 0
listen: {{ host: 127.0.0.1, port: {port} }}
hosts:
  default:
    paths:
      "/":
        file.dir: {files}
        file.index: ["hello.txt"]
        file.mime.settypes: {{ "text/plain; charset=utf-8": ".txt" }}
"""


def _text(size):
    return bytes(random.Random(size).choices(b"abcdefghijklmnopqrstuvwxyz \n", k=size))


FILE = Ask("/file.txt", _text(16 * 1024))
LARGE = Ask("/large.txt", _text(1024 * 1024))
JSON = Ask("/json", b'{"id":7,"name":"Sencha Fukamushi","kind":"Green","price_cents":690,'
                    b'"in_stock":true,"tags":["loose","spring","japan"]}', "application/json")
ECHO = Ask("/echo", _text(64 * 1024), "application/octet-stream", sends=_text(64 * 1024))


def write_files():
    FILES.mkdir(parents=True, exist_ok=True)
    (FILES / "hello.txt").write_bytes(BODY)
    for ask in (FILE, LARGE):
        (FILES / ask.path[1:]).write_bytes(ask.content)


def _configured(name, template, port):
    folder = BUILD / "configured" / name
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / f"{name}.conf"
    config.write_text(template.format(folder=folder, port=port, files=FILES))
    return folder, config


def nginx(port):
    folder, config = _configured("nginx", NGINX, port)
    return ["/usr/sbin/nginx", "-p", folder, "-c", config]


def h2o(port):
    _, config = _configured("h2o", H2O, port)
    return ["h2o", "-c", config]


def peer(name):
    """Beast, Pistache, cpp-httplib or POCO."""
    return lambda port: [BUILD / "bench" / f"peer_{name}", port, FILES]


def beast_websocket(*words):
    """Beast's WebSocket that echoes, without deadlines unless asked for."""
    return lambda port: [BUILD / "bench/peer_beast_websocket", port, *words]


def floor(name, *words):
    return lambda port: [BUILD / "bench" / f"floor_{name}", port, *words]


def _mastic(program, transfer, loops, options):
    return lambda port: [*program, "--loops", loops, "--transfer", transfer, "--bind", f"127.0.0.1:{port}",
                         "--max-requests-per-connection", 1_000_000_000, *options]


def hello(transfer, loops=1, *options):
    """examples/01-hello, unchanged."""
    return _mastic([BUILD / "examples/01-hello/hello"], transfer, loops, options)


def site(transfer):
    """bench/site.cc, which answers all other requests of the peers like them."""
    return _mastic([BUILD / "bench/bench_site", FILES], transfer, 1, ())


def events(transfer, *options):
    """bench/streams/event_site.cc: a topic with an event each second."""
    return _mastic([BUILD / "bench/event_site"], transfer, 1, options)


def streams(transfer, *options, folder="."):
    """bench/streams/site.cc: WebSockets and uploads."""
    return _mastic([BUILD / "bench/streams_site", folder], transfer, 1, options)


# The two transfers, by their names in the table.
OURS = {"plain calls": "syscall", "io_uring": "io_uring"}
PEERS = {"nginx": nginx, "h2o": h2o, "Beast": peer("beast"), "Pistache": peer("pistache"),
         "cpp-httplib": peer("httplib"), "POCO": peer("poco")}


def _is_here(command):
    """Whether a peer is installed, because not every release has all of them. nginx is required: it sets the load."""
    return command is nginx or shutil.which(command(0)[0]) is not None


PEERS = {name: command for name, command in PEERS.items() if _is_here(command)}
LIBRARIES = {name: command for name, command in PEERS.items() if command not in (nginx, h2o)}
