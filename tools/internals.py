#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""internals.py [--check] - the tables in docs/internals/.

Each page has one block between `<!-- files -->` and `<!-- end of files -->`:
what the directory may include (tools/layers.txt) and a table of its files.
The words about a file are the first line of its opening comment,
`name.c - what it is`; so they are written once, where they are true.
With --check nothing is written, and a page that is stale fails.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "internals"
BLOCK = re.compile(r"<!-- files -->\n.*?<!-- end of files -->", re.S)


def layers():
    table = {}
    for line in (ROOT / "tools/layers.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            table[words[1]] = (words[2:-1], words[-1] == "yes")
    return table


def summary(path):
    """What the opening comment says behind "name.c - ", joined."""
    text = path.read_text(errors="replace")[:4000]
    m = re.search(r"\b" + re.escape(path.name) + r" - (.+?)(?:\n[ \t]*\*?"
                  r"[ \t]*\n|\*/)", text, re.S)
    if not m:
        return ""
    words = re.sub(r"\s*\n\s*\*\s*", " ", m.group(1)).strip()
    return words.replace("|", "\\|").rstrip(".")


def block(name, allowed, os_headers):
    may = " ".join(f"`{d}`" for d in allowed if d not in "-*")
    lines = ["<!-- files -->"]
    if "*" in allowed:
        lines.append("May include: everything.")
    else:
        lines.append(f"May include: {may or 'nothing but itself'}.")
    lines[-1] += " The operating system's headers: " + \
        ("yes." if os_headers else "no.")
    files = sorted(p for p in (ROOT / "src" / name).glob("*.[ch]"))
    if files:
        lines += ["", "| file | what it is |", "|---|---|"]
        lines += [f"| [{p.name}](../../src/{name}/{p.name}) | {summary(p)} |"
                  for p in files]
    else:
        lines += ["", "Not yet: there is no file here."]
    return "\n".join(lines + ["<!-- end of files -->"])


def main():
    check, stale = "--check" in sys.argv[1:], 0
    for name, (allowed, os_headers) in layers().items():
        page = PAGES / f"{name}.md"
        if not page.exists():
            if (ROOT / "src" / name).exists():
                print(f"docs/internals/{name}.md is missing")
                stale += 1
            continue
        text = page.read_text()
        new = BLOCK.sub(lambda _: block(name, allowed, os_headers), text)
        if new != text and check:
            print(f"docs/internals/{name}.md is stale: run ./dev docs")
            stale += 1
        elif new != text:
            page.write_text(new)
    return stale != 0


if __name__ == "__main__":
    sys.exit(main())
