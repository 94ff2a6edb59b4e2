#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lab.py FILE - run a lab file as tests, in TAP.

Three tests: the file is valid, every expectation in it holds, and a second
run with the same seed is byte for byte the first one.
"""
import os
import subprocess
import sys
import tempfile


def attempt(number, name, args, cwd):
    run = subprocess.run(args, cwd=cwd, capture_output=True, text=True,
                         errors="replace", stdin=subprocess.DEVNULL)
    good = run.returncode == 0
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print(f"# exit status {run.returncode}: {' '.join(args)}")
        for line in (run.stdout + run.stderr).splitlines()[-60:]:
            print("#", line)
    sys.stdout.flush()
    return good


def main():
    weft, path = os.environ["WEFT"], os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        results = [
            attempt(1, "the file is valid", [weft, "lab", "check", path],
                    folder),
            attempt(2, "every expectation holds",
                    [weft, "lab", "run", path, "-o", folder], folder),
            attempt(3, "the same seed gives the same bytes",
                    [weft, "lab", "run", "--twice", path, "-o", folder],
                    folder),
        ]
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
