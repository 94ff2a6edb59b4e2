#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tap.py FILE - run the unittest classes of FILE and print TAP.

Every test method is one line, so that it is counted by itself.  The name is
the first line of its docstring, or else the method's name.  A skip carries
its reason.  Only the standard library is used.
"""
import importlib.util
import os
import pathlib
import sys
import unittest


class TapResult(unittest.TestResult):
    """Prints a line as soon as a test method has ended."""

    def __init__(self, out):
        super().__init__()
        self.out = out
        self.count = 0
        self.bad = None

    def startTest(self, test):
        super().startTest(test)
        self.bad = None

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            text = self._exc_info_to_string(err, test)
            self.bad = (self.bad or "") + f"{subtest}\n{text}"

    def addSuccess(self, test):
        if self.bad is None:
            self.say(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.bad = (self.bad or "") + self._exc_info_to_string(err, test)
        if not isinstance(test, unittest.TestCase):
            # setUpClass or setUpModule failed: no test starts or stops.
            self.stopTest(test)

    addError = addFailure

    def addExpectedFailure(self, test, err):
        self.bad = "a test that is expected to fail proves nothing\n"

    def addUnexpectedSuccess(self, test):
        self.say(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say(True, test, f" # SKIP {reason}")

    def stopTest(self, test):
        if self.bad is not None:
            self.say(False, test)
            for line in self.bad.rstrip().splitlines():
                print("#", line, file=self.out)
        super().stopTest(test)
        self.out.flush()

    def say(self, good, test, tail=""):
        self.count += 1
        name = test.shortDescription() or test.id().split(".", 1)[-1]
        name = name.replace("#", "no.")
        verdict = "ok" if good else "not ok"
        print(f"{verdict} {self.count} - {name}{tail}", file=self.out)


def load(path):
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main():
    # What a test prints must not be taken for a verdict.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    suite = load(pathlib.Path(sys.argv[1]).resolve())
    result = TapResult(out)
    suite.run(result)
    if result.count == 0:
        print("not ok 1 - the file holds no test", file=out)
        result.count = 1
    # A plan at the end: a program that dies before it has no plan.
    print(f"1..{result.count}", file=out, flush=True)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
