# SPDX-License-Identifier: MIT
"""The checkers in tools/ find what they are for, and let the rest pass."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["WEFT_SOURCE"])
HEAD = "// SPDX-License-Identifier: MIT\n/* x.c - made up */\n"
HEADER = "/* SPDX-License-Identifier: MIT */\n#ifndef X\n/* x.h - made up */\n"


class Case(unittest.TestCase):
    """A small tree of its own with a copy of the tools."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(SOURCE / "tools", self.root / "tools",
                        ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "tools/allow.txt").write_text("")
        (self.root / "docs").mkdir()

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_tool(self, name, *args):
        run = subprocess.run([sys.executable, f"tools/{name}", *args],
                             cwd=self.root, capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout

    def expect(self, tool, *findings, args=()):
        status, out = self.run_tool(tool, *args)
        for finding in findings:
            self.assertIn(finding, out)
        self.assertEqual(len(out.splitlines()), len(findings), out)
        self.assertEqual(status, 1 if findings else 0)


class Text(Case):
    def test_clean(self):
        """a clean file passes, whatever its comments and strings say"""
        self.write("src/tcp/x.c", HEAD + '/* never strcpy() */\n'
                   'const char *x(void)\n{\n\treturn "sprintf(";\n}\n')
        self.expect("check-text.py")

    def test_licence_and_opening(self):
        """a file without licence line or opening comment is found"""
        self.write("src/tcp/x.c", "int x;\n")
        self.expect("check-text.py", "x.c:1: the first line is",
                    "x.c:2: no comment at the top")

    def test_header_opens_behind_its_guard(self):
        """a header may open with its comment behind the guard"""
        self.write("src/tcp/x.h", HEADER + "#endif\n")
        self.expect("check-text.py")

    def test_banned_everywhere(self):
        """strcpy is found in any directory"""
        for place in ("src/lab/x.c", "tests/unit/x.c"):
            self.write(place, HEAD + "void f(void)\n{\n\tstrcpy(a, b);\n}\n")
        self.expect("check-text.py", "src/lab/x.c:5: strcpy(): use",
                    "tests/unit/x.c:5: strcpy(): use")

    def test_banned_in_the_core_only(self):
        """malloc is found in the core and allowed in the program"""
        body = HEAD + "void f(void)\n{\n\tp = malloc(1);\n}\n"
        self.write("src/lab/x.c", body)
        self.expect("check-text.py")
        self.write("src/tcp/y.c", body)
        self.expect("check-text.py", "src/tcp/y.c:5: malloc()")

    def test_members_are_no_calls(self):
        """m->free(p) and my_free(p) are not free(p)"""
        self.write("src/tcp/x.c", HEAD + "void f(void)\n{\n\tm->free(p);\n"
                   "\tops.malloc(1);\n\tmy_free(p);\n}\n")
        self.expect("check-text.py")

    def test_exception_covers_and_must_be_needed(self):
        """an exception is honoured, needs a reason, and must be needed"""
        self.write("tools/allow.txt", "banned src/tcp/x.c:free  # why not\n"
                   "banned src/tcp/x.c:time\n")
        self.write("src/tcp/x.c", HEAD + "void f(void)\n{\n\tfree(p);\n}\n")
        self.expect("check-text.py", "allow.txt:2: an exception needs a",
                    "allow.txt:2: banned src/tcp/x.c:time is not needed")

    def test_blanks(self):
        """blanks at the end of a line are found"""
        self.write("src/tcp/x.c", HEAD + "int x; \n")
        self.expect("check-text.py", "x.c:3: blanks at the end")


@unittest.skipUnless(shutil.which("ctags"), "needs universal-ctags")
class Size(Case):
    def function(self, lines):
        return HEAD + "int f(void)\n{\n" + "\tg();\n" * (lines - 4) + \
            "\treturn 0;\n}\n"

    def test_function_of_70_lines(self):
        """a function of 70 lines passes, one of 71 does not"""
        self.write("src/tcp/x.c", self.function(70))
        self.expect("check-size.py")
        self.write("src/tcp/x.c", self.function(71))
        self.expect("check-size.py", "x.c:3: f() has 71 lines")

    def test_files(self):
        """files over their limits are found"""
        self.write("src/tcp/x.c", "int x;\n" * 601)
        self.write("src/tcp/x.h", "int x;\n" * 251)
        self.write("src/tcp/y.h", "int x;\n" * 250)
        self.expect("check-size.py", "x.c:1: 601 lines", "x.h:1: 251 lines")


class Layers(Case):
    def test_arrow_that_the_table_lacks(self):
        """wire/ may not include tcp/"""
        self.write("src/tcp/tcp.h", HEADER + "#endif\n")
        self.write("src/tcp/tcp_int.h", HEADER + "#endif\n")
        self.write("src/wire/x.c", HEAD + '#include "tcp/tcp.h"\n')
        self.expect("check-layers.py", "wire/ may not include tcp/")

    def test_private_header_and_os(self):
        """private headers and OS headers are found"""
        self.write("src/tcp/x.c", HEAD + '#include "ip/ip_int.h"\n'
                   "#include <unistd.h>\n#include <string.h>\n")
        self.expect("check-layers.py", "is private to ip/",
                    "<unistd.h>: tcp/ is kept free of the OS")


class Knobs(Case):
    def knobs(self, *lines):
        self.write("src/tcp/tcp_knobs.h", HEADER + "".join(
            f'X({name}, "tcp_{name}", "flag", 0, 0, 1, "{text}") \\\n'
            for name, text in lines))

    def test_a_knob_that_is_read(self):
        """a knob that some file reads passes, whatever the way to it"""
        self.knobs(("sack", "blocks"), ("dsack", "twice"), ("ecn", "marks"))
        self.write("src/tcp/x.c", HEAD + "int a = c->tcp->knobs.sack;\n"
                   "int b = k->dsack;\nint d = tcp_knobs(stack)->ecn;\n")
        self.expect("check-knobs.py")

    def test_a_knob_that_nobody_reads(self):
        """longer names, comments and other structs do not count"""
        self.knobs(("sack", "blocks"))
        self.write("src/tcp/x.c", HEAD + "/* k->sack */\nint a = o->sack;\n"
                   "int b = k->sack_count;\n")
        self.expect("check-knobs.py", "tcp_knobs.h:4: sack turns nothing")

    def test_a_knob_without_effect(self):
        """it passes when its text says so, and only while that is true"""
        self.knobs(("sack", "kept for scripts, no effect here"))
        self.expect("check-knobs.py")
        self.write("src/tcp/x.c", HEAD + "int a = k->sack;\n")
        self.expect("check-knobs.py", "tcp_knobs.h:4: sack says \"no effect\"")


class RfcIndex(Case):
    def page(self):
        self.assertEqual(self.run_tool("rfc-index.py"), (0, ""))
        return (self.root / "docs/rfc.md").read_text()

    def test_code_and_tests_meet(self):
        """a citation in code and one in a test share a row"""
        self.write("src/tcp/x.c", HEAD + "/* RFC 9293, 3.10.7.4 */\n")
        self.write("tests/unit/x.c", HEAD + "\n// see RFC 9293, 3.10.7.4.\n")
        self.assertIn("| 3.10.7.4 | [tcp/x.c:3](../src/tcp/x.c#L3) "
                      "| [unit/x.c:4](../tests/unit/x.c#L4) |", self.page())

    def test_forms(self):
        """line breaks, whole documents, ends of sentences"""
        self.write("src/tcp/x.c", HEAD + "/* as in RFC\n * 5681, 3.1: and\n"
                   " * RFC 768 says; RFC 791, 20 octets; RFC 1122, 4.\n */\n")
        page = self.page()
        for rfc, section in (("5681", "3.1"), ("768", "(whole)"),
                             ("791", "(whole)"), ("1122", "4")):
            table = page[page.index(f"## RFC {rfc}"):]
            self.assertIn(f"\n| {section} | [tcp/x.c:", table)

    def test_stale(self):
        """a new citation makes the page stale, a moved line does not"""
        self.write("src/tcp/x.c", HEAD + "/* RFC 9293, 3.4 */\n")
        self.page()
        self.write("src/tcp/x.c", HEAD + "\n\n/* RFC 9293, 3.4 */\n")
        self.expect("rfc-index.py", args=["--check"])
        self.write("src/tcp/x.c", HEAD + "/* RFC 9293, 3.4, RFC 768 */\n")
        self.expect("rfc-index.py", "docs/rfc.md is stale", args=["--check"])


if __name__ == "__main__":
    unittest.main()
