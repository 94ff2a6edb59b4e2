# SPDX-License-Identifier: MIT
"""The documents point to things that are there."""
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["WEFT_SOURCE"])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PAGES = [*SOURCE.glob("*.md"), *(SOURCE / "docs").rglob("*.md")]


class Documents(unittest.TestCase):
    def test_links(self):
        """every link in a document leads to a file of the project"""
        count = 0
        for page in PAGES:
            for target in LINK.findall(page.read_text()):
                if "://" not in target:
                    count += 1
                    self.assertTrue((page.parent / target).exists(),
                                    f"{page.relative_to(SOURCE)}: {target}")
        self.assertGreater(count, 50)

    def test_every_directory_has_a_page(self):
        """every directory of src/ has a page in docs/internals/"""
        for folder in (SOURCE / "src").iterdir():
            if folder.is_dir():
                self.assertTrue((SOURCE / "docs/internals" /
                                 f"{folder.name}.md").exists(), folder.name)

    def test_features(self):
        """a feature is done with a test and a command, or not yet or partly"""
        rows = [line.strip("| \n").split(" | ") for line in
                (SOURCE / "docs/features.md").read_text().splitlines()
                if re.match(r"\| [A-Z]+\d+ \|", line)]
        self.assertEqual(len(rows), len({row[0] for row in rows}))
        for row in rows:
            number, _, state, _, test, command = row
            if state == "done":
                self.assertIn("](../tests/", test, number)
                self.assertNotEqual(command, "-", number)
            else:
                self.assertRegex(state, r"^(not yet|partly: .+)$", number)

    def test_decisions(self):
        """every decision has its number, its four parts and its line"""
        index = (SOURCE / "docs/adr/README.md").read_text()
        pages = sorted((SOURCE / "docs/adr").glob("0*.md"))
        for n, page in enumerate(pages, 1):
            text = page.read_text()
            self.assertTrue(page.name.startswith(f"{n:04d}-"), page.name)
            self.assertTrue(text.startswith(f"# {n:04d} "), page.name)
            self.assertIn(f"({page.name})", index)
            for part in ("Context", "Decision", "Refused", "Consequences"):
                self.assertIn(f"**{part}.**", text, page.name)


if __name__ == "__main__":
    unittest.main()
