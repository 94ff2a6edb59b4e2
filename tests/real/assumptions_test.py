# SPDX-License-Identifier: MIT
"""What docs/assumptions/ says about the kernel is true of this one."""
import subprocess
import unittest

from weft import SOURCE, Case, tool


class Assumptions(Case):
    def ask(self, name):
        program = self.folder / name
        subprocess.run([tool("cc"), "-o", program,
                        SOURCE / f"docs/assumptions/{name}.c"], check=True)
        run = subprocess.run([program], capture_output=True, text=True,
                             timeout=100)
        if run.returncode == 77:
            raise unittest.SkipTest(run.stdout.split("# SKIP ")[1].strip())
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        self.assertGreater(run.stdout.count("\nok "), 10)

    def test_tap(self):
        """TAP devices behave as docs/assumptions/tap.c says"""
        self.ask("tap")

    def test_packet(self):
        """packet sockets behave as docs/assumptions/packet.c says"""
        self.ask("packet")

    def test_xdp(self):
        """AF_XDP sockets behave as docs/assumptions/xdp.c says"""
        self.ask("xdp")
