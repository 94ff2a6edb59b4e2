# SPDX-License-Identifier: MIT
"""weft.py - running the program in tests: `from weft import Case, weft`.

meson says where the program and the source are, in WEFT and WEFT_SOURCE.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

WEFT = os.environ["WEFT"]
SOURCE = pathlib.Path(os.environ["WEFT_SOURCE"])
TIME_LIMIT = 100


def weft(*args, cwd=None, **more):
    """Run the program; nobody types anything, and its output is text."""
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([WEFT, *map(str, args)], cwd=cwd, text=True,
                          capture_output=True, timeout=TIME_LIMIT,
                          encoding="utf-8", errors="replace", **more)


def tool(name):
    """A program of somebody else, or a skip with the reason."""
    path = shutil.which(name)
    if not path:
        raise unittest.SkipTest(f"{name} is not installed")
    return path


class Case(unittest.TestCase):
    """Every test has an empty folder of its own, self.folder."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def weft(self, *args, status=0, **more):
        """Run the program here; its exit status must be @status."""
        run = weft(*args, cwd=self.folder, **more)
        self.assertEqual(run.returncode, status,
                         f"weft {' '.join(map(str, args))}\n"
                         f"{run.stdout[-3000:]}{run.stderr[-3000:]}")
        return run

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def files(self, pattern):
        """The files of that name anywhere below the folder, at least one."""
        found = sorted(self.folder.rglob(pattern))
        self.assertTrue(found, f"no {pattern} below {self.folder}")
        return found

    def log(self):
        """The events of the only log here."""
        path, = self.files("*.jsonl")
        return [json.loads(x) for x in path.read_text().splitlines()]
