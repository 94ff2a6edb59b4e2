#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""waiting.py BUILD [--svg FILE] - one event among idle descriptors.

One descriptor is busy and so many are watched and idle.  Instructions are
counted by callgrind for few and for many events; the difference is the cost
of one.  epoll's does not grow with what is idle, poll's and select's do.
"""
import argparse
import math
import pathlib

from bench import instructions

IDLE = (100, 300, 1000, 3000, 10000, 30000, 100000)
MODELS = {"epoll": (100000, "#1a7f37"), "poll": (100000, "#cf222e"),
          "select": (1022, "#0969da")}
LEFT, TOP, WIDTH, HEIGHT = 90, 20, 560, 300


def cost(path, model, idle):
    few, many = (2, 6) if model != "epoll" else (10, 110)
    return (instructions(path, [model, str(idle)], many) -
            instructions(path, [model, str(idle)], few)) / (many - few)


def measure(path):
    """{model: [(idle, instructions)]}; prints a row when it is there."""
    result = {m: [] for m in MODELS}
    print("instructions for one event\n")
    print(f"{'idle':>8}" + "".join(f"{m:>14}" for m in MODELS))
    for idle in IDLE:
        row = f"{idle:>8}"
        for model, (most, _) in MODELS.items():
            if idle <= most:
                result[model].append((idle, cost(path, model, idle)))
                row += f"{result[model][-1][1]:>14,.0f}"
            else:
                row += f"{'-':>14}"
        print(row, flush=True)
    return result


def svg(result):
    """Both axes logarithmic: what grows in proportion is a straight line."""
    y_max = math.ceil(math.log10(max(c for p in result.values()
                                     for _, c in p)))
    y_min = math.floor(math.log10(min(c for p in result.values()
                                      for _, c in p)))
    x_min, x_max = math.log10(IDLE[0]), math.log10(IDLE[-1])

    def x(idle):
        return LEFT + (math.log10(idle) - x_min) / (x_max - x_min) * WIDTH

    def y(count):
        return TOP + HEIGHT - ((math.log10(count) - y_min) /
                               (y_max - y_min) * HEIGHT)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="740" height="380" '
           'font-family="sans-serif" font-size="12">',
           '<rect width="740" height="380" fill="white"/>']
    for power in range(y_min, y_max + 1):
        out.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" '
                   f'y1="{y(10 ** power):.0f}" y2="{y(10 ** power):.0f}" '
                   'stroke="#d0d7de"/>'
                   f'<text x="{LEFT - 8}" y="{y(10 ** power) + 4:.0f}" '
                   f'text-anchor="end">{10 ** power:,}</text>')
    for idle in IDLE[::2]:
        out.append(f'<text x="{x(idle):.0f}" y="{TOP + HEIGHT + 20}" '
                   f'text-anchor="middle">{idle:,}</text>')
    out.append(f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 42}" '
               'text-anchor="middle">idle descriptors that are watched</text>'
               f'<text x="{LEFT}" y="{TOP - 6}">instructions for one event'
               '</text>')
    for model, points in result.items():
        line = " ".join(f"{x(i):.1f},{y(c):.1f}" for i, c in points)
        colour = MODELS[model][1]
        out.append(f'<polyline points="{line}" fill="none" stroke-width="2" '
                   f'stroke="{colour}"/><text x="{x(points[-1][0]) + 6:.0f}" '
                   f'y="{y(points[-1][1]) + 4:.0f}" fill="{colour}">{model}'
                   '</text>')
    return "\n".join(out + ["</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--svg", type=pathlib.Path)
    args = parser.parse_args()
    result = measure(args.build / "bench" / "waiting")
    if args.svg:
        args.svg.write_text(svg(result))


if __name__ == "__main__":
    main()
