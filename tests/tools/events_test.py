# SPDX-License-Identifier: MIT
"""tools/events.py: what the code tells is what the views ask for."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["WEFT_SOURCE"])
REASONS = """#define REASONS(X) \\
\tX(NONE, "none") \\
\tX(TCP_SYN, "tcp.syn") \\
\tX(TCP_STATE, "tcp.state")
"""
TEXTS = """static const struct words words[] = {
\tW(NONE, "frame", "a frame", NULL, NULL)
\tW(TCP_SYN, "SYN", "SYN to {dport}", "so it is", "9293 3.5")
\tW(TCP_STATE, "state", "SAY", NULL, NULL)
};
"""
EMIT = """void tell(struct tcp *c, enum reason what)
{
\tPROBE(&c->place, EV_STATE, what, NULL, EVF_TEXT("from", a),
\t      EVF_NUM(is_x ? "wait_ms" : NULL, f(1, "(")));
}

void syn(struct tcp *c)
{
\ttcp_out(c, R_TCP_SYN);
\ttell(c, R_TCP_STATE);
}
"""


def run(root, *args):
    return subprocess.run([sys.executable, root / "tools/events.py", *args],
                          cwd=root, capture_output=True, text=True)


class Tree(unittest.TestCase):
    """A small tree of its own with a copy of the tool."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(SOURCE / "tools", self.root / "tools",
                        ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "tools/allow.txt").write_text("")
        (self.root / "docs").mkdir()
        (self.root / "man").mkdir()
        shutil.copy(SOURCE / "man/weft-log.5", self.root / "man")
        self.write("core/reason.h", REASONS)
        self.write("tcp/tcp.c", EMIT)
        self.write("trace/explain.c", 'if (!strcmp(key, "dport"))\n')
        self.write("trace/back.c", "")
        self.write("trace/steps.c", "")
        self.say("{from}[, waits {wait_ms}]")

    def write(self, name, text):
        path = self.root / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def say(self, template):
        self.write("trace/explain_text.c", TEXTS.replace("SAY", template))

    def complaints(self):
        self.assertEqual(run(self.root).returncode, 0)
        check = run(self.root, "--check")
        self.assertEqual(check.stderr, "")
        self.assertEqual(check.returncode, 1 if check.stdout else 0)
        return check.stdout

    def test_good(self):
        """sentences that use what is told pass"""
        self.assertEqual(self.complaints(), "")

    def test_unknown_field(self):
        """a field that no event has is found"""
        self.say("{to}")
        self.assertIn("tcp.state: {to} is not told by src/tcp/tcp.c:3",
                      self.complaints())

    def test_field_of_some_events_only(self):
        """a field that is sometimes there must stand in brackets"""
        self.say("{from} {wait_ms}")
        self.assertIn("{wait_ms} is not told", self.complaints())

    def test_unknown_field_in_brackets(self):
        """a field in brackets must be told by somebody"""
        self.say("{from}[ {speed}]")
        self.assertIn("{speed} is not told", self.complaints())

    def test_frame_value(self):
        """a sentence about a frame may use its values, and no others"""
        self.write("trace/explain.c", 'if (!strcmp(key, "sport"))\n')
        self.assertIn("{dport} is not known of a frame", self.complaints())

    def test_unused_reason(self):
        """a reason that nobody uses is found"""
        self.write("tcp/tcp.c", EMIT.replace("R_TCP_SYN", "0"))
        self.assertIn("tcp.syn is never used", self.complaints())

    def test_tables(self):
        """a table that is played back asks for fields that are there"""
        self.write("trace/back.c",
                   'rules[] = {{R_TCP_STATE, "x", "local", NULL, "from"}};')
        self.assertIn("tcp.state has no field local", self.complaints())

    def test_steps(self):
        """a step that asks for what nobody tells is found"""
        self.write("trace/steps.c", "static void on_state(struct v *v)\n{\n"
                   '\tlog_text(ev, "nothing");\n}\n\n'
                   "x reactions[] = {{R_TCP_STATE, on_state}};\n")
        self.assertIn("on_state() asks for nothing", self.complaints())

    def test_stale_page(self):
        """the page must be that of this code"""
        self.complaints()
        self.say("now {from}")
        self.assertEqual(run(self.root, "--check").stdout.splitlines(),
                         ["docs/events.md is stale: run ./dev docs",
                          "man/weft-log.5 is stale: run ./dev docs"])

    def test_json(self):
        """the table for programs says what is always there"""
        table = json.loads(run(self.root, "--json").stdout)
        self.assertTrue(table["tcp.syn"]["is_frame"])
        self.assertEqual(table["tcp.state"]["kinds"], ["state"])
        self.assertEqual(table["tcp.state"]["fields"],
                         {"from": {"type": "text", "always": True},
                          "wait_ms": {"type": "number", "always": False}})


class Real(unittest.TestCase):
    def test_events_of_weft(self):
        """the views of weft ask for what weft tells"""
        lines = run(SOURCE, "--check").stdout.splitlines()
        self.assertEqual([x for x in lines if "is stale" not in x], [])


if __name__ == "__main__":
    unittest.main()
