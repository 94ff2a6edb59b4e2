# SPDX-License-Identifier: MIT
"""Every call that names the network, with wrong arguments, and at random.

What the kernel answers and what a lab host answers are compared one by one;
KNOWN has the reasons for what differs, and each has to be of use.
WEFT_ALL_OPTIONS=1 tries every level and option of 0..255, WEFT_RANDOM=SEED,MS
other calls at random, for longer.
"""
import collections
import json
import os
import re
import subprocess
import unittest

from namespace import ALONE, NOBODY, AloneCase
from weft import SOURCE, TIME_LIMIT, tool

PROBE = SOURCE / "tests/real/calls_probe.c"
LAB = """\
name: one
lans:
  lan: {net: 10.1.0.0/24, join: [laptop, server], delay: 100us}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
UNCONNECTED = "stream|listener"
# How many lines differ, for which reason; what it is about, what is said here
# instead.
TABLES = -1  # as many as the kernel has modules for
KNOWN = [
    (14, "plain octets into a stream without another end: the kernel's ENOTCONN",
     rf"sendto ({UNCONNECTED}) (\S+ address null|flag (40|4000)) ", r"[107 ]+"),
    (18, "... and out of it its EINVAL",
     rf"recvfrom ({UNCONNECTED}) (\S+ address null|flag (2|40|100|4000)) ",
     r"[22 ]+"),
    (7, "plain datagrams to nobody: the kernel's ENOTCONN",
     r"sendto udp (\S+ address null|flag (40|4000)) ", r"((107|14|90) ?)+"),
    (2, "everybody may ping", r"socket (2|10) 2", r"[\d ]*"),
    (1, "packet sockets have a family of their own", r"socket 2 10", r"[\d ]*"),
    (TABLES, "tables of the kernel's packet filters, as far as it has them",
     r"option \S+ 0 (6[4-7]|83|9[6-9])", r"(92 )+/( 92)+"),
    (2, "a key of Fast Open's own is not an option here",
     r"option (stream|connected) 6 33", r"(0 )+/( 22)+ 92 22 22"),
]


class Calls(AloneCase):
    def setUp(self):
        super().setUp()
        self.lab = self.write("lan.yaml", LAB)
        subprocess.run([tool("gcc"), "-O1", "-D_GNU_SOURCE", "-o", "probe",
                        PROBE], cwd=self.folder, check=True)
        (self.folder / "probe").chmod(0o755)

    def probe(self, *args):
        """The lines of the probe on a lab host, which is in order after it."""
        done = self.weft_run("--json", self.lab, "laptop", "--", "./probe",
                             *args, timeout=10 * TIME_LIMIT)
        lines = done.stdout.splitlines()
        self.assertEqual(lines.pop(), "works")
        left = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual((left["sockets"], left["parked"], left["threads"]),
                         (0, 0, 0), left)
        return lines

    @staticmethod
    def machines():
        """The reasons that count something else on another machine."""
        return {r for n, r, _, _ in KNOWN if n == TABLES}

    def test_errors_are_the_kernels(self):
        """errno of every call with every kind of wrong argument"""
        more = ["all"] if os.environ.get("WEFT_ALL_OPTIONS") else []
        kernel = subprocess.run(
            [*ALONE, *self.AS_KERNEL, "sh", "-c", "ip link set lo up && exec "
             "\"$@\"", "sh", "./probe", *more], cwd=self.folder, check=True,
            capture_output=True, text=True,
            timeout=10 * TIME_LIMIT).stdout.splitlines()
        self.assertEqual(kernel.pop(), "works")
        here = self.probe(*more)
        self.assertEqual(len(kernel), len(here))
        self.assertGreater(len(here), 5000)
        why = collections.Counter()
        unknown = []
        for want, got in zip(kernel, here):
            if want == got:
                continue
            what, said = got.split(": ", 1)
            reason = next((r for _, r, about, instead in KNOWN
                           if re.match(about, what + " ")
                           and re.fullmatch(instead, said.strip())), None)
            why[reason] += 1
            if not reason:
                unknown.append(f"{want}\n{' ' * len(what)}  {said}")
        self.assertEqual(unknown, [], f"{len(unknown)} of {sum(why.values())} "
                         "differences without a reason\n" +
                         "\n".join(unknown[:40]))
        if more:
            idle = {r for _, r, _, _ in KNOWN} - set(why) - self.machines()
            self.assertEqual(idle, set(), "reasons for nothing")
        else:
            self.assertEqual({r: n for r, n in why.items()
                              if r not in self.machines()},
                             {r: n for n, r, _, _ in KNOWN if n != TABLES})
        if os.environ.get("WEFT_VERBOSE"):
            print("#", len(here), "lines,", sum(why.values()), "differ")
            for reason, count in why.most_common():
                print(f"#{count:6} {reason}")

    # Without root in the namespace nobody could bring its loopback up.
    AS_KERNEL = []

    def test_random_calls(self):
        """calls at random: nothing dies, waits or is left"""
        for seed in self.seeds():
            line, = self.probe("random", *seed)
            self.assertGreaterEqual(int(line.split()[0]), 2000, seed)
            if os.environ.get("WEFT_VERBOSE"):
                print("#", "seed", seed[0] + ":", line)

    def seeds(self):
        if os.environ.get("WEFT_RANDOM"):
            return [os.environ["WEFT_RANDOM"].split(",")]
        return [(str(seed), "700") for seed in (1, 2, 3)]


@unittest.skipUnless(NOBODY, "this is no root who could become somebody else")
class CallsAsNobody(Calls):
    """The same as an ordinary user; only what weft answers."""

    AS = NOBODY

    def test_errors_are_the_kernels(self):
        """every call with every kind of wrong argument is survived"""
        self.assertGreater(len(self.probe()), 5000)


if __name__ == "__main__":
    unittest.main()
