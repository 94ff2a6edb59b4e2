# SPDX-License-Identifier: MIT
"""Processes that are killed: what their peers see, and what is left of them.

WEFT_LIVES=1000 has a thousand of them.
"""
import json
import os
import subprocess
import unittest

from namespace import ALONE, NOBODY, PYTHON
from weft import SOURCE, TIME_LIMIT, WEFT, Case

PROBE = SOURCE / "tests/real/killed_probe.py"
COUNT = os.environ.get("WEFT_LIVES", "60")
LAB = """\
name: lan
lans:
  lan: {net: 10.1.0.0/24, join: [laptop, server], delay: 100us}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
# What differs from the kernel, and is said in docs/run.md.
KNOWN = {}


class Killed(Case):
    AS = []

    def setUp(self):
        super().setUp()
        if not ALONE:
            self.skipTest("no network namespaces here")
        self.folder.chmod(0o777)
        self.lab = self.write("lan.yaml", LAB)

    def run_probe(self, address, *more):
        done = subprocess.run(
            [*ALONE, *self.AS, WEFT, "run", self.lab, "laptop", "--", "sh",
             "-c", f"exec {PYTHON} {PROBE} {address} {' '.join(more)}"],
            cwd=self.folder, capture_output=True, text=True,
            timeout=10 * TIME_LIMIT, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return done

    def test_peers_see_what_tcp_says(self):
        """a FIN or a reset, as the kernel sends them for a killed process"""
        kernel = subprocess.run(
            [*ALONE, "sh", "-c", "ip link set lo up && exec "
             f"{PYTHON} {PROBE} 127.0.0.1 0"], check=True, text=True,
            capture_output=True, timeout=TIME_LIMIT).stdout
        want = [KNOWN.get(x, x) for x in kernel.splitlines()]
        for address in "127.0.0.1", "10.1.0.10":
            said = self.run_probe(address, "0").stdout.splitlines()
            self.assertEqual(want, said, address)
        self.assertGreater(len(want), 12)

    def test_nothing_is_left(self):
        """many processes come and go, and weft has what it had before"""
        done = self.run_probe("10.1.0.10", COUNT, "$PPID")
        counts = [json.loads(x) for x in done.stderr.splitlines()]
        self.assertEqual(len(counts), 3, done.stderr)
        # The first of the three has warmed tables and caches.
        before, after = counts[1:]
        room = 65536
        self.assertLess(abs(after.pop("memory") - before.pop("memory")), room)
        self.assertEqual(before, after)
        self.assertEqual(after["parked"], 0)
        self.assertEqual(after["programs"], 1)


@unittest.skipUnless(NOBODY, "this is no root who could become somebody else")
class KilledAsNobody(Killed):
    """The same as an ordinary user."""

    AS = NOBODY


if __name__ == "__main__":
    unittest.main()
