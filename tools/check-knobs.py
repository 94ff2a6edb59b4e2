#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check-knobs.py - every knob of TCP turns something, or says that it does not.

A knob is a line X(field, ...) of src/tcp/tcp_knobs.h.  It turns something if a
file below src/ reads the field through a name that is that of the knobs:
knobs.FIELD, k->FIELD or tcp_knobs(...)->FIELD.  One whose text says
"no effect" must not be read.
"""
import pathlib
import re
import sys

LIST = pathlib.Path("src/tcp/tcp_knobs.h")
LINE = re.compile(r'^X\((\w+),.*"([^"]*)"\)')
READ = re.compile(r"(?:\bknobs\.|\bk->|\btcp_knobs\([^()]*\)->)(\w+)")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def fields_read():
    """The names that some file reads."""
    names = set()
    for path in pathlib.Path("src").rglob("*.[ch]"):
        if path.stem != "tcp_knobs":
            text = COMMENT.sub("", path.read_text(errors="replace"))
            names.update(READ.findall(text))
    return names


def main():
    read, bad, count = fields_read(), 0, 0
    for n, line in enumerate(LIST.read_text().splitlines(), 1):
        m = LINE.match(line)
        if not m:
            continue
        field, text = m.groups()
        count += 1
        says_nothing = "no effect" in text
        if field in read and says_nothing:
            print(f'{LIST}:{n}: {field} says "no effect", but it is read')
            bad += 1
        elif field not in read and not says_nothing:
            print(f'{LIST}:{n}: {field} turns nothing: read it, or let its '
                  'text say "no effect"')
            bad += 1
    if not count:
        print(f"{LIST}:1: no line of this file is a knob")
        bad += 1
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
