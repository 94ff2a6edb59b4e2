# SPDX-License-Identifier: MIT
"""weft iomodels: what each model of I/O costs, by counts that do not vary."""
import json
import os
import signal
import subprocess
import unittest

from weft import WEFT, Case


class Models(Case):
    def measure(self, *args):
        rows = json.loads(self.weft("iomodels", *args, "--json").stdout)
        return {(r["model"], r["connections"]): r for r in rows}

    def test_every_model_answers(self):
        """each model answers every request, and says why it costs what"""
        rows = self.measure("--connections", "3", "--requests", "50")
        self.assertGreaterEqual(len(rows), 7)
        for (name, _), r in rows.items():
            with self.subTest(model=name):
                self.assertEqual(r["requests"], 50)
                if name == "ring":  # many operations with one call
                    self.assertLess(r["calls"], 50)
                else:
                    # Its threads may wait already when counting begins.
                    waiting = 3 if name == "blocking" else 0
                    self.assertGreaterEqual(r["calls"], 2 * 50 - waiting)
                self.assertGreater(len(r["why"]), 40)
                # Program, segment, program: two copies each way.
                copies = r["copied"] / (50 * 2 * 64)
                if name == "blocking":  # one more for what waits behind others
                    self.assertTrue(2 <= copies < 3, copies)
                else:
                    self.assertEqual(copies, 2)

    def test_what_idle_connections_cost(self):
        """poll looks at what is idle, epoll does not; nothing is timed"""
        looks = {}
        for model in ("poll", "epoll", "epoll-edge", "select"):
            rows = self.measure("--connections", "10,100,900", "--requests",
                                "90", "--at-once", "1", "--model", model)
            looks[model] = [rows[model, n]["looks"] for n in (10, 100, 900)]
        for model in ("poll", "select"):
            few, more, most = looks[model]
            self.assertGreater(more, 8 * few)
            self.assertGreater(most, 8 * more)
        for model in ("epoll", "epoll-edge"):
            few, more, most = looks[model]
            self.assertEqual((few, few), (more, most))
            self.assertLessEqual(few, 2 * 91)

    def test_select_has_a_limit(self):
        """an fd_set has 1,024 bits, and the row says so"""
        rows = self.measure("--connections", "1100", "--requests", "20",
                            "--model", "select")
        self.assertIn("1,024 bits", rows["select", 1100]["cannot"])

    def test_many_connections(self):
        """thousands of connections in one process, some kilobytes each"""
        rows = self.measure("--connections", "4000", "--requests", "200",
                            "--model", "epoll")
        each = rows["epoll", 4000]["memory"] / 4000
        if not self.is_sanitized():
            self.assertLess(each, 16384)

    @staticmethod
    def is_sanitized():
        out = subprocess.run(["ldd", WEFT], capture_output=True, text=True)
        return "libasan" in out.stdout

    def test_table(self):
        """a row for each, and below it a sentence"""
        out = self.weft("iomodels", "--connections", "2,4", "--requests",
                        "10").stdout
        self.assertIn("2 connections\n", out)
        self.assertIn("4 connections\n", out)
        self.assertEqual(out.count("epoll, level "), 2)
        self.assertIn("nearly every answer is", out)

    def test_interrupted(self):
        """Ctrl-C ends it: what was measured stands there, status 1"""
        with subprocess.Popen(
                [WEFT, "iomodels", "--connections", "5,1000", "--requests",
                 "100000000", "--model", "polling"], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
                start_new_session=True) as p:
            # It catches the signal when it has a child.
            children = f"/proc/{p.pid}/task/{p.pid}/children"
            child = ""
            while not child and p.poll() is None:
                with open(children, encoding="ascii") as f:
                    child = f.read().strip()
            os.kill(p.pid, signal.SIGINT)
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 1, out + err)
        self.assertIn("interrupted", err)
        self.assertFalse(os.path.exists(f"/proc/{child}"))

    def test_wrong_arguments(self):
        """odd numbers and names are named in the complaint, status 2"""
        for args in (["--connections", "0"], ["--connections", "1,,2"],
                     ["--connections", "200001"], ["--connections", ""],
                     ["--requests", "-1"], ["--requests", "1x"],
                     ["--at-once", "1001"], ["--model", "green"], ["extra"],
                     ["--connections"], ["--fast"]):
            with self.subTest(args=args):
                run = self.weft("iomodels", *args, status=2)
                self.assertIn(args[-1] or "''", run.stderr)


if __name__ == "__main__":
    unittest.main()
