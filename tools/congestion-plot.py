#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draw what `tcp-paths ... STEP_MS` prints: text to the terminal, or SVG.

    build/bench/tcp-paths cubic,bbr 100 80 700 0 60 100 | \\
        tools/congestion-plot.py [--what rate|cwnd|srtt] [--svg FILE]

A line of input is: seconds, flow, octets received, cwnd, ssthresh, srtt in
microseconds, and what the algorithm believes.  Lines that begin with # are
passed on.
"""
import argparse
import sys

WIDTH, HEIGHT = 72, 18
MARKS = "o+x*#@%&"
COLOURS = ["#0969da", "#cf222e", "#1a7f37", "#8250df",
           "#9a6700", "#57606a", "#bf3989", "#1b7c83"]
UNITS = {"rate": "Mbit/s", "cwnd": "octets", "srtt": "ms"}


def read(lines, what):
    """{flow: [(time, value)]}"""
    flows, last = {}, {}
    for line in lines:
        if line.startswith("#"):
            sys.stderr.write(line)
            continue
        t, flow, received, cwnd, _, srtt = line.split()[:6]
        t, flow, received = float(t), int(flow), int(received)
        if what == "rate":
            t0, r0 = last.get(flow, (0.0, 0))
            last[flow] = (t, received)
            value = (received - r0) * 8 / 1e6 / (t - t0)
        else:
            value = int(cwnd) if what == "cwnd" else int(srtt) / 1000
        flows.setdefault(flow, []).append((t, value))
    return flows


def limits(flows):
    points = [p for flow in flows.values() for p in flow]
    return max(p[0] for p in points), max(p[1] for p in points) or 1


def text(flows, unit):
    t_max, v_max = limits(flows)
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]
    for flow, points in sorted(flows.items()):
        for t, v in points:
            x = min(int(t / t_max * WIDTH), WIDTH - 1)
            y = HEIGHT - 1 - min(int(v / v_max * HEIGHT), HEIGHT - 1)
            grid[y][x] = MARKS[flow % len(MARKS)]
    for i, row in enumerate(grid):
        value = v_max * (HEIGHT - i) / HEIGHT
        print(f"{value:12.1f} |{''.join(row).rstrip()}")
    print(" " * 13 + "+" + "-" * WIDTH)
    print(f"{unit:>12}  0 s{t_max:>{WIDTH - 6}.0f} s")


def svg(flows, unit, name):
    t_max, v_max = limits(flows)
    width, height, left = 720, 300, 70
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + left}" '
           f'height="{height + 40}" font-family="sans-serif" font-size="12">',
           f'<rect x="{left}" y="10" width="{width - 10}" height="{height}" '
           'fill="none" stroke="#8c959f"/>']
    for i in range(5):
        y = 10 + height - height * i / 4
        out.append(f'<text x="{left - 6}" y="{y}" text-anchor="end">'
                   f'{v_max * i / 4:.0f}</text>')
    out.append(f'<text x="{left}" y="{height + 30}">0 s</text>')
    out.append(f'<text x="{left + width - 10}" y="{height + 30}" '
               f'text-anchor="end">{t_max:.0f} s, {unit}</text>')
    for flow, points in sorted(flows.items()):
        line = " ".join(
            f"{left + t / t_max * (width - 10):.1f},"
            f"{10 + height - v / v_max * height:.1f}" for t, v in points)
        out.append(f'<polyline points="{line}" fill="none" '
                   f'stroke="{COLOURS[flow % len(COLOURS)]}"/>')
    out.append("</svg>")
    with open(name, "w", encoding="ascii") as f:
        f.write("\n".join(out) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--what", choices=UNITS, default="rate")
    parser.add_argument("--svg", metavar="FILE")
    args = parser.parse_args()
    flows = read(sys.stdin, args.what)
    if not flows:
        sys.exit("no figures: give tcp-paths a STEP_MS")
    if args.svg:
        svg(flows, UNITS[args.what], args.svg)
    else:
        text(flows, UNITS[args.what])


if __name__ == "__main__":
    main()
