# SPDX-License-Identifier: MIT
"""weft is stopped and goes on (Ctrl-Z, a debugger, a busy machine)."""
import os
import pathlib
import signal
import subprocess
import time
import unittest

from namespace import NOBODY, PYTHON, AloneCase
from weft import TIME_LIMIT, WEFT

LAB = """\
name: lan
lans:
  lan: {net: 10.1.0.0/24, join: [laptop, server], delay: 100us}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
# Gets descriptors, of sockets, of files that weft writes and of connections,
# until it is told to stop; says what was not as it should be.
GETS = """
import os, socket, sys
print("here", flush=True)
before = len(os.listdir("/proc/self/fd"))
door = socket.create_server(("10.1.0.10", 7))
rounds, bad = 0, []
while not os.path.exists("enough"):
    rounds += 1
    try:
        near = socket.create_connection(("10.1.0.10", 7))
        far, name = door.accept()
        near.sendall(b"there")
        if far.recv(5) != b"there" or near.getsockname() != name:
            bad.append("other octets")
        with open("/etc/hosts") as f:
            if "laptop" not in f.read():
                bad.append("other file")
        if min(near.fileno(), far.fileno()) < 3:
            bad.append("a descriptor that was there before")
        near.close()
        far.close()
    except (OSError, ValueError) as e:
        bad.append(repr(e))
door.close()
left = len(os.listdir("/proc/self/fd")) - before
print(rounds > 20, left, len(bad), bad[:3])
"""
STOPS = 1500


class Stopped(AloneCase):
    AS = NOBODY

    def test_descriptors_are_given_all_the_same(self):
        """each is what was asked for, once, however often weft is stopped"""
        lab = self.write("lan.yaml", LAB)
        weft = subprocess.Popen(
            [*self.AS, WEFT, "run", lab, "laptop", "--", PYTHON, "-c", GETS],
            cwd=self.folder, stdout=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL)
        self.addCleanup(weft.stdout.close)
        self.addCleanup(weft.kill)
        self.assertEqual(weft.stdout.readline(), "here\n")
        supervisor = int(pathlib.Path(
            f"/proc/{weft.pid}/task/{weft.pid}/children").read_text().split()[0])
        for _ in range(STOPS):
            os.kill(supervisor, signal.SIGSTOP)
            os.kill(supervisor, signal.SIGCONT)
            time.sleep(0.0005)  # it runs meanwhile: calls are to be answered
        (self.folder / "enough").touch()
        said = weft.communicate(timeout=TIME_LIMIT)[0]
        self.assertEqual(said, "True 0 0 []\n")
        self.assertEqual(weft.returncode, 0)


if __name__ == "__main__":
    unittest.main()
