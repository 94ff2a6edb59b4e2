# SPDX-License-Identifier: MIT
"""namespace.py - a network that leads nowhere, and a user who may nothing.

A program that weft runs has no use for the machine's network.  Where it has
none at all, not even a loopback, what reached for it would fail.
"""
import os
import shutil
import subprocess
import sys

from weft import WEFT


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
