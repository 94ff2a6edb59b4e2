# SPDX-License-Identifier: MIT
"""What `weft lab run` tells of a lab, in words."""
import subprocess
import tempfile
import unittest

from weft import SOURCE, WEFT


def run(*args, lab="ping"):
    with tempfile.TemporaryDirectory() as folder:
        got = subprocess.run(
            [WEFT, "lab", "run", f"{SOURCE}/tests/lab/{lab}.yaml", "-o",
             folder, *args], text=True, capture_output=True,
            stdin=subprocess.DEVNULL)
    assert got.returncode == 0, got.stderr
    return got.stdout


def told(text, host, sentence):
    """Number of lines in which `host` stands before `sentence`."""
    return sum(sentence in line and line[10:].startswith(host + " ")
               for line in text.splitlines())


class Tale(unittest.TestCase):
    def test_first_glance(self):
        """without -v: what people and programs did, and what came of it"""
        text = run()
        self.assertIn("── alice pings bob ─", text)
        self.assertEqual(told(text, "alice", "bob answers after"), 4)
        self.assertEqual(told(text, "alice", "no answer from bob"), 1)
        self.assertNotIn("MAC table", text)
        self.assertNotIn("because", text)

    def test_in_words(self):
        """-v: each frame where it is made, and each reason once"""
        text = run("-v")
        self.assertEqual(told(text, "alice", "who has 10.1.0.1?"), 1)
        self.assertEqual(told(text, "r", "10.1.0.1 is at"), 1)
        self.assertEqual(told(text, "sw-left", "learns that alice is at"), 1)
        self.assertEqual(
            text.count("because the IP of the next machine is known"), 1)
        self.assertNotIn("passes it on", text)
        self.assertIn("(RFC 826)", text)

    def test_everything(self):
        """-vv: every event of the log has its line"""
        text = run("-vv")
        self.assertEqual(told(text, "sw-left", "passes it on"), 13)
        numbers = {int(line.rsplit("#", 1)[1]) for line in text.splitlines()
                   if line.rpartition("#")[2].isdigit()}
        self.assertTrue(set(range(16, 136)) <= numbers,
                        set(range(16, 136)) - numbers)

    def test_many_of_a_kind_are_counted(self):
        """what happens very often is told a few times, then counted"""
        text = run("-v", lab="crowd")
        self.assertRegex(text, r"and \d+ more like these: .*arp\.request ")
        self.assertLess(len(text.splitlines()), 1000)

    def test_ascii(self):
        """--ascii: nothing beyond ASCII"""
        self.assertTrue(run("--ascii", "-v").isascii())

    def test_quiet(self):
        """-q: nothing when all expectations hold"""
        self.assertEqual(run("-q"), "")


class Help(unittest.TestCase):
    def test_every_verb(self):
        """every verb of weft lab knows --help"""
        for verb in ("run", "check", "show", "keys", "schema"):
            got = subprocess.run([WEFT, "lab", verb, "--help"], text=True,
                                 capture_output=True)
            self.assertEqual(got.returncode, 0, verb)
            self.assertTrue(got.stdout.startswith("usage: weft lab"), verb)


if __name__ == "__main__":
    unittest.main()
