"""Requests with content: a struct as JSON, files from memory and by sendfile, an echo."""

import peers
from measure import cpu, load_in_turns, quartile_row, ratio_row, running

OURS = {name: peers.site(transfer) for name, transfer in peers.OURS.items()}


def rows(plan, chart):
    found = []
    small, large = (str(peers.FILES / ask.path[1:]) for ask in (peers.FILE, peers.LARGE))
    if not plan.quick:
        found += compare(plan, chart, "JSON of a struct", peers.JSON, peers.LIBRARIES)
    others = {"static floor": peers.floor("static", small), "nginx": peers.nginx}
    if not plan.quick:
        others |= peers.PEERS
    found += compare(plan, chart, "file of 16 KiB", peers.FILE, others, nginx="<= 0.8")
    others = {"static floor": peers.floor("static", large), "nginx": peers.nginx}
    found += compare(plan, chart, "file of 1 MiB", peers.LARGE, others, nginx="<= 1.0")
    others = {"Beast": peers.PEERS["Beast"]} if plan.quick else peers.LIBRARIES
    found += compare(plan, chart, "POST of 64 KiB, echoed", peers.ECHO, others, Beast="<= 0.75")
    return found


def compare(plan, chart, what, ask, others, **targets):
    """Rows that compare Mastic with each of the others; `targets` has their names as keys."""
    with running({**others, **OURS}, asks=(ask,)) as servers:
        us = cpu(load_in_turns(servers, plan, ask, connections=64))
    chart.add(f"{what}, 64 connections", us)
    found = [quartile_row(f"{what}: {name}", us[name], "us CPU") for name in us]
    for theirs in others:
        for ours in OURS:
            found.append(ratio_row(f"{what}: {ours} / {theirs}", us[ours], us[theirs], targets.get(theirs)))
    return found
