#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""figures.py BUILD [ID...] [--quick] [--json] [--list] - weft and its peers.

One row for each figure (docs/figures.md): what weft does, what its best peer
does in the same run on the same machine, their ratio, and the target.  The
contenders of a figure take turns, ROUNDS times over; a number is the median,
beside it half of the distance between the least and the most.  A second turn
goes the other way round, so that nobody is always the first.

A peer that is not installed is named, with the package that has it.
Results are also written to bench/results/figures.json.
"""
import argparse
import json
import pathlib
import statistics
import sys
import time

from contender import Failed, Missing, Setting
from figure_rows import FIGURES

ROUNDS = 5
QUICK_ROUNDS = 2
RESULTS = pathlib.Path(__file__).resolve().parent / "results"
HEAD = (f"{'':<14}{'':<42}{'median':>9} {'':<7}{'spread':>7}{'instr.':>9}"
        f"{'ratio':>8}{'target':>9}")


class Progress:
    """One line that moves, on a terminal; nothing anywhere else."""

    def __init__(self):
        self.is_shown = sys.stderr.isatty()

    def say(self, text):
        if self.is_shown:
            print(f"\r{text[:78]}\033[K", end="", file=sys.stderr, flush=True)

    def clear(self):
        self.say("")


def short(value):
    """Three digits that count."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


class Side:
    """What one contender of a figure did."""

    def __init__(self, contender):
        self.contender, self.name = contender, contender.name
        self.values, self.missing, self.instructions = [], None, None

    def turn(self, setting):
        limit = self.contender.turns if hasattr(
            self.contender, "turns") else None
        if self.missing or (limit and len(self.values) >= limit):
            return
        try:
            self.values.append(self.contender.measure(setting))
        except Missing as why:
            self.missing = str(why)
        except (Failed, OSError, ValueError, KeyError, IndexError) as why:
            self.missing = f"failed: {why}"

    def count(self, setting):
        if not self.missing:
            self.instructions = self.contender.instructions(setting)

    @property
    def median(self):
        return statistics.median(self.values) if self.values else None

    @property
    def spread(self):
        if len(self.values) < 2 or not self.median:
            return None
        return (max(self.values) - min(self.values)) / 2 / self.median

    def as_dict(self):
        return {"name": self.name, "median": self.median,
                "spread": self.spread, "values": self.values,
                "missing": self.missing, "instructions": self.instructions}


class Row:
    """A figure and what its contenders did."""

    def __init__(self, figure):
        self.figure = figure
        self.weft = Side(figure.weft)
        self.peers = [Side(x) for x in figure.peers]
        self.limits = [Side(x) for x in figure.limits]

    def measure(self, setting, rounds, progress):
        sides = [self.weft, *self.peers, *self.limits]
        for i in range(rounds):
            for side in sides[::-1] if i % 2 else sides:
                progress.say(f"{self.figure.id}: {side.name}, round "
                             f"{i + 1} of {rounds}")
                side.turn(setting)
        if not setting.is_quick:
            progress.say(f"{self.figure.id}: counting instructions")
            self.weft.count(setting)

    def is_better(self, a, b):
        return a > b if self.figure.more_is_better else a < b

    def ratio(self, other):
        """How many times better weft is than @other."""
        if not self.weft.median or not other or not other.median:
            return None
        pair = self.weft.median / other.median
        return pair if self.figure.more_is_better else 1 / pair

    @property
    def best(self):
        best = None
        for peer in self.peers:
            if peer.median is not None and (
                    not best or self.is_better(peer.median, best.median)):
                best = peer
        return best

    def target(self):
        """The number to reach, and its text."""
        figure = self.figure
        if figure.target_ratio:
            if not self.best:
                return None
            return self.best.median * figure.target_ratio
        return figure.target

    def verdict(self):
        target, value = self.target(), self.weft.median
        if target is None or not value:
            return ""
        part = value / target if self.figure.more_is_better else target / value
        return "met" if part >= 1 else f"{part:.2f} of it"

    def as_dict(self):
        best = self.best
        return {"id": self.figure.id, "what": self.figure.what,
                "unit": self.figure.unit,
                "more_is_better": self.figure.more_is_better,
                "weft": self.weft.as_dict(),
                "peers": [x.as_dict() for x in self.peers],
                "limits": [x.as_dict() for x in self.limits],
                "best_peer": best.name if best else None,
                "ratio": self.ratio(best), "target": self.target(),
                "verdict": self.verdict()}

    def line(self, ident, what, side, tail):
        spread = f"±{side.spread:.0%}" if side.spread is not None else ""
        count = f"{side.instructions:,.0f}" if side.instructions else ""
        return (f"{ident:<14}{what:<42}{short(side.median):>9} "
                f"{self.figure.unit:<7}{spread:>7}{count:>9}{tail}")

    def show(self):
        ratio = self.ratio(self.best)
        sign = ">=" if self.figure.more_is_better else "<="
        target = self.target()
        tail = (f"{f'{ratio:.2f} x' if ratio else '':>8}"
                f"{f'{sign} {short(target)}' if target else '':>9}"
                f"  {self.verdict()}")
        print(self.line(self.figure.id, self.figure.what, self.weft,
                        tail).rstrip())
        if self.weft.missing:
            print(f"{'':<13}weft: {self.weft.missing}")
        for side in self.peers + self.limits:
            self.show_other(side)
        sys.stdout.flush()

    def show_other(self, side):
        kind = "limit: " if side in self.limits else ""
        if side.missing:
            print(f"{'':<13}{kind}{side.name}: {side.missing}")
            return
        ratio = self.ratio(side)
        tail = f"{f'{ratio:.2f} x' if ratio else '':>8}"
        print(self.line("", f"  {kind}{side.name}", side, tail))


def wanted(names):
    """The figures of these names: P4 is all whose id begins with P4-."""
    if not names:
        return FIGURES
    rows = [f for f in FIGURES for n in names
            if f.id == n or f.id.startswith(n + "-")]
    for name in names:
        if not any(f.id == name or f.id.startswith(name + "-")
                   for f in FIGURES):
            raise SystemExit(f"figures.py: there is no figure {name}; "
                             "--list names them")
    return sorted(set(rows), key=FIGURES.index)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--quick", action="store_true",
                        help="two short rounds, no instructions")
    parser.add_argument("--json", action="store_true",
                        help="the rows as JSON, when all are there")
    parser.add_argument("--list", action="store_true",
                        help="name the figures")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    return parser.parse_intermixed_args()


def main():
    args = arguments()
    figures = wanted(args.ids)
    if args.list:
        for figure in figures:
            print(f"{figure.id:<14}{figure.what}")
        return 0
    setting = Setting(args.build, args.quick)
    rounds = args.rounds or (QUICK_ROUNDS if args.quick else ROUNDS)
    rows, progress, begin = [], Progress(), time.monotonic()
    if not args.json:
        print(HEAD)
    for figure in figures:
        rows.append(Row(figure))
        rows[-1].measure(setting, rounds, progress)
        progress.clear()
        if not args.json:
            rows[-1].show()
    result = {"rounds": rounds, "quick": args.quick,
              "seconds": round(time.monotonic() - begin, 1),
              "build": args.build.name,
              "figures": [x.as_dict() for x in rows]}
    if args.json:
        print(json.dumps(result, indent=1))
    args.results.mkdir(exist_ok=True)
    (args.results / "figures.json").write_text(
        json.dumps(result, indent=1) + "\n")
    return 1 if any(x.weft.missing for x in rows) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
