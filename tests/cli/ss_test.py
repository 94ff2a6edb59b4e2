# SPDX-License-Identifier: MIT
"""weft ss on labs in virtual time, and weft why about what did not arrive."""
import json
import unittest

from weft import SOURCE, Case

JOURNEY = SOURCE / "labs/url-journey.yaml"
LOSS = SOURCE / "labs/12-tcp-loss.yaml"


class Sockets(Case):
    def rows(self, *args):
        """The lines of weft ss --json."""
        out = self.weft("ss", *args, "--json").stdout
        return [json.loads(x) for x in out.splitlines()]

    def sockets(self, *args):
        return [x for x in self.rows(*args) if x["what"] == "socket"]

    def test_a_handshake_under_way(self):
        """a SYN that waits for its answer: timer armed, reader known"""
        syn, = self.sockets(JOURNEY, "--at", "260ms", "state", "syn-sent")
        self.assertEqual(syn["host"], "laptop")
        self.assertTrue(syn["peer"].endswith(":80"))
        self.assertEqual(syn["timer"]["name"], "rto")
        self.assertEqual(syn["timer"]["at"] - syn["timer"]["in"], 260_000_000)
        self.assertLess(0, syn["timer"]["in"])
        self.assertIn("http-client", [x["who"] for x in syn["waits"]])

    def test_a_look_changes_nothing(self):
        """looking twice shows the same; what fires then, fires then"""
        first = self.rows(JOURNEY, "--at", "260ms")
        self.assertEqual(first, self.rows(JOURNEY, "--at", "260ms"))
        syn = [x for x in first if x.get("state") == "SYN-SENT"][0]
        later, = self.sockets(JOURNEY, "--at", "261ms", "host", "laptop")
        self.assertEqual(later["timer"]["at"], syn["timer"]["at"])

    def test_octets_in_the_send_buffer(self):
        """what is written and not acknowledged stands in the send buffer"""
        found = []
        for ms in range(40, 80, 2):
            found += [x for x in self.sockets(LOSS, "--at", f"{ms}ms",
                                              "host", "web", "state",
                                              "established")
                      if x["send"]["queue"]]
        self.assertTrue(found, "never an octet in a send buffer")
        for x in found:
            self.assertLessEqual(x["send"]["queue"], 40000)
            self.assertLess(0, x["tcp"]["cwnd"])
            self.assertLess(0, x["tcp"]["srtt_us"])

    def test_time_wait_belongs_to_nobody(self):
        """a closed connection stays without a program, until 2msl fires"""
        found = self.sockets(LOSS, "state", "time-wait")
        self.assertEqual({x["host"] for x in found}, {"laptop"})
        for x in found:
            self.assertEqual(x["timer"]["name"], "2msl")
            self.assertNotIn("waits", x)
        self.assertEqual(found, self.sockets(LOSS, "state", "TIME_WAIT"))

    def test_filters(self):
        """kind, port, side and host choose; none of them makes anything up"""
        every = self.sockets(JOURNEY, "--at", "260ms")
        for args, good in [
                (["-u"], lambda x: x["kind"] == "udp"),
                (["-t"], lambda x: x["kind"] == "tcp"),
                (["-l"], lambda x: x["state"] == "LISTEN"),
                (["state", "listening"], lambda x: x["state"] == "LISTEN"),
                (["sport", "=", ":53"], lambda x: x["local"][-3:] == ":53"),
                (["dport", "80"], lambda x: (x["peer"] or "")[-3:] == ":80"),
                (["port", "80"], lambda x: x["local"][-3:] == ":80"
                 or (x["peer"] or "")[-3:] == ":80"),
                (["host", "web"], lambda x: x["host"] == "web")]:
            want = [x for x in every if good(x)]
            self.assertTrue(want)
            self.assertEqual(
                self.sockets(JOURNEY, "--at", "260ms", *args), want, args)
        self.assertIn("there is no such socket",
                      self.weft("ss", JOURNEY, "port", "9").stdout)

    def test_tables(self):
        """the table has a line for each socket, with all that -i and -o say"""
        out = self.weft("ss", "-i", "-o", JOURNEY, "--at", "260ms").stdout
        self.assertIn("receive buffer", out)
        self.assertIn("0 of 128 to accept", out)
        self.assertRegex(out, r"SYN-SENT .* rto in \d+\.\d ms +http-client")
        self.assertIn("no round trip measured, rto 1.0 s", out)
        self.assertIn("options: reuseaddr 1", out)
        self.assertIn("260.0 ms after its beginning", out)

    def test_epoll(self):
        """a set says what it watches and for what"""
        out = self.weft("ss", "--epoll", JOURNEY, "--at", "260ms",
                        "host", "web").stdout
        self.assertIn("web: epoll set 0, read by the loop", out)
        self.assertRegex(out, r"socket +IN OUT RDHUP ET +- +no")
        sets = [x for x in self.rows("--epoll", JOURNEY, "--at", "260ms")
                if x["what"] == "epoll"]
        self.assertIn("laptop", [x["host"] for x in sets])

    def test_end_of_a_run(self):
        """weft lab run -v ends with the sockets"""
        out = self.weft("lab", "run", "-v", LOSS).stdout
        self.assertRegex(out, r"sockets at the end of 12-tcp-loss, [\d.]+ s")
        self.assertIn("TIME-WAIT", out[out.index("sockets at the end"):])

    def test_wrong_arguments(self):
        """what cannot be meant is refused"""
        for args in (["--at", "3"], [JOURNEY, "--at"], ["--pid", "x"],
                     ["--pid", "0"], ["port"], ["port", "99999"],
                     ["sport", "x"], ["--at", "3s"], [JOURNEY, "what"],
                     [JOURNEY, "--pid", "1"], ["--what"]):
            run = self.weft("ss", *args, status=2)
            self.assertIn("weft ss:", run.stderr)
        self.weft("ps", "--epoll", status=2)
        self.assertIn("no lab", self.weft(
            "ss", "--pid", "1", status=1).stderr)

    def test_why_a_syn_was_sent_again(self):
        """from the SYN that was sent again to the fault, over the lost one"""
        self.weft("lab", "run", LOSS)
        events = self.log()
        again = [x["n"] for x in events if x["what"] == "tcp.syn-again"
                 and x["host"] == "laptop" and x["kind"] == "tx"]
        out = self.weft("why", again[0]).stdout
        beside = out[out.index("what did not arrive"):]
        self.assertIn("SYN dropped at", beside)
        self.assertIn("drop number 1 of: tcp.SYN from laptop", beside)
        steps = json.loads(self.weft("why", again[0], "--json").stdout)
        self.assertEqual([x["what"] for x in steps if x.get("beside")],
                         ["tcp.syn", "fault.begin"])

    def test_why_data_was_sent_again_at_once(self):
        """a fast retransmission names the lost segment and the fault"""
        self.weft("lab", "run", LOSS)
        fast = [x["n"] for x in self.log()
                if x["what"] == "tcp.fast-retransmit" and x["host"] == "web"]
        out = self.weft("why", fast[0]).stdout
        self.assertIn("drop number 4 of: tcp.data from web to laptop", out)

    def test_why_a_frame_is_gone(self):
        """a frame that a fault removed names the fault"""
        self.weft("lab", "run", LOSS)
        drop = [x for x in self.log() if x["kind"] == "drop"
                and x["data"]["drop"] == "fault_match"]
        out = self.weft("why", drop[0]["n"]).stdout
        self.assertIn("somebody broke something there on purpose", out)
        self.assertIn("what was broken", out)
        self.assertIn(f"#{drop[0]['data']['fault']}", out)

    def test_why_a_frozen_host_is_asked_again(self):
        """a SYN that never left: the question for the MAC address is blamed"""
        for over, web in ("ipv4", "10.1.0.80"), ("ipv6", "[fd00:1::80]"):
            lab = self.write("frozen.yaml", f"""\
name: {over}
lans:
  lan: {{net: 10.1.0.0/24, net6: "fd00:1::/64", join: [laptop, phone, web]}}
nodes:
  web: {{ip: 10.1.0.80, ip6: "fd00:1::80", serve: {{http: numbers/}}}}
script:
  - {{at: 4s, fault: {{host: web, freeze: 5s}}}}
  - {{at: 5s, on: laptop, visit: "http://{web}/"}}
""")
            self.write("numbers/index.html", "one\n")
            self.weft("lab", "run", "-q", lab)
            log, = self.files(f"{over}.jsonl")
            rto = [x["n"] for x in map(json.loads, open(log))
                   if x["what"] == "tcp.rto"]
            out = self.weft("why", rto[0], "-l", log).stdout
            beside = out[out.index("what did not arrive"):]
            self.assertIn("the host was frozen or off", beside)
            self.assertIn("fault begins: web freezes", beside)

    def test_nothing_is_blamed_where_nothing_was_lost(self):
        """a first SYN has a chain and nothing beside it"""
        self.weft("lab", "run", LOSS)
        syn = [x["n"] for x in self.log() if x["what"] == "tcp.syn"
               and x["kind"] == "tx"]
        out = self.weft("why", syn[0]).stdout
        self.assertNotIn("what did not arrive", out)
        self.assertNotIn("what was broken", out)


if __name__ == "__main__":
    unittest.main()
