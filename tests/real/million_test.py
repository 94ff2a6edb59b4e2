# SPDX-License-Identifier: MIT
"""Very many connections in one process: bench/million.c, small.

WEFT_MILLION says how many, if 10,000 are too few: the program says so itself if
the machine has no memory for them.
"""
import os
import re
import subprocess
import unittest

COUNT = int(os.environ.get("WEFT_MILLION", "10000"))
END_MAX = 700                    # octets of an end that was used


class Million(unittest.TestCase):
    def test_each_of_very_many_connections_answers_for_itself(self):
        done = subprocess.run([os.environ["MILLION"], "connections", str(COUNT)],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        if done.stdout.startswith("SKIPPED"):
            self.skipTest(done.stdout.strip())
        self.assertIn(f"{COUNT} true, 0 wrong", done.stdout)
        idle = re.search(r"idle again: ([\d.]+) octets an end", done.stdout)
        self.assertLessEqual(float(idle[1]), END_MAX, done.stdout)


if __name__ == "__main__":
    unittest.main()
