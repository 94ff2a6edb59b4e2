#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py BUILD [NAME...] - instructions and time per operation, as a table.

Instructions hardly depend on the machine or on what else runs on it, so two
versions of the code can be compared with one run each.  A program is run
under callgrind for two counts of operations; the difference, divided by the
difference of the counts, is the cost of one operation: set-up and start
cancel out.  The rate beside it is processor time, measured the same way without
callgrind, median of RUNS with the spread: what else runs on the machine moves
it less than it would move the clock, but it does.

A bench program is `bench-STEM`: `--list` prints one line for each thing it
can measure, `NAME [what it is]`.
`NAME COUNT` does it COUNT times.
Results are also written to bench/results/*.json.
"""
import json
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

RUNS = 5
COUNTS = (2000, 12000)           # operations under callgrind
SECONDS = 0.3                    # aimed length of a timed run
RESULTS = pathlib.Path(__file__).resolve().parent / "results"


def run(program, name, count):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, name, str(count)], capture_output=True,
                          text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{program} {name} {count}: exit status "
                         f"{done.returncode}\n{done.stderr}")
    return (after.ru_utime - before.ru_utime +
            after.ru_stime - before.ru_stime)


def instructions(program, name, count):
    names = name if isinstance(name, list) else [name]
    with tempfile.NamedTemporaryFile(suffix=".callgrind") as out:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}",
             program, *names, str(count)], capture_output=True, text=True)
    m = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if done.returncode != 0 or not m:
        raise SystemExit(f"callgrind {program} {name}: {done.stderr[-2000:]}")
    return int(m.group(1))


def instructions_each(program, name):
    few, many = COUNTS
    return (instructions(program, name, many) -
            instructions(program, name, few)) / (many - few)


def seconds_each(program, name):
    """Median and spread of the time of one operation."""
    count = COUNTS[1]
    while run(program, name, count) < SECONDS and count < 1 << 32:
        count *= 4
    each = []
    for _ in range(RUNS):
        short = run(program, name, count // 8)
        each.append((run(program, name, count) - short) /
                    (count - count // 8))
    middle = statistics.median(each)
    return middle, (max(each) - min(each)) / middle if middle else 0


def programs(build):
    for path in sorted((build / "bench").glob("bench-*")):
        if path.is_file():
            listed = subprocess.run([path, "--list"], check=True,
                                    capture_output=True, text=True).stdout
            for line in filter(None, map(str.strip, listed.splitlines())):
                name, _, what = line.partition(" ")
                yield path, name, what.strip()


def rate(seconds):
    if seconds <= 0:
        return "-"
    value = 1 / seconds
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= scale:
            return f"{value / scale:.2f} {unit}/s"
    return f"{value:.1f} /s"


def main():
    build, wanted = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
    RESULTS.mkdir(exist_ok=True)
    print(f"{'program':<14}{'operation':<22}{'instructions':>13}"
          f"{'ns':>11}{'spread':>8}{'rate':>13}")
    count = 0
    for path, name, what in programs(build):
        stem = path.name.removeprefix("bench-")
        if wanted and not wanted & {stem, name}:
            continue
        count += 1
        cost = instructions_each(path, name)
        middle, spread = seconds_each(path, name)
        print(f"{stem:<14}{name:<22}{cost:>13.1f}{middle * 1e9:>11.1f}"
              f"{spread:>7.0%} {rate(middle):>12}", flush=True)
        (RESULTS / f"{stem}.{name}.json").write_text(json.dumps(
            {"program": stem, "operation": name, "what": what,
             "instructions": cost, "seconds": middle, "spread": spread},
            indent=1) + "\n")
    if not count:
        print("nothing to measure" + (f" by the name {' '.join(wanted)}"
                                      if wanted else ""))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
