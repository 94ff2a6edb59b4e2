# SPDX-License-Identifier: MIT
"""The table of figures: rows, JSON, what is missing, what is drawn."""
import json
import os
import re
import subprocess
import sys
import unittest
import xml.dom.minidom

from weft import SOURCE, TIME_LIMIT, Case

BUILD = os.environ["WEFT_BUILD"]
sys.path.insert(0, str(SOURCE / "bench"))

import contender  # noqa: E402
import figures  # noqa: E402
import peer_programs  # noqa: E402
import plot  # noqa: E402
import trials  # noqa: E402
from figure_rows import FIGURES  # noqa: E402

IDS = [f"P{i}" for i in range(1, 16)] + [f"Z{i}" for i in range(1, 6)]


class Fixed:
    """A contender that says what it is told to."""

    def __init__(self, name, *values):
        self.name, self.values = name, list(values)

    def measure(self, setting):
        value = self.values.pop(0)
        if isinstance(value, Exception):
            raise value
        return value

    def instructions(self, setting):
        return None


class Table(Case):
    def figures(self, *args, status=0):
        """Run the table as ./dev bench does, one short round."""
        done = subprocess.run(
            [sys.executable, SOURCE / "bench/figures.py", BUILD, "--quick",
             "--rounds", "1", "--results", self.folder / "results", *args],
            text=True, capture_output=True, timeout=TIME_LIMIT)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_row(self):
        """a row names the figure, weft's number, and each other's or why not"""
        out = self.figures("P6-one").stdout
        self.assertRegex(out, r"(?m)^P6-one .*\d M/s")
        for name in ("lwIP", "kernel, loopback", "limit: copies, headers"):
            self.assertRegex(out, rf"(?m)^ +{name}(:| .*\d M/s)")

    def test_json(self):
        """--json prints one object, and the same is kept"""
        got = json.loads(self.figures("--json", "P6-one").stdout)
        row, = got["figures"]
        self.assertEqual(row["id"], "P6-one")
        self.assertGreater(row["weft"]["median"], 0)
        self.assertEqual(len(row["weft"]["values"]), 1)
        kept = json.loads(self.files("figures.json")[0].read_text())
        self.assertEqual(kept, got)

    def test_list_has_every_figure(self):
        """--list names every figure"""
        names = [x.split()[0] for x in self.figures("--list").stdout.
                 splitlines()]
        for name in IDS:
            self.assertTrue(any(re.fullmatch(name + "(-.*)?", x)
                                for x in names), name)

    def test_unknown_figure(self):
        """a figure that does not exist is refused by name"""
        self.assertIn("P99", self.figures("P99", status=1).stderr)


class Rows(unittest.TestCase):
    def row(self, weft, peers, **more):
        figure = figures.Row.__new__(figures.Row)
        figures.Row.__init__(figure, type(FIGURES[0])(
            "T1", "a test", "M/s", weft, peers, **more))
        setting = contender.Setting(BUILD, True)
        figure.measure(setting, 3, figures.Progress())
        return figure

    def test_median_and_best(self):
        """the median of the rounds, and the ratio to the best of the peers"""
        row = self.row(Fixed("weft", 9, 1, 4), [Fixed("a", 1, 1, 1),
                                                Fixed("b", 2, 3, 2)], target=8)
        got = row.as_dict()
        self.assertEqual(got["weft"]["median"], 4)
        self.assertEqual((got["best_peer"], got["ratio"]), ("b", 2))
        self.assertEqual(got["verdict"], "0.50 of it")

    def test_less_is_better(self):
        """where less is better, half as much is twice as good"""
        row = self.row(Fixed("weft", 5, 5, 5), [Fixed("a", 10, 10, 10)],
                       target=5, more_is_better=False)
        self.assertEqual(row.ratio(row.best), 2)
        self.assertEqual(row.verdict(), "met")

    def test_missing_peer(self):
        """a peer that is missing is not asked again and is no best"""
        row = self.row(Fixed("weft", 1, 1, 1), [
            Fixed("a", contender.Missing("Debian package a"))])
        self.assertEqual(row.peers[0].missing, "Debian package a")
        self.assertIsNone(row.best)

    def test_missing_package_is_named(self):
        """a peer that cannot be built or found says which package has it"""
        peer = peer_programs.PEERS["lwip"]
        header, peer.header = peer.header, "/nonexistent/lwip.h"
        self.addCleanup(setattr, peer, "header", header)
        setting = contender.Setting(BUILD, True)
        with self.assertRaisesRegex(contender.Missing, "liblwip-dev"):
            contender.peer_program("lwip", setting)
        path, os.environ["PATH"] = os.environ["PATH"], "/nonexistent"
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        with self.assertRaisesRegex(contender.Missing, "package passt"):
            contender.find("pasta")
        with self.assertRaisesRegex(contender.Missing, "dpdk-dev"):
            trials.testpmd("io")(setting)

    def test_picture(self):
        """a curve is drawn with a point for each number"""
        text = plot.svg({"a": [(1, 10), (10, 20), (100, 1000)]}, [1, 100],
                        "idle", "cost")
        line, = xml.dom.minidom.parseString(text).getElementsByTagName(
            "polyline")
        points = line.getAttribute("points").split()
        self.assertEqual(len(points), 3)
        self.assertEqual(points[0], "90.0,320.0")


if __name__ == "__main__":
    unittest.main()
