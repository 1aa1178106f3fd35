"""GET of a short text on keep-alive connections, compared with the floors and every peer; and pipelined."""

import peers
from measure import cpu, load_in_turns, quartile_row, ratio_row, running

FLOORS = {"epoll floor": peers.floor("epoll"), "hybrid floor": peers.floor("hybrid"),
          "io_uring floor": peers.floor("uring")}
OURS = {name: peers.hello(transfer) for name, transfer in peers.OURS.items()}


def rows(plan, chart):
    return keep_alive(plan, chart) + pipelined(plan)


def keep_alive(plan, chart):
    found = []
    with running({**FLOORS, **OURS, **peers.PEERS}) as servers:
        for connections in [64] if plan.quick else [64, 256]:
            seen = load_in_turns(servers, plan, connections=connections)
            us = cpu(seen)
            at = f"GET, {connections} connections: "
            chart.add(f"GET, 14 bytes, {connections} connections", us)
            found += [quartile_row(at + name, us[name], "us CPU") for name in us]
            for ours, theirs, target in (("plain calls", "epoll floor", "<= 1.05"),
                                         ("io_uring", "hybrid floor", "<= 1.05"),
                                         ("io_uring", "io_uring floor", None)):
                found.append(ratio_row(f"{at}{ours} / {theirs}", us[ours], us[theirs], target))
            for theirs in peers.PEERS:
                for ours in OURS:
                    found.append(ratio_row(f"{at}{ours} / {theirs}", us[ours], us[theirs], "< 1"))
            own = [sample["own_us"] for sample in seen["plain calls"]]
            found.append(ratio_row(f"{at}the generator / plain calls", own, us["plain calls"]))
    return found


def pipelined(plan):
    commands = {"pipelined floor": peers.floor("pipelined"), **OURS, "nginx": peers.nginx}
    with running(commands) as servers:
        us = cpu(load_in_turns(servers, plan, connections=64, pipeline=16))
    at = "pipelined x16: "
    found = [quartile_row(at + name, us[name], "us CPU") for name in us]
    for ours in OURS:
        found.append(ratio_row(f"{at}requests a CPU second, {ours} / nginx", us["nginx"], us[ours],
                               ">= 10", "times"))
        found.append(ratio_row(f"{at}requests a CPU second, {ours} / floor", us["pipelined floor"],
                               us[ours], ">= 0.7"))
    return found
