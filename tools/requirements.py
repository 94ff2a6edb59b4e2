# SPDX-License-Identifier: MIT
"""Numbered requirements of an RFC: what docs/rfc.md says about each.

docs/requirements/rfcN.txt lists them, one a line: number, section, code, what
is required in our words; a "!" begins the reason why one is not followed.  The
tests of a requirement are the files below tests/ that name its number, the
code is a function (`tcp/tcp_in.c:in_rst`) or a whole file.
"""
import pathlib
import re

STRENGTHS = (("MUST", "MUST"), ("SHLD", "SHOULD"), ("REC", "RECOMMENDED"),
             ("MAY", "MAY"))
NUMBER = re.compile(r"\b(?:MUST|SHLD|REC|MAY)-\d+\b")
LINE = re.compile(r"((?:MUST|SHLD|REC|MAY)-\d+) +(\S+) +(\S+) +(.+)")


class Requirement:
    def __init__(self, root, line, where):
        m = LINE.fullmatch(line)
        if not m:
            raise SystemExit(f"{where}: not `number section code text`")
        self.number, self.section, self.code, text = m.groups()
        self.text, _, self.reason = (p.strip() for p in text.partition("!"))
        self.strength = self.number.split("-")[0]
        self.tests = []
        self.line = code_line(root, self.code)

    def code_link(self):
        path, _, name = self.code.partition(":")
        anchor = f"#L{self.line}" if self.line else ""
        return f"[{name or path}](../src/{path}{anchor})"

    def result(self):
        if self.reason:
            return f"not followed: {self.reason}"
        return "met" if self.tests else "no test"

    def problems(self):
        if self.line is None:
            yield f"{self.number}: there is no {self.code} in src/"
        if not self.reason and not self.tests and self.strength != "MAY":
            yield f"{self.number}: no test names it"
        if self.reason and self.strength == "MUST":
            yield f"{self.number}: a MUST is not followed"


def code_line(root, code):
    """Line of a definition; 0: a whole file; None: not there."""
    path, _, name = code.partition(":")
    file = root / "src" / path
    if not file.exists():
        return None
    if not name:
        return 0
    definition = re.compile(rf"^[a-z].*\b{name}\b")
    for n, line in enumerate(file.read_text().splitlines(), 1):
        if definition.match(line) and not line.endswith(";"):
            return n
    return None


def load(root, rfc):
    """The requirements of one RFC with their tests."""
    path = root / "docs" / "requirements" / f"rfc{rfc}.txt"
    rows = [Requirement(root, line, f"{path.name}:{n}") for n, line in
            enumerate(path.read_text().splitlines(), 1)
            if line and not line.startswith("#")]
    by_number = {r.number: r for r in rows}
    for file in sorted((root / "tests").rglob("*")):
        if file.suffix not in (".c", ".py", ".pkt", ".yaml"):
            continue
        for number in set(NUMBER.findall(file.read_text(errors="replace"))):
            if number in by_number:
                by_number[number].tests.append(
                    str(file.relative_to(root / "tests")))
    return rows


def problems(rows):
    return [p for r in rows for p in r.problems()]


def summary(rows):
    out = []
    for key, word in STRENGTHS:
        mine = [r for r in rows if r.strength == key]
        met = sum(r.result() == "met" for r in mine)
        refused = sum(bool(r.reason) for r in mine)
        out.append(f"{word}: {met} of {len(mine)} met"
                   + (f", {refused} not followed" if refused else ""))
    return "; ".join(out) + "."


def test_links(tests, most=4):
    links = [f"[{pathlib.PurePath(t).name}](../tests/{t})"
             for t in tests[:most]]
    more = len(tests) - most
    return " ".join(links) + (f" and {more} more" if more > 0 else "") or "-"


def table(rows):
    lines = [summary(rows), "",
             "| number | section | what is required | code | tests | result |",
             "|---|---|---|---|---|---|"]
    lines += [f"| {r.number} | {r.section} | {r.text} | {r.code_link()} "
              f"| {test_links(r.tests)} | {r.result()} |" for r in rows]
    return lines
