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

from namespace import ALONE, NOBODY
from weft import SOURCE, TIME_LIMIT, WEFT, Case, tool

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
KNOWN = [
    (110, "an octet stream without another end says ENOTCONN to who sends",
     rf"send\w+ ({UNCONNECTED}) ", r"[\d ]*\b(107|95)\b[\d ]*"),
    (191, "... and EINVAL to who receives",
     rf"recv\w+ ({UNCONNECTED}) ", r"[22 ]+|95"),
    (82, "octets with an address are read before all else, and the address not",
     r"send\w+ (stream|listener|connected) .*address", r"[\d ]*14[\d ]*|32"),
    (6, "a connected octet stream does not ignore an address",
     r"send\w+ connected .*address", r"[106 ]+"),
    (46, "datagrams to nobody are not refused",
     r"send\w+ udp ", r"[\d ]+"),
    (6, "no octets to port 0 are sent, and nothing is said",
     r"sendto udp-connected \S+ address read-only", r"[\d ]+"),
    (2, "urgent datagrams are refused", r"recvfrom udp\S* flag 1", "95"),
    (26, "pointers to the kernel's memory are found out when they are followed",
     r"(sendto|recvfrom) \S+ kernel address", r"[\d ]+"),
    (6, "connect to no family does not end a connection",
     r"connect (connected|listener) (read-only|edge|good|family 0)",
     r"[\d ]*106[\d ]*"),
    (10, "bind to no family is not taken as the Internet's",
     r"bind \S+ (read-only|edge)", r"[\d ]*97[\d ]*"),
    (2, "everybody may ping", r"socket (2|10) 2", r"[\d ]*"),
    (4, "protocols have 8 bits", r"socket (2|10) [13]", r"[\d ]*22 22"),
    (1, "packet sockets have a family of their own", r"socket 2 10", r"[\d ]*"),
    (264, "not an option here", r"option ",
     r"(92 )+/( 22| 92)+|(95 )+/( 22| 92)+|(0 )+/( 22)* ( ?92)+"),
    (24, "an IP option without a value is not 0", r"option \S+ 0 ",
     r"(0 )+/ 22( 0)+"),
    (22, "TCP sockets do not join groups, and say so first",
     r"option (stream|connected) 0 (3|4)", r"((92|22) )+/( 71)+"),
    (2, "Fast Open may be asked for at any time", r"option connected 6 (23|30)",
     r"[\d ]+/( 22)+( 0)+"),
]


@unittest.skipUnless(ALONE, "no network namespaces here")
class Calls(Case):
    AS = []

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)
        self.lab = self.write("lan.yaml", LAB)
        subprocess.run([tool("gcc"), "-O1", "-D_GNU_SOURCE", "-o", "probe",
                        PROBE], cwd=self.folder, check=True)
        (self.folder / "probe").chmod(0o755)

    def probe(self, *args):
        """The lines of the probe on a lab host, which is in order after it."""
        done = subprocess.run(
            [*ALONE, *self.AS, WEFT, "run", "--json", self.lab, "laptop", "--",
             "./probe", *args], cwd=self.folder, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=10 * TIME_LIMIT)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        lines = done.stdout.splitlines()
        self.assertEqual(lines.pop(), "works")
        left = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual((left["sockets"], left["parked"], left["threads"]),
                         (0, 0, 0), left)
        return lines

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
            idle = {r for _, r, _, _ in KNOWN} - set(why)
            self.assertEqual(idle, set(), "reasons for nothing")
        else:
            self.assertEqual(dict(why), {r: n for n, r, _, _ in KNOWN})
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
            self.assertGreater(int(line.split()[0]), 100, seed)

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
