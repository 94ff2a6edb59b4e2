# SPDX-License-Identifier: MIT
"""Wireshark's dissectors as judges of every frame of the lessons in labs/."""
import pathlib
import tempfile
import unittest

from tshark_test import BAD, ERROR, dissect, severity
from weft import SOURCE, tool, weft

# Of uplink.yaml every frame is on this machine's own interface.
LABS = sorted(path for path in (SOURCE / "labs").glob("*.yaml")
              if "time: real" not in path.read_text())


def quotes(frame):
    """An ICMP error: what it quotes is cut short, and no checksum fits."""
    return "|" in frame["ip.src"]


class Lessons(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        tool("tshark")

    def judge(self, lab):
        with tempfile.TemporaryDirectory() as folder:
            run = weft("lab", "run", "-q", str(lab), "-o", folder)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            captures = sorted(pathlib.Path(folder).rglob("*.pcapng"))
            self.assertGreater(len(captures), 1)
            for capture in captures:
                for frame in dissect(str(capture)):
                    self.judge_frame(capture.name, frame)

    def judge_frame(self, capture, frame):
        where = (f"{capture} frame {frame['frame.number']}: "
                 f"{frame['_ws.expert.message']}")
        if frame["eth.fcs.status"] == BAD:      # bits were flipped on purpose
            self.assertIn("[dropped]", frame["frame.comment"], where)
            return
        self.assertEqual(frame["_ws.malformed"], "", where)
        if not quotes(frame):
            self.assertLess(severity(frame), ERROR, where)


def add_test(lab):
    def test(self):
        self.judge(lab)

    test.__doc__ = f"{lab.stem}: tshark finds no malformed packet, no error"
    setattr(Lessons, f"test_{lab.stem}", test)


for _lab in LABS:
    add_test(_lab)

if __name__ == "__main__":
    unittest.main()
