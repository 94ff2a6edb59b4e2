#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""work.py PROGRAM [ARGUMENT]... - run the rows where instructions are counted.

The program asks callgrind for its count and reads the answer in callgrind's
log (work.c).  Without callgrind, or for a program that AddressSanitizer
watches already, the test is skipped aloud.
"""
import os
import shutil
import subprocess
import sys
import tempfile


def why_not(program):
    """A reason to skip, or None."""
    if not shutil.which("valgrind"):
        return "valgrind is not installed"
    with open(program, "rb") as file:
        if b"__asan_init" in file.read():
            return "AddressSanitizer and valgrind exclude each other"
    return None


def main():
    reason = why_not(sys.argv[1])
    if reason:
        print(f"1..1\nok 1 - work per frame # SKIP {reason}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        command = ["valgrind", "--tool=callgrind", f"--log-file={log}",
                   f"--callgrind-out-file={folder}/out", *sys.argv[1:]]
        # Not `rep stos`, one instruction that is counted for each octet.
        tunables = ("glibc.cpu.x86_rep_stosb_threshold=1000000000:"
                    "glibc.cpu.x86_rep_movsb_threshold=1000000000")
        env = dict(os.environ, WEFT_WORK_LOG=log, GLIBC_TUNABLES=tunables)
        return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
