#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Manual pages of the public functions, made of the comments in include/weft.

    tools/manpages.py --list                names of the pages, for meson
    tools/manpages.py --out DIR [--version V]

A function without a kernel-doc comment, a parameter without a word about it,
or a word about a parameter that is not there is an error: what is not
documented does not build.
"""
import argparse
import pathlib
import re
import sys

HEADERS = pathlib.Path(__file__).resolve().parent.parent / "include" / "weft"
DATE = "November 20, 2026"
ENTRY = re.compile(r"/\*\*\n(?P<doc>(?: \*[^\n]*\n)+?) \*/\n"
                   r"WEFT_API (?P<proto>[^;]+);")
PUBLIC = re.compile(r"^WEFT_API\s[^;]*?\b(weft_\w+)\(", re.M)


class Function:
    def __init__(self, header, doc, proto):
        self.header = header
        self.proto = " ".join(proto.split())
        self.name = re.search(r"\b(weft_\w+)\(", self.proto).group(1)
        self.brief = ""
        self.params = []  # [name, text]
        self.body = []    # paragraphs
        self.returns = ""
        self.parse([line[3:] if len(line) > 2 else ""
                    for line in doc.splitlines()])

    def parse(self, lines):
        head = re.fullmatch(r"(\w+)\(\) - (.+)", lines[0])
        if not head or head.group(1) != self.name:
            raise SystemExit(f"{self.header}: {self.name}: its comment begins "
                             f"with '{lines[0]}'")
        self.brief = head.group(2)
        paragraph = []
        for line in lines[1:] + [""]:
            param = re.match(r"@(\w+):\s+(.*)", line)
            if param:
                self.params.append([param.group(1), param.group(2)])
            elif line.startswith("\t") and self.params and not paragraph:
                self.params[-1][1] += " " + line.strip()
            elif line.strip():
                paragraph.append(line.strip())
            elif paragraph:
                self.body.append(" ".join(paragraph))
                paragraph = []
        for text in list(self.body):
            if text.startswith("Return: "):
                self.returns = text[len("Return: "):]
                self.body.remove(text)

    def arguments(self):
        inside = self.proto[self.proto.index("(") + 1:-1]
        return [] if inside == "void" else [
            re.search(r"(\w+)(\[\d*\])?$", part.strip()).group(1)
            for part in inside.split(",") if part.strip() != "..."]

    def check(self):
        said = [name for name, _ in self.params]
        # The stack (or network) that a call belongs to needs no word.
        silent = [a for a in self.arguments()
                  if a not in said and a not in ("stack", "net", "arg")]
        extra = [name for name in said if name not in self.arguments()]
        if silent or extra:
            raise SystemExit(f"{self.header}: {self.name}: not documented: "
                             f"{silent}; documented and not there: {extra}")


def functions():
    found = []
    for path in sorted(HEADERS.glob("*.h")):
        text = path.read_text()
        here = [Function(path.name, m["doc"], m["proto"])
                for m in ENTRY.finditer(text)]
        bare = set(PUBLIC.findall(text)) - {f.name for f in here}
        if bare:
            raise SystemExit(f"{path.name}: without a comment: {sorted(bare)}")
        found += here
    for f in found:
        f.check()
    return found


def escape(text):
    text = text.replace("\\", "\\e")
    text = re.sub(r"@(\w+)", r"\\fI\1\\fP", text)
    text = re.sub(r"\b(weft_\w+)\(\)", r"\\fB\1\\fP(3)", text)
    return "\\&" + text if text.startswith((".", "'")) else text


def page(f, version):
    out = [f".TH {f.name.upper()} 3 \"{DATE}\" \"weft {version}\" \"weft\"",
           ".SH NAME", f"{f.name} \\- {f.brief[0].lower() + f.brief[1:]}",
           ".SH SYNOPSIS", ".nf", "#include <weft/weft.h>", ".PP",
           f"{f.proto};", ".fi", ".SH DESCRIPTION"]
    for text in f.body or [f.brief + "."]:
        out += [".PP" if out[-1] != ".SH DESCRIPTION" else None, escape(text)]
    for name, text in f.params:
        out += [".TP", f".I {name}", escape(text)]
    if f.returns:
        out += [".SH RETURN VALUE",
                escape(f.returns[0].upper() + f.returns[1:])]
    out += [".SH SEE ALSO", f"The header weft/{f.header},",
            ".BR weft (1)"]
    return "\n".join(line for line in out if line is not None) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--version", default="")
    args = parser.parse_args()
    found = functions()
    if args.list:
        print("\n".join(sorted(f"{f.name}.3" for f in found)))
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        for f in found:
            (args.out / f"{f.name}.3").write_text(page(f, args.version))
    return 0


if __name__ == "__main__":
    sys.exit(main())
