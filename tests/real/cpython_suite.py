# SPDX-License-Identifier: MIT
"""Run suites of CPython's own tests and say of each test how it ended.

    python3 cpython_suite.py [-v] NAME[,NAME...] [-x PATTERN]...

NAME is a module of the package `test`, or a class or a test in one.  A line of
the output is a verdict (ok, fail, skip or hang) and the name of a test.  Tests
that a PATTERN of fnmatch(3) matches are left out.  Nothing in here knows where
it runs; cpython_test.py compares what it says here and there.
"""
import argparse
import fnmatch
import os
import signal
import sys
import traceback
import unittest

from test import support

PATIENCE = 30
# What regrtest calls resources.  test_socketserver calls the loopback a
# network; no other suite may ask for one.
RESOURCES = ["cpu", "walltime"]
NETWORK = {"test_socketserver"}


class Hangs(Exception):
    """A test has not come to an end."""


def on_alarm(*_):
    raise Hangs


class Result(unittest.TestResult):
    """Prints one line for each test when it is over."""

    def __init__(self, tells_why):
        super().__init__()
        self.tells_why = tells_why
        self.verdict, self.why = "ok", ""

    def startTest(self, test):
        super().startTest(test)
        self.verdict, self.why = "ok", ""
        signal.signal(signal.SIGALRM, on_alarm)
        signal.alarm(PATIENCE)

    def say(self, verdict, test):
        print(verdict, test.id().removeprefix("test."), flush=True)

    def note(self, verdict, test, why):
        """The first thing that went wrong is the verdict."""
        if not hasattr(test, "_testMethodName"):
            self.say(verdict, test)  # a whole class or module
        elif self.verdict in ("ok", "skip"):
            self.verdict, self.why = verdict, why

    def addError(self, test, err):
        self.note("hang" if err[0] is Hangs else "fail", test,
                  "".join(traceback.format_exception(*err)))

    def addFailure(self, test, err):
        self.addError(test, err)

    def addSubTest(self, test, subtest, err):
        if err:
            self.addError(test, err)

    def addSkip(self, test, reason):
        self.note("skip", test, reason)

    def addUnexpectedSuccess(self, test):
        self.note("fail", test, "should have failed\n")

    def stopTest(self, test):
        signal.alarm(0)
        self.say(self.verdict, test)
        if self.tells_why and self.why:
            print("  | " + self.why.strip().replace("\n", "\n  | "),
                  flush=True)


def without(suite, patterns):
    """The tests of a suite that no pattern matches."""
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(without(test, patterns))
        elif not any(fnmatch.fnmatch(test.id().removeprefix("test."), p)
                     for p in patterns):
            kept.addTest(test)
    return kept


def main():
    options = argparse.ArgumentParser()
    options.add_argument("names")
    options.add_argument("-v", action="store_true")
    options.add_argument("-x", action="append", default=[])
    options = options.parse_args()
    names = options.names.split(",")
    wants_network = bool(NETWORK & {x.split(".")[0] for x in names})
    support.use_resources = RESOURCES + ["network"] * wants_network
    suite = unittest.defaultTestLoader.loadTestsFromNames(
        ["test." + x for x in names])
    without(suite, options.x).run(Result(options.v))
    sys.stdout.flush()
    os._exit(0)  # threads that a test has left behind do not matter


if __name__ == "__main__":
    main()
