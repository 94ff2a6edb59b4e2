#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""waiting.py BUILD [--svg FILE] - one event among idle descriptors.

One descriptor is busy and so many are watched and idle.  Instructions are
counted by callgrind for few and for many events; the difference is the cost
of one.  epoll's does not grow with what is idle, poll's and select's do.
"""
import argparse
import pathlib

from bench import instructions
import plot

IDLE = (100, 300, 1000, 3000, 10000, 30000, 100000)
MODELS = {"epoll": 100000, "poll": 100000, "select": 1022}  # at most


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
        for model, most in MODELS.items():
            if idle <= most:
                result[model].append((idle, cost(path, model, idle)))
                row += f"{result[model][-1][1]:>14,.0f}"
            else:
                row += f"{'-':>14}"
        print(row, flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--svg", type=pathlib.Path)
    args = parser.parse_args()
    result = measure(args.build / "bench" / "waiting")
    if args.svg:
        args.svg.write_text(plot.svg(
            result, IDLE[::2], "idle descriptors that are watched",
            "instructions for one event"))


if __name__ == "__main__":
    main()
