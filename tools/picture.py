#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""picture.py WEFT FILE - put real runs of the program into a document.

A block of FILE between the lines

    <!-- run: weft visit http://www.shop.test/ -->
    <!-- end of run -->

is replaced by what that command prints (virtual time, so it prints the same
everywhere).  `head N` behind the command keeps the first N lines.  A command
that fails leaves the file alone and says so.
"""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(<!-- run: weft (.*?)(?: \| head (\d+))? -->\n)"
                   r".*?(<!-- end of run -->)", re.S)


def picture(weft, words, limit):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([weft, *shlex.split(words)], cwd=folder,
                             capture_output=True, text=True, timeout=60,
                             stdin=subprocess.DEVNULL)
    if run.returncode != 0:
        raise SystemExit(f"weft {words}: exit status {run.returncode}, the "
                         f"document stays as it is\n{run.stderr}")
    lines = run.stdout.rstrip().splitlines()
    if limit and len(lines) > int(limit):
        lines = lines[:int(limit)] + ["..."]
    return "\n".join(line.rstrip() for line in lines)


def main():
    weft, path = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    text = path.read_text()

    def fill(m):
        head, words, limit, end = m.groups()
        return (f"{head}```\n$ weft {words}\n"
                f"{picture(weft, words, limit)}\n```\n{end}")

    path.write_text(BLOCK.sub(fill, text))


if __name__ == "__main__":
    main()
