# SPDX-License-Identifier: MIT
"""The manual pages and the program's own help say the same."""
import re
import subprocess
import unittest

from weft import SOURCE, Case, tool

PAGES = {"visit": "weft-visit.1", "lab": "weft-lab.1", "why": "weft.1",
         "hops": "weft.1", "show": "weft.1", "back": "weft.1"}
# An option as it stands in a text: -l, -vv, --log.
OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)")


class Manual(Case):
    def commands(self):
        out = self.weft("help").stdout
        block = out[out.index("commands:"):out.index("examples:")]
        return re.findall(r"^  ([a-z]+) ", block, re.M)

    def page(self, name):
        run = subprocess.run([tool("mandoc"), "-T", "utf8", "-O", "width=200",
                              SOURCE / "man" / name], check=True,
                             capture_output=True)
        return re.sub(rb".\x08", b"", run.stdout).decode()

    def test_every_command_has_a_page(self):
        """every command of weft help stands in a manual page"""
        for command in self.commands():
            if command != "help":
                self.assertIn(command, PAGES)
                self.assertIn(command, self.page("weft.1"))

    def test_every_command_has_help(self):
        """every command says how it is used, and shows an example"""
        for command in self.commands():
            out = self.weft(command, "--help").stdout
            self.assertIn("usage: weft", out)
            self.assertIn("examples:", out)

    def test_every_option_is_documented(self):
        """every option of a command's help stands in its manual page"""
        for command, name in PAGES.items():
            page = self.page(name) + self.page("weft-visit.1")
            known = set(OPTION.findall(page)) | {"-vv", "--help"}
            for letters in re.findall(r"\[-([a-z]+)\]", page):
                known |= {"-" + x for x in letters}
            options = set(OPTION.findall(self.weft(command, "--help").stdout))
            self.assertLessEqual(options, known, command)

    def test_every_option_is_completed(self):
        """every option of a command's help is offered by the Tab key"""
        text = (SOURCE / "completion" / "weft.bash").read_text()
        offered = set(OPTION.findall(text)) | {"-s", "-t"}
        for command in PAGES:
            options = set(OPTION.findall(self.weft(command, "--help").stdout))
            self.assertLessEqual(options, offered, command)

    def test_kinds_of_events(self):
        """weft-log(5) has every kind of event, and no other"""
        header = (SOURCE / "src/core/probe.h").read_text()
        kinds = re.findall(r"^\tEV_([A-Z]+),", header, re.M)
        page = (SOURCE / "man/weft-log.5").read_text()
        section = page[page.index(".Ss Kinds"):page.index(".Sh EXAMPLES")]
        self.assertEqual(re.findall(r"^\.It Ic ([a-z]+)$", section, re.M),
                         [k.lower() for k in kinds])


if __name__ == "__main__":
    unittest.main()
