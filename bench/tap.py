#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tap.py BUILD [ROW...] - weft and the kernel over real devices, as a table.

All rows are run in turn, ROUNDS times over, so that whatever else the machine
does falls on each of them alike; a figure is the median, with the spread beside
it.  Ratios count more than rates: each row of weft's stands beside what it is
compared with.
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

ROUNDS = 5
SECONDS = "1"

# Row, what it is compared with, target in GB/s (P10, P11) or us (P12).
BULK = (("tap-out-offload", "relay-offload", 3.5),
        ("tap-in-offload", "relay-offload", 3.5),
        ("tap-out", "relay", 0.9), ("tap-in", "relay", 0.9),
        ("tap-out-9000", None, None), ("tap-in-9000", None, None),
        ("packet-out-offload", "kernel-offload", None),
        ("packet-in-offload", "kernel-offload", None),
        ("packet-out", "kernel", None),
        ("xdp-out", "kernel", None), ("xdp-in", "kernel", None),
        ("kernel-offload", None, None), ("kernel", None, None),
        ("relay-offload", None, None), ("relay", None, None))
ROUND = (("round", "round-reflector", 12.5),
         ("round-spin", "round-reflector-spin", 7.8),
         ("round-reflector", None, None), ("round-reflector-spin", None, None),
         ("round-kernel", None, None))
NEEDS_ETHTOOL = ("packet-out", "xdp-out", "xdp-in", "kernel", "round-kernel")


def measure(program, row):
    done = subprocess.run([program, row, SECONDS], capture_output=True,
                          text=True, timeout=60)
    if done.returncode == 77:
        return None
    if done.returncode:
        raise SystemExit(f"{row}: {done.stderr}")
    return json.loads(done.stdout)


def spread(values):
    return f"{min(values):.2f} .. {max(values):.2f}"


def table(results, rows, key, unit):
    print(f"{'':<22}{unit:>8}{'spread':>17}{'target':>8}  ratio")
    for row, other, target in rows:
        values = [x[key] for x in results.get(row, [])]
        if not values:
            continue
        middle = statistics.median(values)
        line = f"{row:<22}{middle:>8.2f}{spread(values):>17}"
        line += f"{target:>8}" if target else " " * 8
        if results.get(other):
            base = statistics.median(x[key] for x in results[other])
            line += f"  {middle / base:.2f} x {other}"
        if key == "gb_per_s" and not row.startswith(("kernel", "relay")):
            cpu = statistics.median(x["cpu_s_per_gb"] for x in results[row])
            line += f"  {cpu:.2f} CPU-s/GB"
        print(line)


def main():
    program = pathlib.Path(sys.argv[1]) / "bench/tap-figures"
    rows = [x[0] for x in BULK + ROUND]
    if sys.argv[2:]:
        rows = [x for x in rows if x in sys.argv[2:]]
    if not shutil.which("ethtool"):
        print("without ethtool there are no rows of whole frames over veth")
        rows = [x for x in rows if x not in NEEDS_ETHTOOL]
    results = {}
    for _ in range(ROUNDS):
        for row in rows:
            got = measure(program, row)
            if got:
                results.setdefault(row, []).append(got)
    table(results, BULK, "gb_per_s", "GB/s")
    table(results, ROUND, "p50_us", "us")
    folder = pathlib.Path(__file__).resolve().parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / "tap.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
