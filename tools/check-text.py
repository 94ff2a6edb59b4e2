#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check-text.py - what a reader relies on in every C file.

  - the licence line comes first, then a comment that says what the file is
  - no call that the table below bans, comments and strings left out
  - no line end blanks, no CR, a newline at the end
"""
import pathlib
import re
import sys

from allow import Allow

# The directories where time, randomness and memory are arguments.
CORE = ("base", "wire", "core", "link", "ip", "udp", "tcp", "sock", "inet",
        "io", "reactor", "vnet")
# The one place that hands out the C library's memory, when asked to.
EXCEPT = {"src/base/mem.c": ("malloc", "calloc", "realloc", "free")}
EVERYWHERE = ()

# name -> (directories where it is banned, what to do instead)
BANNED = {
    "strcpy": (EVERYWHERE, "strbuf, or memcpy with a checked size"),
    "strcat": (EVERYWHERE, "strbuf"),
    "strncpy": (EVERYWHERE, "strbuf: strncpy may leave no end"),
    "strncat": (EVERYWHERE, "strbuf"),
    "sprintf": (EVERYWHERE, "snprintf"),
    "vsprintf": (EVERYWHERE, "vsnprintf"),
    "gets": (EVERYWHERE, "fgets"),
    "strtok": (EVERYWHERE, "strtok_r or a cursor: it keeps hidden state"),
    "atoi": (EVERYWHERE, "strtol with every error checked"),
    "atol": (EVERYWHERE, "strtol with every error checked"),
    "atof": (EVERYWHERE, "strtod with every error checked"),
    "alloca": (EVERYWHERE, "an array of fixed size"),
    "rand": (EVERYWHERE, "the random stream of struct env"),
    "srand": (EVERYWHERE, "the random stream of struct env"),
    "random": (EVERYWHERE, "the random stream of struct env"),
    "drand48": (EVERYWHERE, "the random stream of struct env"),
    "usleep": (EVERYWHERE, "wait for what is awaited"),
    "sleep": (EVERYWHERE, "wait for what is awaited"),
    "time": (CORE, "the clock of struct env"),
    "clock": (CORE, "the clock of struct env"),
    "clock_gettime": (CORE, "the clock of struct env"),
    "gettimeofday": (CORE, "the clock of struct env"),
    "getrandom": (CORE, "the random stream of struct env"),
    "malloc": (CORE, "the memory of struct env"),
    "calloc": (CORE, "the memory of struct env"),
    "realloc": (CORE, "the memory of struct env"),
    "free": (CORE, "the memory of struct env"),
    "getenv": (CORE, "an argument"),
    "printf": (CORE, "an event or a strbuf"),
    "htons": (CORE, "wire/: nothing else swaps octets"),
    "htonl": (CORE, "wire/: nothing else swaps octets"),
    "ntohs": (CORE, "wire/: nothing else swaps octets"),
    "ntohl": (CORE, "wire/: nothing else swaps octets"),
}
# A call, not a member (x->free(...), x.free(...)) and not a longer name.
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
LICENCE = {".c": "// SPDX-License-Identifier: MIT",
           ".h": "/* SPDX-License-Identifier: MIT */"}
# A comment after the licence line, in a header also behind its guard and
# its includes.
OPENING = re.compile(r"[^\n]*\n(\s*#[^\n]*\n|\s*\n)*(/\*|//)")
# Comments, strings and characters: what is not code.
NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|"
                      r"'(?:\\.|[^'\\\n])*'", re.S)


def code_lines(text):
    """The text with everything but code blanked, line numbers kept."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return NOT_CODE.sub(blank, text).splitlines()


def check_form(path, text, complain):
    lines = text.split("\n")
    if lines[0] != LICENCE[path.suffix]:
        complain(1, "spdx", f'the first line is "{LICENCE[path.suffix]}"')
    if not OPENING.match(text):
        complain(2, "opening", "no comment at the top that says what the "
                 "file is")
    for n, line in enumerate(lines, 1):
        if line != line.rstrip():
            complain(n, "blanks", "blanks at the end of the line")
    if not text.endswith("\n") or text.endswith("\n\n"):
        complain(len(lines), "blanks", "the file ends in one newline")


def check_calls(path, text, complain):
    parts = path.parts
    here = parts[1] if parts[0] == "src" else ""
    for n, line in enumerate(code_lines(text), 1):
        for m in CALL.finditer(line):
            where, instead = BANNED[m.group(1)]
            # The declaration of a member or function of that name is no call.
            if re.match(r"\s*(static\s+)?(const\s+)?(void|int|\w+_t|struct "
                        r"\w+)\s*\**\s*$", line[:m.start()]):
                continue
            if where and here not in where:
                continue
            if m.group(1) in EXCEPT.get(str(path), ()):
                continue
            complain(n, "banned", f"{m.group(1)}(): use {instead}",
                     m.group(1))


def main():
    allow, bad = Allow({"spdx", "opening", "blanks", "banned"}), 0
    for root in ("src", "include", "tests", "bench", "tools"):
        for path in sorted(pathlib.Path(root).rglob("*.[ch]")):
            text = path.read_text(errors="replace")

            def complain(n, rule, what, name=""):
                nonlocal bad
                subject = f"{path}:{name}" if name else str(path)
                if not allow.covers(rule, subject):
                    bad += 1
                    print(f"{path}:{n}: {what}")

            check_form(path, text, complain)
            check_calls(path, text, complain)
    return bad + allow.finish() != 0


if __name__ == "__main__":
    sys.exit(main())
