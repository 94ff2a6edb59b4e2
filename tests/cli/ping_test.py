# SPDX-License-Identifier: MIT
"""weft ping and weft trace: on a lab, over both versions of IP."""
import json
import unittest

from weft import SOURCE, Case

WAY = {"-4": ["10.1.0.1", "10.2.0.1", "10.255.0.2", "10.9.0.80"],
       "-6": ["fd00:1::1", "fd00:2::1", "fd00:5::2", "fd00:4::80"]}
NAMES = ["r-home", "r-isp", "r-shop", "web"]


class Asking(Case):
    def ask(self, *args, status=0):
        return json.loads(self.weft(*args, "--json", status=status).stdout)

    def test_ping(self):
        """so many requests, so many answers, from who was meant"""
        for flag in ("-4", "-6"):
            with self.subTest(flag=flag):
                out = self.ask("ping", "web", flag, "-c", 3)
                self.assertEqual((out["sent"], out["answers"]), (3, 3))
                self.assertEqual([e["from"] for e in out["events"]],
                                 [WAY[flag][-1]] * 3)
                first, *rest = [e["rtt_us"] for e in out["events"]]
                self.assertTrue(all(x < first for x in rest))

    def test_ping_in_pieces(self):
        """more octets than a frame holds come back whole; but of the first,
        only so many pieces wait until the neighbour's MAC address is known"""
        for flag in ("-4", "-6"):
            out = self.ask("ping", "web", flag, "-c", 3, "--size", 9000)
            self.assertGreaterEqual(out["answers"], 1, out)

    def test_ping_nobody(self):
        """nobody has the address: status 1, and a router says why"""
        run = self.weft("ping", "10.9.0.77", "-c", 1, status=1)
        self.assertIn("r-shop (10.255.0.2) says: host unreachable", run.stdout)
        self.assertIn("1 sent, 0 answered", run.stdout)

    def test_trace(self):
        """every router on the way, in order, and then the host"""
        for flag in ("-4", "-6"):
            with self.subTest(flag=flag):
                out = self.ask("trace", "web", flag)
                self.assertEqual([e["from"] for e in out["events"]],
                                 WAY[flag])
                self.assertEqual([e["name"] for e in out["events"]], NAMES)
                self.assertEqual([e["number"] for e in out["events"]],
                                 [1, 2, 3, 4])

    def test_trace_of_a_neighbour(self):
        """no router on the way: one hop"""
        out = self.ask("trace", "phone")
        self.assertEqual([e["name"] for e in out["events"]], ["phone"])

    def test_trace_to_nobody(self):
        """it ends where somebody says that it cannot be"""
        out = self.ask("trace", "10.9.0.77", status=1)
        self.assertEqual(out["answers"], 0)
        self.assertEqual(out["events"][-1]["text"], "host unreachable")

    def test_trace_past_a_silent_router(self):
        """who says nothing is passed over, and has its number"""
        out = self.ask("trace", "web", "--fault",
                       "match: icmp.time-exceeded from r-isp")
        self.assertEqual([e["name"] for e in out["events"]],
                         ["r-home", None, "r-shop", "web"])

    def test_trace_ends(self):
        """nobody answers at all: thirty hops, and status 1"""
        out = self.ask("trace", "web", "--fault",
                       "drop: {from: laptop, to: web}", status=1)
        self.assertEqual(len(out["events"]), 30)
        self.assertEqual({e["from"] for e in out["events"]}, {None})

    def test_in_a_lab_file(self):
        """trace is an action of a script, too"""
        lab = self.write("t.yaml", """\
lans:
  a: {net: 10.1.0.0/24, join: [x, r]}
  b: {net: 10.2.0.0/24, join: [r, y]}
nodes: {r: {kind: router}}
script: [{at: 0s, on: x, trace: y}]
expect:
  - {count: trace.hop, is: 2}
  - {count: icmp.time-exceeded from r, is: 1}
""")
        self.weft("lab", "run", lab, "-q", "--twice")
        self.weft("lab", "run", lab, "-q")

    def test_wrong_arguments(self):
        """what cannot be is told, with status 2"""
        lab = SOURCE / "labs/01-two-hosts.yaml"
        for args, what in ((["ping", "wob"], "did you mean 'web'?"),
                           (["ping"], "one host is wanted"),
                           (["ping", "web", "-c", "0"], "what is '0'?"),
                           (["trace", "web", "-c", "1"], "what is '1'?"),
                           (["ping", "fd00:4::80", "-4"], "no address of IPv4"),
                           (["trace", "10.9.0.80", "-6"], "no address of IPv6"),
                           (["ping", "sw-home"], "there is no node"),
                           (["ping", "web", "--on", "me"], "no host 'me'"),
                           (["ping", "bob", "--lab", lab, "--on", "alice",
                             "-6"], "has no IPv6 address"),
                           (["ping", "web", "--fault", "link: a -- b"],
                            "there is no")):
            with self.subTest(args=args):
                run = self.weft(*args, status=2)
                self.assertIn(what, run.stderr)
                self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main()
