"""Draws ratios as bars in an SVG, which is readable on light and dark pages and needs no special font."""

import statistics
from html import escape

WIDTH, LEFT, RIGHT, BAR, GAP, MOST = 760, 144, 70, 14, 7, 3.0
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .page { fill: #ffffff; } .title { font-weight: 600; } .quiet { fill: #59636e; }
  .mastic { fill: #1f6feb; } .floor { fill: #8c959f; } .peer { fill: #d4a72c; }
  .line { stroke: #d1d9e0; } .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .page { fill: #0d1117; } .quiet { fill: #9198a1; }
    .mastic { fill: #4493f8; } .floor { fill: #6e7681; } .peer { fill: #bb8009; }
    .line { stroke: #3d444d; } .spread { stroke: #e6edf3; }
  }
"""


class Chart:
    """Panels of bars; each bar is the cost of a server as a multiple of the cost of the server `of`."""

    def __init__(self, title, of):
        self.title = title
        self.of = of
        self.panels = []

    def add(self, title, rounds):
        """Adds a panel. `rounds` has for each server a value per round; values of the same round are compared."""
        bars = {}
        for name, values in rounds.items():
            ratios = [value / base for value, base in zip(values, rounds[self.of])]
            low, _, high = statistics.quantiles(ratios, method="inclusive")
            bars[name] = (statistics.median(ratios), low, high)
        self.panels.append((title, dict(sorted(bars.items(), key=lambda bar: bar[1]))))

    def svg(self):
        parts, y = [], 54
        for title, bars in self.panels:
            parts.append(f'<text class="title" x="16" y="{y}">{escape(title)}</text>')
            y += 14
            height = len(bars) * (BAR + GAP)
            for multiple in range(1, int(MOST) + 1):
                parts.append(f'<line class="line" x1="{_x(multiple)}" x2="{_x(multiple)}" '
                             f'y1="{y - 4}" y2="{y + height - 2}"/>')
            for name, bar in bars.items():
                parts.append(_bar(name, bar, y))
                y += BAR + GAP
            y += 30
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
                f'role="img" aria-label="{escape(self.title)}">\n<style>{STYLE}</style>\n'
                f'<rect class="page" width="{WIDTH}" height="{y}"/>\n'
                f'<text class="quiet" x="16" y="24">{escape(self.title)}</text>\n' +
                "\n".join(parts) + "\n</svg>\n")


def _x(multiple):
    return round(LEFT + min(multiple, MOST) / MOST * (WIDTH - LEFT - RIGHT), 1)


def _bar(name, bar, y):
    """A bar, with a line for the middle half of the rounds; a bar beyond the scale ends at the edge."""
    value, low, high = bar
    ours = name in ("plain calls", "io_uring")
    kind = "mastic" if ours else "floor" if name.endswith("floor") else "peer"
    label = f"Mastic, {name}" if ours else name
    middle = y + BAR / 2
    spread = "" if high > MOST else (
        f'<line class="spread" x1="{_x(low)}" x2="{_x(high)}" y1="{middle}" y2="{middle}"/>')
    return (f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{round(_x(value) - LEFT, 1)}" height="{BAR}"/>'
            f'{spread}<text class="quiet" x="{_x(max(value, high)) + 6}" y="{y + 11}">{value:.2f}'
            f'{" …" if value > MOST else ""}</text>')
