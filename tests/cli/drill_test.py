# SPDX-License-Identifier: MIT
"""What `weft drill` says about scripts, right ones and wrong ones.

Each script of tests/drill/bad/ cannot be read, and its first line says what
must be said about it:

    // error: LINE:COLUMN: text

Each of tests/drill/failing/ can be read, and fails just so.
"""
import json
import pathlib
import subprocess
import tempfile
import unittest

from weft import SOURCE, WEFT

BAD = sorted((SOURCE / "tests/drill/bad").glob("*.pkt"))
FAILING = sorted((SOURCE / "tests/drill/failing").glob("*.pkt"))
SCRIPTS = SOURCE / "tests/script"


def drill(*args):
    return subprocess.run([WEFT, "drill", *map(str, args)], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL)


def expected(path):
    first = path.read_text().splitlines()[0]
    return f"{path}:{first.removeprefix('// error: ')}"


class Drill(unittest.TestCase):
    def test_wrong_scripts(self):
        """what is wrong with a script is told with its line and column"""
        self.assertGreaterEqual(len(BAD), 25)
        for path in BAD:
            run = drill(path)
            self.assertEqual(run.stdout.splitlines()[0], expected(path))
            self.assertEqual(run.returncode, 2, path)

    def test_failing_scripts(self):
        """a stack that does something else is noticed, and told what"""
        self.assertGreaterEqual(len(FAILING), 15)
        for path in FAILING:
            run = drill("-q", path)
            self.assertEqual(run.stdout.splitlines(),
                             [expected(path), "0 passed, 1 failed"])
            self.assertEqual(run.returncode, 1, path)

    def test_expected_against_actual(self):
        """what the script says stands above what was, below the ladder"""
        path = SOURCE / "tests/drill/failing/ack.pkt"
        lines = drill("--ascii", path).stdout.splitlines()
        self.assertIn("network", lines[1])
        self.assertIn("S 0:0(0)", "".join(lines))
        self.assertEqual(lines[-4], "expected: +0 > S. 0:0(0) ack 2 <...>")
        self.assertTrue(lines[-3].startswith("     was: > S. 0:0(0) ack 1"))
        self.assertTrue("\n".join(lines).isascii())

    def test_json(self):
        """--json: one object for each script, with where and why"""
        run = drill("--json", SCRIPTS / "handshake", *FAILING)
        rows = [json.loads(line) for line in run.stdout.splitlines()]
        failed = [r for r in rows if r["verdict"] == "failed"]
        self.assertEqual(len(failed), len(FAILING))
        self.assertGreaterEqual(len(rows), len(FAILING) + 10)
        for row, path in zip(failed, FAILING):
            self.assertEqual(f"{row['file']}:{row['line']}:{row['column']}: "
                             f"{row['what']}", expected(path))

    def test_about(self):
        """every script begins with the document that it is about"""
        run = drill("--json", "--check", SCRIPTS)
        for line in run.stdout.splitlines():
            row = json.loads(line)
            self.assertRegex(row["about"], r"^(RFC \d+|draft-|POSIX |Linux \w+\(\d\))",
                             row["file"])

    def test_jobs(self):
        """-j: several at a time, and the same sum"""
        one = drill("-q", SCRIPTS).stdout.splitlines()[-1]
        four = drill("-q", "-j4", SCRIPTS).stdout.splitlines()[-1]
        self.assertEqual(one, four)

    def test_strict(self):
        """--strict: a packet that the script does not mention is a failure"""
        text = ("// RFC 9293 3.10.7.1\n"
                "0 < 40001 > 9 S 0:0(0) win 65535 <mss 1000>\n")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "short.pkt"
            path.write_text(text)
            self.assertEqual(drill(path).returncode, 0)
            run = drill("--strict", path)
            self.assertEqual(run.returncode, 1)
            self.assertIn("does not mention", run.stdout)

    def test_arguments(self):
        """wrong arguments are told, and what is missing"""
        for args in ([], ["--frob", "x"], ["-j", "0", "x"], ["-j", "x", "x"],
                     ["/nonexistent"]):
            run = drill(*args)
            self.assertEqual(run.returncode, 2, args)
            self.assertIn("weft drill: ", run.stderr)

    def test_empty_folder(self):
        """a folder without scripts is not a success"""
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(drill(folder).returncode, 2)

    def test_virtual_time(self):
        """four hours of silence pass in no time"""
        run = drill("--json", SCRIPTS / "retransmission/keepalive.pkt")
        row = json.loads(run.stdout)
        self.assertEqual(row["verdict"], "passed")
        self.assertGreater(row["virtual_us"], 4 * 3600 * 1000000)


if __name__ == "__main__":
    unittest.main()
