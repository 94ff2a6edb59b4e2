# SPDX-License-Identifier: MIT
"""The program when the C library runs out of memory, libraries included.

tests/support/failmalloc.c lets allocation number k of the process fail, for a
sample of k, or for every k with ./dev test --full.  Whatever k is, the program
ends by itself with a status of its own, and says why if it is not 0.
"""
import os
import pathlib
import re
import subprocess
import unittest

from weft import SOURCE, WEFT, Case

LIBRARY = os.environ["FAILMALLOC"]
IS_FULL = "WEFT_FULL" in os.environ
TIME_LIMIT = 20
# Libraries that do not look whether they got the memory that they asked for,
# or that assert that they did.  Only an allocation of theirs excuses the end
# of the program, and never a check() of our own.
#
#   libldns (1.8): ldns_rdf_new_frm_data() and others assert on the result of
#   malloc().  Zones are read with it when a lab is read, and messages are put
#   together with it; there is no way to tell it before that memory is short.
#
#   libjansson (2.14): the text of a token is collected in a buffer whose growth
#   may fail without a word; the string is then decoded into a block that is
#   measured by what was collected, and written beyond its end.
CARELESS = ("libldns.so", "libjansson.so")
# How standard output says that a visit failed, for people and for programs.
SAYS_WHY = re.compile(rb'FAILED|"failure":"[^"]')
URL = "http://www.shop.test/"


def is_sanitized():
    symbols = subprocess.run(["nm", "-D", WEFT], capture_output=True,
                             text=True).stdout
    return "__asan_init" in symbols


@unittest.skipIf(is_sanitized(), "AddressSanitizer has its own malloc()")
class FailMalloc(Case):
    def run_weft(self, args, **more):
        env = dict(os.environ, LD_PRELOAD=LIBRARY)
        env.update({f"FAILMALLOC_{k.upper()}": str(v)
                    for k, v in more.items()})
        return subprocess.run([WEFT, *args], cwd=self.folder, env=env,
                              capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=TIME_LIMIT)

    def count(self, args):
        path = self.folder / "count"
        run = self.run_weft(args, count=path)
        self.assertEqual(run.returncode, 0, run.stderr)
        return int(path.read_text())

    def who(self, args, more):
        """The functions that asked for what could not be had."""
        path = self.folder / "trace"
        path.unlink(missing_ok=True)
        try:
            self.run_weft(args, trace=path, **more)
        except subprocess.TimeoutExpired:
            pass
        return path.read_text() if path.exists() else "nobody"

    @staticmethod
    def is_careless(who):
        """Behind malloc() and the C library stands such a library."""
        callers = [x for x in who.splitlines()
                   if LIBRARY not in x and "libc.so" not in x]
        return bool(callers) and any(x in callers[0] for x in CARELESS)

    def fail_one(self, args, more):
        what = f"weft {' '.join(map(str, args))}, {more}"
        try:
            run = self.run_weft(args, **more)
        except subprocess.TimeoutExpired:
            self.fail(f"{what}: hangs\n{self.who(args, more)}")
        if run.returncode in (0, 1, 2):
            if run.returncode and not SAYS_WHY.search(run.stdout):
                self.assertTrue(
                    run.stderr.strip(),
                    f"{what}: {run.returncode}, and says nothing\n"
                    f"{self.who(args, more)}")
            return
        who = self.who(args, more)
        if b"check failed" in run.stderr or not self.is_careless(who):
            self.fail(f"{what}: status {run.returncode}\n"
                      f"{run.stderr.decode(errors='replace')[-800:]}\n{who}")

    def walk(self, runs, *args):
        count = self.count(args)
        self.assertGreater(count, 5)
        stride = 1 if IS_FULL else max(1, 2 * count // runs)
        for k in range(1, count + 1, stride):
            self.fail_one(args, {"at": k})
            self.fail_one(args, {"at": k, "ever": 1})

    def test_visit(self):
        """weft visit ends with an answer"""
        self.walk(240, "visit", URL, "-o", "out")

    def test_visit_json(self):
        """weft visit --json -q ends with an answer"""
        self.walk(60, "visit", "--json", URL, "--again")

    def test_lab(self):
        """weft lab check, show and run end with an answer"""
        path = SOURCE / "labs/url-journey.yaml"
        self.walk(60, "lab", "check", path)
        self.walk(60, "lab", "show", path)
        self.walk(100, "lab", "run", path)

    def test_schema(self):
        """weft lab schema ends with an answer"""
        self.walk(40, "lab", "schema")

    def test_questions(self):
        """weft why, show, hops and back end with an answer"""
        self.weft("visit", "-q", URL, "-o", "out")
        log = pathlib.Path("out") / "url-journey.jsonl"
        for question in ("why", "show", "hops"):
            self.walk(40, question, "369", "-l", log)
        self.walk(40, "back", "5", "-l", log)


if __name__ == "__main__":
    unittest.main()
