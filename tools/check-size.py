#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check-size.py - no function over 70 lines, no file over its limit.

Files: .c, .py, .sh 600 lines, .h 250.  universal-ctags says where a function
begins and ends.
"""
import json
import pathlib
import subprocess
import sys

from allow import Allow

FUNCTION_MAX = 70
ROOTS = ("src", "include", "tests", "bench", "tools")
FILE_MAX = {".c": 600, ".h": 250, ".py": 600, ".sh": 600}


def files(*suffixes):
    return sorted(str(path) for root in ROOTS
                  for path in pathlib.Path(root).rglob("*")
                  if path.suffix in suffixes)


def functions(paths):
    """(path, name, first line, last line) of every C function."""
    run = subprocess.run(["ctags", "--languages=C", "--langmap=C:.c.h",
                          "--kinds-C=f", "--fields=+ne",
                          "--output-format=json", "-f", "-", "-L", "-"],
                         input="\n".join(paths), check=True,
                         capture_output=True, text=True)
    for line in run.stdout.splitlines():
        tag = json.loads(line)
        yield tag["path"], tag["name"], tag["line"], tag.get("end", 0)


def main():
    allow, bad = Allow({"function-size", "file-size"}), 0
    code = files(".c", ".h")
    for path, name, first, last in functions(code):
        length = last - first + 1
        if length > FUNCTION_MAX and \
                not allow.covers("function-size", f"{path}:{name}"):
            bad += 1
            print(f"{path}:{first}: {name}() has {length} lines, "
                  f"{FUNCTION_MAX} is the limit")
    for path in code + files(".py", ".sh"):
        limit = FILE_MAX[pathlib.Path(path).suffix]
        length = len(open(path, errors="replace").readlines())
        if length > limit and not allow.covers("file-size", path):
            bad += 1
            print(f"{path}:1: {length} lines, {limit} is the limit")
    return bad + allow.finish() != 0


if __name__ == "__main__":
    sys.exit(main())
