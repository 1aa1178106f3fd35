"""Draws lines over time as SVG, readable on light and dark pages, with the fonts of the system."""

import html

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP, BOTTOM = 860, 150, 70, 16, 44, 44, 40
LIGHT = ["#0b62c4", "#c2410c", "#15803d"]
DARK = ["#6cb2ff", "#ff9f6b", "#6ee7a0"]
MOST_POINTS = 800


def step_of(most):
    """A round distance between grid lines, for about four of them."""
    size = 10 ** (len(str(int(max(most, 1)))) - 1)
    return next(size * each for each in (0.25, 0.5, 1, 2, 2.5, 5) if most <= 4 * size * each or each == 5)


def thinned(points):
    """At most MOST_POINTS points: the highest of each group, so that no peak is lost."""
    size = -(-len(points) // MOST_POINTS)
    return [max(points[at:at + size], key=lambda point: point[1]) for at in range(0, len(points), size)]


def number(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def panel(top, name, series, longest):
    """One panel: its name, and its series as {name: [(x, y), ...]}."""
    most = max((y for points in series.values() for _, y in points), default=1) * 1.1 or 1
    across, up = (WIDTH - LEFT - RIGHT) / max(longest, 1e-9), PANEL / most
    parts = [f'<text x="{LEFT}" y="{top - 10}" class="name">{html.escape(name)}</text>']
    step, at = step_of(most), 0
    while at <= most:
        y = top + PANEL - at * up
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
                     f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(at)}</text>')
        at += step
    key = WIDTH - RIGHT
    for index, (label, points) in reversed(list(enumerate(series.items()))):
        path = " ".join(f"{LEFT + x * across:.1f},{top + PANEL - y * up:.1f}" for x, y in thinned(points))
        parts.append(f'<polyline points="{path}" class="line s{index}"/>')
        parts.append(f'<text x="{key}" y="{top - 10}" text-anchor="end" class="t{index}">{html.escape(label)}</text>')
        key -= 8 * len(label) + 20
    return "\n".join(parts)


def lines(title, panels, x_name):
    """Returns an SVG with `panels`, pairs of a name and its series, one below the other. They share the x axis,
    which begins at 0."""
    longest = max((x for _, series in panels for points in series.values() for x, _ in points), default=1)
    height = TOP + len(panels) * (PANEL + GAP) - GAP + BOTTOM + 24
    colours = lambda names: "".join(f".s{i}{{stroke:{c}}}.t{i}{{fill:{c}}}" for i, c in enumerate(names))
    style = ("text{font:12px system-ui,sans-serif;fill:#444}.name,.title{font-weight:600;fill:#111}"
             ".title{font-size:15px}.grid{stroke:#ddd}.line{fill:none;stroke-width:1.5}.back{fill:#fff}"
             + colours(LIGHT) + "@media(prefers-color-scheme:dark){text{fill:#bbb}.name,.title{fill:#eee}"
             ".grid{stroke:#333}.back{fill:#111}" + colours(DARK) + "}")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
             f"<title>{html.escape(title)}</title><style>{style}</style>",
             f'<rect width="{WIDTH}" height="{height}" class="back"/>',
             f'<text x="{LEFT}" y="20" class="title">{html.escape(title)}</text>']
    top = TOP + 16
    for name, series in panels:
        parts.append(panel(top, name, series, longest))
        top += PANEL + GAP
    floor = top - GAP + 18
    step, at = step_of(longest), 0
    while at <= longest:
        x = LEFT + at / max(longest, 1e-9) * (WIDTH - LEFT - RIGHT)
        parts.append(f'<text x="{x:.1f}" y="{floor}" text-anchor="middle">{number(at)}</text>')
        at += step
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{floor + 18}" text-anchor="end">{html.escape(x_name)}</text></svg>')
    return "\n".join(parts) + "\n"
