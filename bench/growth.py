#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""growth.py BUILD [NAME...] [--svg DIR] - does an event cost more among more?

For each curve: instructions of one event while so many other things are there
that have nothing to do with it.  callgrind counts few and many events; the
difference is the cost of one, and the same on every machine that runs the same
program.
"""
import argparse
import pathlib
import shutil
import sys

from bench import instructions
import plot


class Curve:
    """@program, @before, @after: `PROGRAM BEFORE... N AFTER... COUNT`
    @sizes: each N; @counts: few and many events
    @factor: the last may cost so many times the first: a tenth more where
    nothing should grow, twice where the logarithm may; None: no matter"""

    def __init__(self, name, event, among, program, sizes, before="",
                 after="", counts=(100, 1100), factor=1.1):
        self.name, self.event, self.among = name, event, among
        self.program, self.sizes, self.counts = program, sizes, counts
        self.before, self.after = before.split(), after.split()
        self.factor = factor

    def cost(self, build, size):
        few, many = self.counts
        names = [*self.before, str(size), *self.after]
        path = build / "bench" / self.program
        return (instructions(path, names, many) -
                instructions(path, names, few)) / (many - few)

    def growth(self, build, few, many):
        """How many times the cost at @few is that at @many."""
        return self.cost(build, many) / self.cost(build, few)

    def verdict(self, points):
        times = points[-1][1] / points[0][1]
        if not self.factor:
            return f"{times:.2f} x"
        return (f"{times:.2f} x" if times <= self.factor else
                f"{times:.2f} x: more than {self.factor} x")


TENS = (10, 100, 1000, 10000)
CURVES = [
    Curve("connections", "a request and its answer", "idle connections",
          "many", (*TENS, 30000), after="1", counts=(200, 1200)),
    Curve("descriptors", "one event by epoll", "idle descriptors",
          "waiting", (*TENS, 100000), before="epoll", counts=(10, 110)),
    Curve("routes", "a packet to a random network", "routes",
          "growth", (*TENS, 100000), before="routes", counts=(1000, 5000), factor=2),
    Curve("hosts", "a datagram there and back", "hosts of the lab",
          "growth", TENS, before="hosts", counts=(100, 600)),
    Curve("timers", "a timer that fires and is armed again", "timers armed",
          "growth", (*TENS, 100000), before="timers",
          counts=(2000, 42000), factor=2),
    Curve("segment", "64 KB of TCP", "octets in a segment",
          "growth", (128, 256, 512, 1460, 4096, 16384, 60000),
          before="segment", counts=(5, 25), factor=None),
]


def measure(curve, build):
    print(f"{curve.name}: instructions of {curve.event}")
    points = []
    for size in curve.sizes:
        points.append((size, curve.cost(build, size)))
        print(f"{size:>12,} {curve.among:<24}{points[-1][1]:>14,.0f}",
              flush=True)
    print(f"{'':>12} {'last : first':<24}{curve.verdict(points):>14}\n",
          flush=True)
    return points


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--svg", type=pathlib.Path, metavar="DIR")
    args = parser.parse_intermixed_args()
    if not shutil.which("valgrind"):
        raise SystemExit("growth.py: not installed: Debian package valgrind")
    known = {c.name: c for c in CURVES}
    for name in args.names:
        if name not in known:
            raise SystemExit(f"growth.py: no curve {name}; there are "
                             + ", ".join(known))
    for curve in [known[n] for n in args.names] or CURVES:
        points = measure(curve, args.build)
        if args.svg:
            args.svg.mkdir(parents=True, exist_ok=True)
            (args.svg / f"growth-{curve.name}.svg").write_text(
                plot.svg({"": points}, curve.sizes, curve.among,
                         f"instructions: {curve.event}"))


if __name__ == "__main__":
    sys.exit(main())
