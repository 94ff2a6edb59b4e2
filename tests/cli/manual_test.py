# SPDX-License-Identifier: MIT
"""The manual pages and the program's own help say the same."""
import re
import subprocess
import unittest

from weft import SOURCE, Case, tool

PAGES = {x: f"weft-{x}.1" for x in ("visit", "ping", "trace", "lab", "run", "ss", "ps", "iomodels", "drill", "up", "why",
                                    "hops", "show", "back")}
# An option as it stands in a text: -l, -vv, --log.
OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z0-9-]*|-[46](?!\w))")


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
            page = self.page(name)
            known = set(OPTION.findall(page)) | {"-vv", "--help"}
            for letters in re.findall(r"\[-([a-z0-9]+)\]", page):
                known |= {"-" + x for x in letters}
            options = set(OPTION.findall(self.weft(command, "--help").stdout))
            self.assertLessEqual(options, known, command)

    def complete(self, *words):
        """What the Tab key offers behind these words."""
        text = (f". {SOURCE}/completion/weft.bash; COMP_WORDS=("
                f"{' '.join(words)}); COMP_CWORD={len(words) - 1}; _weft; "
                'printf "%s\\n" "${COMPREPLY[@]}"')
        return set(subprocess.run(["bash", "-c", text], check=True,
                                  capture_output=True, text=True)
                   .stdout.split())

    def test_completion_offers_what_there_is(self):
        """the Tab key offers the commands and the long options of each"""
        self.assertEqual(self.complete("weft", "''"),
                         set(self.commands()) | {"--help", "--version"})
        for command in PAGES:
            out = self.weft(command, "--help").stdout
            usage = out[:out.index("examples:")]
            options = {x for x in OPTION.findall(usage)
                       if x.startswith("--")} | {"--help"}
            offered = {x for x in self.complete("weft", command, "x", "-")
                       if x.startswith("--")}
            self.assertEqual(options - {"--verbose"},
                             offered - {"--verbose"}, command)

    def test_kinds_of_events(self):
        """weft-log(5) has every kind of event, and no other"""
        header = (SOURCE / "src/core/probe.h").read_text()
        kinds = re.findall(r"^\tEV_([A-Z]+),", header, re.M)
        page = (SOURCE / "man/weft-log.5").read_text()
        section = page[page.index(".Ss Kinds"):page.index(".Ss Frames")]
        self.assertEqual(re.findall(r"^\.It Ic ([a-z]+)$", section, re.M),
                         [k.lower() for k in kinds])


if __name__ == "__main__":
    unittest.main()
