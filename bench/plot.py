# SPDX-License-Identifier: MIT
"""plot.py - a small picture: how something grows, both axes logarithmic.

What grows in proportion is a straight line that rises; what does not grow is
a straight line that does not.
"""
import math

LEFT, TOP, WIDTH, HEIGHT = 90, 20, 560, 300
COLOURS = ("#1a7f37", "#cf222e", "#0969da", "#8250df")


class Axes:
    """From a number to a place on the paper."""

    def __init__(self, series):
        points = [p for line in series.values() for p in line]
        self.x_min = math.log10(min(x for x, _ in points))
        self.x_max = math.log10(max(x for x, _ in points))
        self.y_min = math.floor(math.log10(min(y for _, y in points)))
        self.y_max = math.ceil(math.log10(max(y for _, y in points)))
        self.y_max = max(self.y_max, self.y_min + 1)

    def x(self, value):
        return LEFT + ((math.log10(value) - self.x_min) /
                       (self.x_max - self.x_min) * WIDTH)

    def y(self, value):
        return TOP + HEIGHT - ((math.log10(value) - self.y_min) /
                               (self.y_max - self.y_min) * HEIGHT)


def grid(axes, ticks):
    for power in range(axes.y_min, axes.y_max + 1):
        y = axes.y(10 ** power)
        yield (f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.0f}" '
               f'y2="{y:.0f}" stroke="#d0d7de"/>'
               f'<text x="{LEFT - 8}" y="{y + 4:.0f}" '
               f'text-anchor="end">{10 ** power:,}</text>')
    for tick in ticks:
        yield (f'<text x="{axes.x(tick):.0f}" y="{TOP + HEIGHT + 20}" '
               f'text-anchor="middle">{tick:,}</text>')


def svg(series, ticks, x_title, y_title):
    """@series: {name: [(x, y)]}, at most as many as there are colours;
    @ticks: numbers to write below"""
    axes = Axes(series)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="740" height="380" '
           'font-family="sans-serif" font-size="12">',
           '<rect width="740" height="380" fill="white"/>',
           *grid(axes, ticks),
           f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 42}" '
           f'text-anchor="middle">{x_title}</text>'
           f'<text x="{LEFT}" y="{TOP - 6}">{y_title}</text>']
    for (name, points), colour in zip(series.items(), COLOURS):
        line = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in points)
        x, y = points[-1]
        out.append(f'<polyline points="{line}" fill="none" stroke-width="2" '
                   f'stroke="{colour}"/><text x="{axes.x(x) + 6:.0f}" '
                   f'y="{axes.y(y) + 4:.0f}" fill="{colour}">{name}</text>')
    return "\n".join(out + ["</svg>\n"])
