# SPDX-License-Identifier: MIT
"""What a person sees of switches: hops through tags, counters, VLANs shown."""
import json
import unittest

from weft import SOURCE, Case

VLANS = SOURCE / "labs/02d-vlans.yaml"

TUNNEL = """\
name: tunnel
links: [a -- c1, c1 -- p1, p1 -- p2, p2 -- c2, c2 -- b, z -- c2]
nodes:
  c1: {kind: switch, vlans: {7: {net: 10.7.0.0/24}}, ports: {a: {vlan: 7}, p1: {trunk: 1-100}}}
  c2: {kind: switch, ports: {b: {vlan: 7}, z: {vlan: 8}, p2: {trunk: 1-100}}}
  p1: {kind: switch, ports: {c1: {tunnel: 30}, p2: {trunk: 30}}}
  p2: {kind: switch, ports: {c2: {tunnel: 30}, p1: {trunk: 30}}}
script:
  - {at: 0s, on: a, ping: b, count: 2}
expect:
  - {ping: 1, received: 2, rtt: "< 25ms"}
"""


# A LAN is plugged into a switch that tells VLANs apart.
LANS = """\
name: lans
lans:
  home: {join: [a, s]}
  work: {join: [c, s], net: 10.50.0.0/24}
links: [d -- s, e -- s]
nodes:
  s: {kind: switch, ports: {home: {vlan: 10}, d: {vlan: 10}, e: {}}}
script:
  - {at: 0s, on: a, ping: d, count: 1}
  - {at: 0s, on: c, ping: e, count: 1}
  - {at: 0s, on: c, ping: a, count: 1}
expect:
  - {ping: 1, received: 1}
  - {ping: 2, received: 1}
  - {ping: 3, received: 0}
"""


class Switches(Case):
    def run_lab(self, path, *args):
        out = self.folder / "out"
        run = self.weft("lab", "run", path, "-o", out, *args)
        log = next(out.glob("*.jsonl"))
        return run.stdout, log, [json.loads(x) for x in open(log)]

    def first(self, events, **want):
        for e in events:
            if all(e.get(k) == v for k, v in want.items()):
                return e["n"]
        self.fail(f"no event {want}")

    def test_hops_name_the_tag(self):
        """hops: a tag comes and goes, and nothing else changed at a switch"""
        _, log, events = self.run_lab(VLANS, "-q")
        n = self.first(events, host="alice", kind="tx",
                       what="icmp.echo-request")
        text = self.weft("hops", n, "-l", log).stdout
        lines = [x.strip() for x in text.splitlines() if "->" in x]
        self.assertEqual(lines, [
            "s1          p1 -> p3      "
            "802.1Q tag on: VLAN 10, priority 0 (best effort)",
            "s2          p1 -> p4      "
            "802.1Q tag off: VLAN 10, priority 0 (best effort)",
            "s2          p1 -> p2      "
            "802.1Q tag off: VLAN 10, priority 0 (best effort)"])
        n = self.first(events, host="r", kind="tx", what="icmp.echo-request")
        text = self.weft("hops", n, "-l", log).stdout
        self.assertIn("VLAN 10, priority 0 (best effort) -> VLAN 20", text)

    def test_counters(self):
        """-v: what hubs and switches counted, and what was dropped where"""
        text, _, events = self.run_lab(
            SOURCE / "labs/02c-hub-against-switch.yaml", "-v")
        table = text[text.index("hubs   "):]
        hub = next(x.split() for x in table.splitlines() if "sw-hub" in x)
        collisions = sum(e["what"] == "hub.collision" for e in events
                         if e["kind"] == "note")
        self.assertEqual(int(hub[3]), collisions)
        self.assertGreater(int(hub[2]), 100)        # deferred
        self.assertIn("switches            in", text)
        self.assertRegex(text, r"h1 +l2_other \d+")

    def test_expanded_file_is_the_same_lab(self):
        """show: a file with VLANs, and what it says of itself, are the same"""
        for text in (VLANS.read_text(), TUNNEL, LANS):
            path = self.write("lab.yaml", text)
            full = self.weft("lab", "show", path).stdout
            again = self.weft("lab", "show",
                              self.write("full.yaml", full)).stdout
            self.assertEqual(full, again)

    def test_lans_are_in_vlans(self):
        """the switch of a LAN hangs on a port like anybody else"""
        self.run_lab(self.write("lans.yaml", LANS))

    def test_tunnel(self):
        """VLANs of a customer pass a carrier's switches in one of its own"""
        _, _, events = self.run_lab(self.write("tunnel.yaml", TUNNEL))
        frames = {e["frame"][24:40] for e in events
                  if e["host"] == "p1" and e["kind"] == "tx" and e["frame"]}
        self.assertIn("88a8001e81000007", frames)
        at_z = [e for e in events if e["host"] == "z" and e["kind"] == "rx"]
        self.assertEqual(at_z, [])


if __name__ == "__main__":
    unittest.main()
