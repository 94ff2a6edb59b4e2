# SPDX-License-Identifier: MIT
"""tools/test-report.py: the totals of a test run are true."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["WEFT_SOURCE"])
SUPPORT = SOURCE / "tests" / "support"


def record(stdout="", code=0, result="OK", name="a_test", stderr=""):
    return {"name": f"weft:unit / {name}", "stdout": stdout,
            "stderr": stderr, "returncode": code, "result": result,
            "duration": 0.1}


class Case(unittest.TestCase):
    def report(self, *records, known=None, args=()):
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            (build / "meson-logs").mkdir()
            (build / "meson-info").mkdir()
            log = build / "meson-logs" / "testlog.json"
            log.write_text("".join(json.dumps(r) + "\n" for r in records))
            tests = [{"name": n, "suite": ["weft:unit"], "protocol": p}
                     for n, p in (known or {}).items()]
            (build / "meson-info" / "intro-tests.json").write_text(
                json.dumps(tests))
            run = subprocess.run(
                [sys.executable, SOURCE / "tools/test-report.py", *args, log],
                capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        self.out, self.status = run.stdout, run.returncode
        return run.stdout.splitlines()[-1]

    def expect(self, totals, *records, **more):
        self.assertEqual(self.report(*records, **more), totals)


class Counting(Case):
    def test_every_point_counts(self):
        """each TAP line counts as one test"""
        self.expect("2 passed, 0 failed, 0 skipped",
                    record("1..2\nok 1 - a\nok 2 - b\n"))
        self.assertEqual(self.status, 0)

    def test_not_ok_counts_as_failed_with_its_remarks(self):
        """a failed test is counted, named and explained"""
        self.expect("1 passed, 1 failed, 0 skipped",
                    record("1..2\nok 1 - a\nnot ok 2 - b\n# 1 != 2\n", 1,
                           "FAIL"), known={"a_test": "tap"})
        self.assertEqual(self.status, 1)
        self.assertIn("FAILED  unit/a_test: b", self.out)
        self.assertIn("1 != 2", self.out)

    def test_two_groups_in_one_program_add_up(self):
        """two plans in one program add up"""
        self.expect("3 passed, 0 failed, 0 skipped",
                    record("1..1\nok 1 - a\n1..2\nok 1 - b\nok 2 - c\n"))

    def test_todo_is_no_excuse(self):
        """not ok with TODO still counts as failed"""
        self.expect("0 passed, 1 failed, 0 skipped",
                    record("1..1\nnot ok 1 - a # TODO later\n"))

    def test_nothing_at_all_is_a_failure(self):
        """a run of no test does not succeed"""
        self.expect("0 passed, 0 failed, 0 skipped")
        self.assertEqual(self.status, 1)


class Skipping(Case):
    def test_reason_behind_the_name(self):
        """a skip in the usual form shows its reason"""
        self.expect("0 passed, 0 failed, 1 skipped",
                    record("1..1\nok 1 - a # SKIP no TAP device here\n"))
        self.assertIn("a: no TAP device here", self.out)
        self.assertEqual(self.status, 0)

    def test_cmocka_form_takes_the_remark_as_reason(self):
        """a skip in cmocka's form takes its reason from the remark"""
        self.expect("0 passed, 0 failed, 1 skipped",
                    record("1..1\n# skip: needs root\n"
                           "not ok 1 # SKIP tap_opens\n"))
        self.assertIn("tap_opens: needs root", self.out)

    def test_reason_of_another_test_is_not_borrowed(self):
        """a skip does not borrow the reason of the test before"""
        self.expect("0 passed, 0 failed, 2 skipped",
                    record("1..2\n# skip: needs root\nok 1 # SKIP one\n"
                           "ok 2 # SKIP two\n"))
        self.assertIn("two: no reason given", self.out)

    def test_whole_program(self):
        """a program that skips itself counts once"""
        self.expect("0 passed, 0 failed, 1 skipped",
                    record("1..0 # SKIP no tshark\n"))
        self.assertIn("no tshark", self.out)


