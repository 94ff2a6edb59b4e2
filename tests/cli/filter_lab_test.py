# SPDX-License-Identifier: MIT
"""What a person sees of a filter: a table of what it did when."""
import json
import re
import unittest

from weft import SOURCE, Case

LAB = SOURCE / "labs/07b-filter-and-keepalive.yaml"

# time, who, with whom, what the filter did
ROW = re.compile(r" *([\d.]+)  (\S+) -> (\S+?)(?:, ping \d+)? +(\S.*)")


class Filters(Case):
    def table(self, *args):
        """The rows of the only table, each (ms, from, to, what)."""
        text = self.weft("lab", "run", LAB, "-o", "out", *args).stdout
        _, sep, rest = text.partition("\nfilter at wall\n")
        self.assertTrue(sep, text)
        head, *lines = rest.splitlines()
        self.assertEqual(head.split(None, 3)[:3],
                         ["time", "ms", "connection"])
        rows = []
        for line in lines:
            row = ROW.fullmatch(line)
            if not row:
                break
            ms, begin, to, what = row.groups()
            rows.append((float(ms), begin.partition(":")[0], to, what))
        return rows

    def story(self, rows, who):
        return [(ms, what) for ms, begin, _, what in rows if begin == who]

    def test_three_stories(self):
        """-v: the silent one is forgotten, the two others are kept"""
        rows = self.table("-v")
        quiet, probing, talking = (self.story(rows, who) for who in
                                   ("quiet", "probing", "talking"))
        begin = ["noted it: SYN, rule 1", "saw it move: SYN -> ANSWERED",
                 "saw it move: ANSWERED -> OPEN"]
        for story in quiet, probing, talking:
            self.assertEqual([what for _, what in story[:3]], begin)
        self.assertRegex(quiet[3][1],
                         r"^forgot it: silent for 30 s; \d+ frames passed$")
        self.assertAlmostEqual(quiet[3][0], 30013.0, delta=1)
        self.assertRegex(
            quiet[4][1], r"^dropped: it belongs to no connection that the "
            r"filter knows \(and 7 more, until 55001\.\d\)$")
        self.assertEqual(len(quiet), 5)
        self.assertEqual(len(probing), 4)
        self.assertRegex(
            probing[3][1], r"^saw it move: OPEN -> CLOSED; \d+ frames passed, "
            r"4 of them keepalives, never more than 11\.0 s apart$")
        self.assertEqual(len(talking), 4)
        self.assertRegex(
            talking[3][1], r"^saw it move: OPEN -> CLOSED; \d+ frames passed, "
            r"never more than 15\.0 s apart$")

    def test_stranger_is_refused(self):
        """-v: nobody outside may begin, and the table says so"""
        self.assertEqual(
            self.story(self.table("-v"), "web"),
            [(1001.0, "dropped: the filter's rules do not allow it")])

    def test_in_order_of_time(self):
        """-v: the rows are in order, and agree with the log"""
        rows = self.table("-v")
        self.assertEqual([r[0] for r in rows], sorted(r[0] for r in rows))
        log = self.log()
        told = [e for e in log if e["what"].startswith("filter.")]
        self.assertEqual(sum("dropped" not in r[3] for r in rows), len(told))
        drops = [e for e in log if e["kind"] == "drop"
                 and e["data"]["drop"].startswith("filter_")]
        more = [re.search(r"and (\d+) more", r[3]) for r in rows
                if r[3].startswith("dropped")]
        self.assertEqual(sum(int(m[1]) + 1 if m else 1 for m in more),
                         len(drops))

    def test_only_when_asked(self):
        """without -v, and for programs, there is no table"""
        text = self.weft("lab", "run", LAB, "-o", "out").stdout
        self.assertNotIn("filter at wall", text)
        text = self.weft("lab", "run", LAB, "-o", "out", "-v", "--json").stdout
        self.assertEqual(json.loads(text)["failed"], 0)


if __name__ == "__main__":
    unittest.main()
