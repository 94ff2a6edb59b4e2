# SPDX-License-Identifier: MIT
"""./dev: finds its commands, and says what is missing."""
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["WEFT_SOURCE"])


def dev(*args, **more):
    return subprocess.run([SOURCE / "dev", *args], capture_output=True,
                          text=True, **more)


class Commands(unittest.TestCase):
    def test_help_names_every_command(self):
        """./dev help has one line with an example for each command"""
        lines = {x.split()[0]: x for x in dev("help").stdout.splitlines()
                 if x.startswith("  ")}
        files = {p.stem for p in (SOURCE / "tools/dev.d").glob("*.sh")}
        files = {name for name in files if not name.startswith("common")}
        self.assertEqual(set(lines), files)
        for name, line in lines.items():
            self.assertIn(f"./dev {name}", line)

    def test_every_command_explains_itself(self):
        """./dev COMMAND --help is what its file says of itself, and runs nothing"""
        for name in ("asan", "ci", "endure", "fuzz", "lint", "setup", "test"):
            run = dev(name, "--help")
            self.assertEqual(run.returncode, 0, name)
            self.assertRegex(run.stdout, rf"\A{name}\.sh - ./dev {name}\b")

    def test_without_a_command(self):
        """./dev alone prints the help"""
        self.assertEqual(dev().stdout, dev("help").stdout)

    def test_endure_knows_its_rows(self):
        """./dev endure refuses a row that is not there, and a share that is none"""
        for args in (["cells", "nothing"], ["--share", "0"], ["--share"]):
            run = dev("endure", *args)
            self.assertEqual(run.returncode, 2, args)
            self.assertEqual(run.stdout, "")

    def test_unknown_command(self):
        """an unknown command is an error, and so is a path"""
        for name in ("nothing", "common", "../dev", "-x"):
            run = dev(name)
            self.assertEqual(run.returncode, 2, name)
            self.assertEqual(run.stdout, "")
            self.assertIn("usage: ./dev", run.stderr)


@unittest.skipUnless(os.path.exists("/usr/bin/dpkg-query"), "needs Debian")
class Packages(unittest.TestCase):
    def shell(self, text):
        return subprocess.run(["bash", "-c", "set -euo pipefail\n"
                               ". tools/dev.d/common.sh\n" + text],
                              cwd=SOURCE, capture_output=True, text=True)

    def test_groups(self):
        """a group is its packages, each once"""
        both = self.shell("group_list build lint").stdout.split()
        self.assertIn("gcc", both)
        self.assertIn("cppcheck", both)
        self.assertNotIn("valgrind", both)
        self.assertEqual(len(both), len(set(both)))

    def test_missing_package_is_named_when_not_root(self):
        """not root: the missing package and the command, exit status 3"""
        with tempfile.TemporaryDirectory() as folder:
            tools = pathlib.Path(folder) / "tools"
            tools.mkdir()
            (tools / "packages.txt").write_text(
                "build bash # there\nbuild weft-no-such-package # not\n")
            run = self.shell(f"cd {folder}\nid() {{ echo 1000; }}\n"
                             "need build\necho not reached")
        self.assertEqual(run.returncode, 3)
        self.assertEqual(run.stdout, "")
        self.assertIn("apt-get install --no-install-recommends "
                      "weft-no-such-package\n", run.stderr)

    def test_nothing_missing(self):
        """nothing is said when nothing is missing"""
        with tempfile.TemporaryDirectory() as folder:
            tools = pathlib.Path(folder) / "tools"
            tools.mkdir()
            (tools / "packages.txt").write_text("build bash # there\n")
            run = self.shell(f"cd {folder}\nneed build\necho reached")
        self.assertEqual((run.returncode, run.stdout, run.stderr),
                         (0, "reached\n", ""))


if __name__ == "__main__":
    unittest.main()
