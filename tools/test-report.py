#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-report.py [--totals FILE] TESTLOG - count the tests of a run.

TESTLOG is meson's testlog.json: one JSON object a line, one for each test
program, with what it printed.  The unit that is counted is the test, not the
program: one TAP line each.

What makes a total true
  - a test that its program announced but never reported counts as failed
  - a program that dies, hangs, or breaks the TAP format counts as failed at
    least once, even if everything it did report was good
  - "not ok" counts as failed, TODO or not; only SKIP makes it a skip, because
    cmocka 1.1.5 writes its skips so
  - a skip is counted apart, and its reason is printed
  - a program that meson knows but that left no record counts as failed,
    unless only some programs were asked for (--partial)
The last line is `N passed, N failed, N skipped`; the exit status is 1 when
anything failed or nothing ran.
"""
import argparse
import collections
import json
import pathlib
import re
import sys

PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(.*))?", re.I)
POINT = re.compile(r"^(not )?ok\b\s*(\d+)?\s*(?:-\s*)?(.*)$")
SKIP = re.compile(r"(?:^|\s)#\s*SKIP\S*\s*(.*)$", re.I)
REASON = re.compile(r"^#\s*skip:\s*(.*)$", re.I)


class Program:
    """What one test program came to."""

    def __init__(self, suite, name):
        self.suite, self.name = suite, name
        self.points = 0             # verdicts in its output
        self.passed = 0
        self.failures = []          # (test, detail lines)
        self.skips = []             # (test, reason)
        self.seconds = 0.0

    def fail(self, test, *detail):
        self.failures.append((test, list(detail)))


def split_skip(text, remarks):
    """(name, reason) of a skipped point, or None when it is none.

    cmocka writes the name behind "# SKIP"; the reason then stands in a
    remark "# skip: ..." before it.
    """
    m = SKIP.search(text)
    if not m:
        return None
    before, after = text[:m.start()].strip(), m.group(1).strip()
    said = [r for r in map(REASON.match, remarks) if r]
    reason = said[-1].group(1) if said else after if before else ""
    return before or after, reason or "no reason given"


def read_tap(program, text):
    """Count the points of @text into @program; returns the plan or None."""
    plan, remarks, last_failure = None, [], None
    for line in text.splitlines():
        if line.startswith("#"):
            remarks.append(line)
            if last_failure is not None:
                last_failure.append(line)
            continue
        if m := PLAN.match(line):
            plan = (plan or 0) + int(m.group(1))
            if m.group(1) == "0" and m.group(2) is not None:
                program.skips.append(("the whole program",
                                      m.group(2) or "no reason given"))
            continue
        if line.lower().startswith("bail out!"):
            program.fail("bailed out", line)
            continue
        m = POINT.match(line)
        if not m:
            continue
        program.points += 1
        skipped = split_skip(m.group(3), remarks)
        if skipped:
            program.skips.append(skipped)
            last_failure = None
        elif m.group(1):
            last_failure = list(remarks)
            program.failures.append((m.group(3), last_failure))
        else:
            program.passed += 1
            last_failure = None
        remarks = []
    return plan


def how_it_ended(record):
    if record["result"] == "TIMEOUT":
        return f"took too long ({record['duration']:.0f} s) and was stopped"
    if record["returncode"] < 0:
        return f"was ended by signal {-record['returncode']}"
    return f"ended with status {record['returncode']}"


def judge_tap(program, record):
    plan = read_tap(program, record.get("stdout", ""))
    tail = record.get("stderr", "").splitlines()[-40:]
    ended_well = record["result"] != "TIMEOUT" and record["returncode"] == 0
    if plan is None:
        program.fail("no plan: the program did not say how many tests it has",
                     how_it_ended(record), *tail)
        return
    for n in range(program.points, plan):
        program.fail(f"test {n + 1} of {plan} never reported",
                     *([how_it_ended(record), *tail]
                       if n == program.points else []))
    if program.points > plan:
        program.fail(f"more tests reported than the {plan} planned")
    if not ended_well and not program.failures:
        program.fail("the program as a whole", how_it_ended(record), *tail)


def judge_status(program, record):
    """A program that speaks no TAP is one test: its exit status."""
    lines = record.get("stdout", "").splitlines()
    if record["result"] == "SKIP":
        program.skips.append((program.name, lines[-1] if lines
                              else "no reason given"))
    elif record["result"] == "OK":
        program.passed += 1
    else:
        program.fail(program.name, how_it_ended(record), *lines[-40:],
                     *record.get("stderr", "").splitlines()[-40:])


def speaks_tap(record):
    text = record.get("stdout", "")
    return any(PLAN.match(x) or POINT.match(x) for x in text.splitlines())


def judge(record, known):
    """A record is named "ip4_test" or "weft:unit / ip4_test"."""
    name = re.split(r"\s*[/:]\s*", record["name"])[-1]
    suite, protocol = known.get(name, ("other", None))
    program = Program(suite, name)
    program.seconds = record.get("duration") or 0.0
    if protocol == "tap" or (protocol is None and speaks_tap(record)):
        judge_tap(program, record)
    else:
        judge_status(program, record)
    return program


def known_tests(log):
    """name -> (suite, protocol) of every test program meson knows."""
    path = log.parent.parent / "meson-info" / "intro-tests.json"
    if not path.exists():
        return {}
    return {t["name"]: (t["suite"][0].split(":")[-1], t["protocol"])
            for t in json.loads(path.read_text())}


def read_log(log, partial):
    known = known_tests(log)
    records = []
    if log.exists():
        records = [json.loads(x) for x in log.read_text().splitlines()]
    programs = [judge(r, known) for r in records]
    if not partial:
        seen = {p.name for p in programs}
        for name, (suite, _) in known.items():
            if name not in seen:
                program = Program(suite, name)
                program.fail("the program never ran")
                programs.append(program)
    return programs


def print_report(programs):
    suites = collections.defaultdict(list)
    for p in programs:
        suites[p.suite].append(p)
    for p in programs:
        for test, detail in p.failures:
            print(f"FAILED  {p.suite}/{p.name}: {test}")
            for line in detail[-60:]:
                print("        " + line.lstrip("# "))
    for p in programs:
        for test, reason in p.skips:
            print(f"skipped {p.suite}/{p.name}: {test}: {reason}")
    print(f"{'suite':<8}{'programs':>9}{'passed':>8}{'failed':>8}"
          f"{'skipped':>8}{'seconds':>9}")
    for suite, ps in sorted(suites.items()):
        print(f"{suite:<8}{len(ps):>9}{sum(p.passed for p in ps):>8}"
              f"{sum(len(p.failures) for p in ps):>8}"
              f"{sum(len(p.skips) for p in ps):>8}"
              f"{sum(p.seconds for p in ps):>9.1f}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--totals", help="write the last line there too")
    options.add_argument("--partial", action="store_true",
                         help="only some programs were asked for")
    options.add_argument("log", type=pathlib.Path)
    options = options.parse_args()
    programs = read_log(options.log, options.partial)
    print_report(programs)
    passed = sum(p.passed for p in programs)
    failed = sum(len(p.failures) for p in programs)
    skipped = sum(len(p.skips) for p in programs)
    line = f"{passed} passed, {failed} failed, {skipped} skipped"
    if options.totals:
        pathlib.Path(options.totals).write_text(line + "\n")
    print(line)
    return 1 if failed or not (passed or skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
