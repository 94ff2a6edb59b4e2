# SPDX-License-Identifier: MIT
"""namespace.py - a network that leads nowhere, and a user who may nothing.

A program that weft runs has no use for the machine's network.  Where it has
none at all, not even a loopback, what reached for it would fail.
"""
import os
import shutil
import subprocess
import sys

from weft import TIME_LIMIT, WEFT, Case


def may(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


# A namespace whose loopback is down; without root, where users may have one.
ALONE = next((x for x in (["unshare", "-n"], ["unshare", "-rn"])
              if shutil.which("unshare") and may(*x, "true")), [])

# Become an ordinary user, if this is root and such a user may run weft.
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
          "--no-new-privs"]


def nobody_may(program, *args):
    # setpriv has the powers of root until it has become the program.
    return may(*NOBODY, "sh", "-c", 'exec "$@"', "sh", program, *args)


if (os.geteuid() != 0 or not shutil.which("setpriv")
        or not nobody_may(WEFT, "--help")):
    NOBODY = []

# An interpreter that this user may run.
PYTHON = sys.executable
if NOBODY and not nobody_may(PYTHON, "-c", ""):
    PYTHON = "/usr/bin/python3"


class RunCase(Case):
    """Programs on the hosts of self.lab, which the test has written."""

    AS = []  # NOBODY: an ordinary user starts them

    def weft_run(self, *args, status=0, **more):
        """`weft run` with these arguments, whose exit status must be that."""
        more.setdefault("timeout", TIME_LIMIT)
        done = subprocess.run(
            [*ALONE, *self.AS, WEFT, "run", *map(str, args)], cwd=self.folder,
            capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL, **more)
        self.assertEqual(done.returncode, status,
                         done.stdout[-3000:] + done.stderr[-3000:])
        return done

    def run_on(self, host, *program, **more):
        """A program on a host; what it printed."""
        return self.weft_run(self.lab, host, "--", *program, **more).stdout


class AloneCase(RunCase):
    """The same, where the machine has no network that could help."""

    def setUp(self):
        if not ALONE:
            self.skipTest("no network namespaces here")
        super().setUp()
        self.folder.chmod(0o777)
