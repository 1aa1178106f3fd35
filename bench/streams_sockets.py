"""Rows of `./dev bench streams` about WebSockets: echoes, publishing to many, and the memory of idle ones."""

import contextlib
import socket

import peers
from measure import Ask, Server, cpu, load, load_in_turns, ms, quartile_row, ratio_row, row, running, take_turns

HANDLERS = {"coroutine": Ask("/echo", b""), "event functions": Ask("/echo-events", b"")}
TOPIC = Ask("/topic", b"")
SUBSCRIBERS = 10_000
MESSAGE_BYTES = 100
IDLE = 8_000
OPENING = (b"GET %s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def site(transfer):
    return peers.streams(transfer, "--max-connections", 20_000)


def rows(plan):
    return echoes(plan, "20 B", 20) + echoes(plan, "16 KiB", 16 * 1024) + publishing(plan) + idle(plan)


def echoes(plan, size, count):
    """Echoes over 64 WebSockets, each of which sends its next message when it has its echo."""
    commands = {"floor": peers.floor("websocket"), "Beast": peers.beast_websocket(),
                "Beast with deadlines": peers.beast_websocket("deadlines")}
    commands |= {transfer: site(option) for transfer, option in peers.OURS.items()}
    with running(commands, asks=()) as servers:
        sample = lambda server, ask: lambda: load(server, ask, duration=ms(plan.seconds), connections=64, echo=count)
        samples = {name: sample(servers[name], HANDLERS["coroutine"]) for name in commands if name not in peers.OURS}
        for transfer in peers.OURS:
            for handler, ask in HANDLERS.items():
                samples[f"{transfer}, {handler}"] = sample(servers[transfer], ask)
        us = cpu(take_turns(samples, plan.rounds))
    at = f"echo of {size}: "
    found = [quartile_row(at + name, us[name], "us CPU") for name in us]
    for transfer in peers.OURS:
        for handler in HANDLERS:
            ours = f"{transfer}, {handler}"
            found.append(ratio_row(f"{at}{ours} / floor", us[ours], us["floor"], "<= 1.10"))
            found.append(ratio_row(f"{at}{ours} / Beast", us[ours], us["Beast"], "<= 0.75"))
            found.append(ratio_row(f"{at}{ours} / Beast with deadlines", us[ours], us["Beast with deadlines"]))
    return found + [ratio_row(f"{at}floor / Beast", us["floor"], us["Beast"])]


def publishing(plan):
    """A message of one WebSocket that all get; per delivery."""
    commands = {"floor": peers.floor("publish")} | {name: site(option) for name, option in peers.OURS.items()}
    with running(commands, asks=()) as servers:
        us = cpu(load_in_turns(servers, plan, TOPIC, connections=SUBSCRIBERS, publish=MESSAGE_BYTES))
    at = f"publish to {SUBSCRIBERS:,}: "
    return ([quartile_row(at + name, us[name], "us CPU") for name in us] +
            [ratio_row(f"{at}{name} / floor", us[name], us["floor"], "<= 1.10") for name in peers.OURS])


def open_idle(port, path):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(OPENING % path.encode())
    answer = client.recv(65536)
    if not answer.startswith(b"HTTP/1.1 101 ") or not answer.endswith(b"\r\n\r\n"):
        raise SystemExit(f"bench: a WebSocket was not opened: {answer[:100]}")
    return client


def bytes_each(command, path, count):
    """The growth of the server's own memory per WebSocket, after 200 that warm it up."""
    server = Server("idle", command, asks=())
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        for client in [open_idle(server.port, path) for _ in range(200)]:
            client.close()
        before = server.resident_bytes()
        for _ in range(count):
            stack.enter_context(open_idle(server.port, path))
        return (server.resident_bytes() - before) / count


def idle(plan):
    count = 2_000 if plan.quick else IDLE
    found = []
    for handler, target in (("event functions", "<= 290"), ("coroutine", "<= 1024")):
        for transfer, option in peers.OURS.items():
            each = bytes_each(site(option), HANDLERS[handler].path, count)
            found.append(row(f"{count:,} idle WebSockets: {transfer}, {handler}", [each], "bytes each", target))
    if not plan.quick:
        each = bytes_each(peers.beast_websocket(), "/", count)
        found.append(row(f"{count:,} idle WebSockets: Beast", [each], "bytes each"))
    return found