class Breaking(Case):
    def test_crash_fails_what_was_not_reported(self):
        """tests that a crash prevented count as failed"""
        self.expect("1 passed, 2 failed, 0 skipped",
                    record("1..3\nok 1 - a\n", -11, "ERROR",
                           stderr="AddressSanitizer: oops"))
        self.assertIn("signal 11", self.out)
        self.assertIn("AddressSanitizer: oops", self.out)

    def test_crash_after_the_last_point(self):
        """a crash after the last good test still fails"""
        self.expect("1 passed, 1 failed, 0 skipped",
                    record("1..1\nok 1 - a\n", -6, "ERROR"))

    def test_crash_before_the_plan(self):
        """a program that dies before its plan fails"""
        self.expect("1 passed, 1 failed, 0 skipped",
                    record("ok 1 - a\n", -9, "ERROR"))

    def test_silence_of_a_tap_program(self):
        """a TAP program that prints nothing fails"""
        self.expect("0 passed, 1 failed, 0 skipped", record(""),
                    known={"a_test": "tap"})

    def test_time_limit(self):
        """a program over its time fails even with all tests reported"""
        self.expect("1 passed, 1 failed, 0 skipped",
                    record("1..1\nok 1 - a\n", 0, "TIMEOUT"))
        self.assertIn("too long", self.out)

    def test_bad_status_is_not_counted_twice(self):
        """a status that only repeats a failed test adds nothing"""
        self.expect("0 passed, 1 failed, 0 skipped",
                    record("1..1\nnot ok 1 - a\n", 1, "FAIL"))

    def test_more_points_than_planned(self):
        """more tests than planned is a failure"""
        self.expect("2 passed, 1 failed, 0 skipped",
                    record("1..1\nok 1 - a\nok 2 - b\n"))

    def test_bail_out(self):
        """Bail out! is a failure"""
        self.expect("0 passed, 1 failed, 0 skipped",
                    record("1..0\nBail out! no memory\n", 1, "ERROR"))

    def test_program_that_never_ran(self):
        """a program without a record counts as failed in a whole run"""
        known = {"a_test": "tap", "b_test": "tap"}
        good = record("1..1\nok 1 - a\n")
        self.expect("1 passed, 1 failed, 0 skipped", good, known=known)
        self.assertIn("b_test: the program never ran", self.out)
        self.expect("1 passed, 0 failed, 0 skipped", good, known=known,
                    args=["--partial"])

    def test_program_without_tap(self):
        """a program without TAP is one test by its status"""
        known = {"a_test": "exitcode"}
        self.expect("1 passed, 0 failed, 0 skipped", record(), known=known)
        self.expect("0 passed, 1 failed, 0 skipped",
                    record(code=3, result="FAIL"), known=known)


class PythonTests(Case):
    """tests/support/tap.py and the report agree."""

    def run_file(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "made_up_test.py"
            path.write_text("import unittest, os\n" + text)
            run = subprocess.run([sys.executable, SUPPORT / "tap.py", path],
                                 capture_output=True, text=True)
        return record(run.stdout, run.returncode,
                      "FAIL" if run.returncode else "OK",
                      stderr=run.stderr)

    def test_all_kinds(self):
        """unittest results become TAP lines one for one"""
        self.expect("1 passed, 3 failed, 1 skipped", self.run_file("""
class T(unittest.TestCase):
    def test_a(self): print("ok 9 - not a verdict")
    def test_b(self): self.fail("wrong")
    def test_c(self): raise ValueError("odd")
    @unittest.skip("no reason to run")
    def test_d(self): pass
    def test_e(self):
        for n in range(3):
            with self.subTest(n=n): self.assertNotEqual(n, 1)
"""))
        self.assertIn("no reason to run", self.out)

    def test_death_of_the_interpreter(self):
        """a Python test file that dies is a failure"""
        self.expect("1 passed, 1 failed, 0 skipped", self.run_file("""
class T(unittest.TestCase):
    def test_a(self): pass
    def test_b(self): os._exit(0)
"""))

    def test_broken_set_up(self):
        """a failing setUpClass is a failure"""
        self.expect("0 passed, 1 failed, 0 skipped", self.run_file("""
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("nothing there")
    def test_a(self): pass
"""))

    def test_empty_file(self):
        """a Python test file without tests is a failure"""
        self.expect("0 passed, 1 failed, 0 skipped", self.run_file(""))


if __name__ == "__main__":
    unittest.main()
