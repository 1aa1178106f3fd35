"""CPU per keep-alive GET of examples/01-hello, unchanged, beside the floor programs and nginx."""

import pathlib

from measure import BUILD, Server, require, row, wrk

NGINX = """
worker_processes 1; master_process off; daemon off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type "text/plain; charset=utf-8";
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "Hello, world!\\n"; }} }}
}}
"""


def nginx(port):
    folder = BUILD / f"nginx-{port}"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    return ["/usr/sbin/nginx", "-p", folder, "-c", config]


def hello(transfer):
    return lambda port: [BUILD / "examples/01-hello/hello", "--loops", "1", "--transfer", transfer,
                         "--bind", f"127.0.0.1:{port}"]


def floor(name):
    return lambda port: [BUILD / "bench" / f"floor_{name}", port]


def ratios(rounds, a, b):
    return [x / y for x, y in zip(rounds[a], rounds[b])]


def measure(quick):
    require("wrk")
    require("nginx")
    count, seconds = (5, 1) if quick else (9, 2)
    servers = [Server("epoll floor", floor("epoll")), Server("hybrid floor", floor("hybrid")),
               Server("plain calls", hello("syscall")), Server("io_uring", hello("io_uring")),
               Server("nginx", nginx)]
    pipelined = [Server("pipelined floor", floor("pipelined")), servers[2], servers[3], servers[4]]
    script = pathlib.Path(__file__).with_name("pipeline16.lua")
    rows = []
    try:
        for connections in ([64] if quick else [64, 256]):
            rounds = {server.name: [] for server in servers}
            for _ in range(count):
                for server in servers:
                    rounds[server.name].append(wrk(server, connections, seconds))
            at = f"GET, {connections} connections: "
            for server in servers:
                rows.append(row(at + server.name, [ns / 1000 for ns in rounds[server.name]], "us CPU"))
            for ours, theirs, target in (("plain calls", "epoll floor", "<= 1.08"),
                                         ("io_uring", "hybrid floor", "<= 1.08"),
                                         ("plain calls", "nginx", "<= 1.0"),
                                         ("io_uring", "nginx", "<= 1.0")):
                rows.append(row(f"{at}{ours} / {theirs}", ratios(rounds, ours, theirs), "of it", target))
        rounds = {server.name: [] for server in pipelined}
        for _ in range(3 if quick else count):
            for server in pipelined:
                rounds[server.name].append(wrk(server, 64, seconds, script))
        for server in pipelined:
            rows.append(row("pipelined x16: " + server.name, [ns / 1000 for ns in rounds[server.name]],
                            "us CPU"))
        rows.append(row("pipelined x16: nginx / plain calls", ratios(rounds, "nginx", "plain calls"),
                        "times", ">= 10"))
        rows.append(row("pipelined x16: floor / plain calls", ratios(rounds, "pipelined floor", "plain calls"),
                        "of it", ">= 0.7"))
    finally:
        for server in servers + pipelined[:1]:
            server.stop()
    return rows
