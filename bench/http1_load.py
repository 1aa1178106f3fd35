"""Other kinds of load: at a fixed rate, on two loops, and over ten thousand connections."""

import statistics

import peers
from measure import cpu, load, load_in_turns, ms, quartile_row, ratio_row, row, running, take_turns

OURS = {name: peers.hello(transfer) for name, transfer in peers.OURS.items()}
BOTH_CORES = "0,1"


def rows(plan, _):
    with running({"nginx": peers.nginx, "epoll floor": peers.floor("epoll"), **OURS}) as servers:
        peak = find_peak(servers["nginx"])
        found = [row("nginx's peak, 64 connections", [peak], "requests/s")]
        found += at_a_quarter(plan, servers, peak)
        found += at_seventy_percent(plan, servers, peak)
    return found + two_loops(plan, peak) + many_connections(plan, peak)


def find_peak(server):
    samples = [load(server, duration="1s", connections=64) for _ in range(3)]
    return statistics.median(sample["answers"] / sample["seconds"] for sample in samples)


def at_a_quarter(plan, servers, peak):
    us = cpu(load_in_turns(servers, plan, connections=64, rate=0.25 * peak))
    at = "at 25 % of nginx's peak: "
    return ([quartile_row(at + name, us[name], "us CPU") for name in us] +
            [ratio_row(f"{at}{ours} / nginx", us[ours], us["nginx"], "< 1") for ours in OURS] +
            [ratio_row(f"{at}{ours} / epoll floor", us[ours], us["epoll floor"]) for ours in OURS])


def at_seventy_percent(plan, servers, peak):
    seen = load_in_turns(servers, plan, connections=64, rate=0.7 * peak)
    p99 = {name: [sample["latency_us"]["p99"] for sample in samples] for name, samples in seen.items()}
    at = "at 70 % of nginx's peak: p99, "
    return ([quartile_row(at + name, p99[name], "us") for name in p99] +
            [ratio_row(f"{at}{ours} / nginx", p99[ours], p99["nginx"], "<= 1.0") for ours in OURS])


def two_loops(plan, peak):
    """One loop and two loops, each on two cores that it shares with the generator. Each loop gets 32 connections
    and a quarter of the peak."""
    found = []
    for ours, transfer in peers.OURS.items():
        with running({"one": peers.hello(transfer), "two": peers.hello(transfer, 2)},
                     cores=BOTH_CORES) as servers:
            def sample(loops, name):
                return lambda: load(servers[name], cores=BOTH_CORES, duration=ms(plan.seconds),
                                    connections=32 * loops, rate=0.25 * peak * loops)["server_us"]
            us = take_turns({"one": sample(1, "one"), "two": sample(2, "two")}, plan.rounds)
        found.append(ratio_row(f"two loops at twice the rate / one, {ours}", us["two"], us["one"],
                               "<= 1.05"))
    return found


def many_connections(plan, peak):
    """Ten thousand connections compared with 64. Saturated, every connection has a request in progress at any
    time; at a rate, only a few have one."""
    commands = {"epoll floor": peers.floor("epoll")}
    for ours, transfer in peers.OURS.items():
        commands[ours] = peers.hello(transfer, 1, "--max-connections", 16384)
    found = []
    with running(commands) as servers:
        for how, options in (("saturated", {}), ("at 25 % of nginx's peak", {"rate": 0.25 * peak})):
            samples = {}
            for name, server in servers.items():
                for connections in (64, 10_000):
                    samples[name, connections] = lambda server=server, connections=connections: load(
                        server, duration=ms(plan.seconds), connections=connections, **options)["server_us"]
            us = take_turns(samples, plan.rounds)
            for name in servers:
                found.append(ratio_row(f"10,000 connections / 64, {how}: {name}", us[name, 10_000],
                                       us[name, 64], "<= 1.15" if name in OURS else None))
    return found
