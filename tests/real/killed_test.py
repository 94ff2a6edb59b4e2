# SPDX-License-Identifier: MIT
"""Processes that are killed: what their peers see, and what is left of them.

WEFT_LIVES=1000 has a thousand of them.
"""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from namespace import ALONE, NOBODY, PYTHON, AloneCase
from weft import SOURCE, TIME_LIMIT, WEFT

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
FOREST = """
import os, signal, sys, time
def asked(*_):
    os.write(1, b"asked\\n")
    os._exit(7)
signal.signal(signal.SIGTERM, asked)
if os.fork() == 0 and os.fork() == 0:
    os.setsid()
os.write(1, b"here\\n")
time.sleep(60)
"""
# What differs from the kernel, and is said in docs/run.md.
KNOWN = {}


class Killed(AloneCase):
    def setUp(self):
        super().setUp()
        self.lab = self.write("lan.yaml", LAB)

    def run_probe(self, address, *more):
        return self.weft_run(
            self.lab, "laptop", "--", "sh", "-c",
            f"exec {PYTHON} {PROBE} {address} {' '.join(more)}",
            timeout=10 * TIME_LIMIT)

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

    def test_weft_is_killed(self):
        """whichever of its two processes is killed, no program runs on"""
        for which in 0, 1:
            with self.subTest(which=which):
                weft, mark = self.begin_forest()
                guard = int(pathlib.Path(
                    f"/proc/{weft.pid}/task/{weft.pid}/children"
                ).read_text().split()[0]) if which else weft.pid
                os.kill(guard, signal.SIGKILL)
                weft.wait(TIME_LIMIT)
                deadline = time.monotonic() + TIME_LIMIT
                while self.left(mark) and time.monotonic() < deadline:
                    time.sleep(0.02)
                self.assertEqual(self.left(mark), [])

    def test_weft_is_killed_by_name(self):
        """pkill -9 weft: one of the two has another name, and tidies up"""
        weft, mark = self.begin_forest()
        ours = [weft.pid, *map(int, pathlib.Path(
            f"/proc/{weft.pid}/task/{weft.pid}/children").read_text().split())]
        named = [pid for pid in ours if "weft" in pathlib.Path(
            f"/proc/{pid}/comm").read_text()]
        self.assertEqual(len(named), 1)
        for pid in named:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(weft.wait(TIME_LIMIT), 128 + signal.SIGKILL)
        self.assertEqual(self.left(mark), [])

    def test_weft_is_asked_to_end(self):
        """SIGTERM reaches every process of every program"""
        weft, mark = self.begin_forest()
        os.kill(weft.pid, signal.SIGTERM)
        said = weft.communicate(timeout=TIME_LIMIT)[0].split()
        self.assertEqual(sorted(said), ["asked"] * 3)
        self.assertEqual(weft.returncode, 7)
        self.assertEqual(self.left(mark), [])

    def begin_forest(self):
        """A program with a child and a daemon; its mark is in all of them."""
        mark = f"forest-{os.getpid()}-{time.monotonic_ns()}"
        weft = subprocess.Popen(
            [*self.AS, WEFT, "run", self.lab, "laptop", "--", PYTHON, "-c",
             FOREST, mark], cwd=self.folder, stdout=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL)
        self.addCleanup(weft.stdout.close)
        for _ in range(3):
            self.assertEqual(weft.stdout.readline(), "here\n")
        self.assertEqual(len(self.left(mark)), 3)
        return weft, mark

    @staticmethod
    def left(mark):
        """Processes of a forest, but not the weft that runs it."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_text().split("\0")
            except OSError:
                continue
            if mark in words and words[0] == PYTHON:
                found.append(path)
        return found

    def test_nothing_is_left(self):
        """many processes come and go, and weft has what it had before"""
        with open(self.folder / "said", "w+") as said:
            done = subprocess.run(
                [*ALONE, *self.AS, WEFT, "run", self.lab, "laptop", "--", "sh",
                 "-c", f"exec {PYTHON} {PROBE} 10.1.0.10 {COUNT} $PPID "
                 f"{said.name}"], cwd=self.folder, stderr=said, text=True,
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                timeout=10 * TIME_LIMIT)
            said.seek(0)
            lines = said.read()
        self.assertEqual(done.returncode, 0, lines)
        # Of each of three times the last count, from when all was quiet.
        counts = [json.loads(lines.splitlines()[int(x.split()[1]) - 1])
                  for x in done.stdout.splitlines() if x.startswith("count ")]
        self.assertEqual(len(counts), 3, lines)
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
