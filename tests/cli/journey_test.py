# SPDX-License-Identifier: MIT
"""From typing a URL to the page: weft visit, and the questions after it."""
import json
import re
import unittest

from weft import Case

URL = "http://www.shop.test/"


class Visit(Case):
    def test_steps_in_order(self):
        """the steps of a visit stand in the order in which they happen"""
        out = self.weft("visit", URL).stdout
        at = -1
        for step in ("read the URL", "browser cache", "OS cache, hosts file",
                     "ARP for the gateway", "DNS", "IPv6 or IPv4?",
                     "ND for the gateway", "TCP handshake, IPv6",
                     "HTTP GET /", "page shown", "TCP close"):
            found = out.find(step, at + 1)
            self.assertGreater(found, at, f"{step}\n{out}")
            at = found
        self.assertIn("200 OK", out.splitlines()[0])
        self.assertIn("TIME-WAIT", out)

    def test_the_close_has_four_steps(self):
        """FIN and its ACK, each way; who closed first waits in TIME-WAIT"""
        out = self.weft("visit", URL).stdout
        close = out[out.index("· TCP close"):out.index("── after")]
        self.assertEqual(re.findall(r"├─ (\S+) seq|◀─ (\S+) seq", close),
                         [("FIN,ACK", ""), ("", "ACK"), ("", "FIN,ACK"),
                          ("ACK", "")])
        at = -1
        for state in ("FIN-WAIT-1", "CLOSE-WAIT", "FIN-WAIT-2", "LAST-ACK",
                      "TIME-WAIT"):
            self.assertGreater(close.find(state, at + 1), at, close)
            at = close.find(state, at + 1)

    def test_names_are_asked_from_the_root_down(self):
        """root, top level, then the server of the name, and nobody twice
        for the same kind of address"""
        self.weft("visit", URL)
        queries = [e for e in self.log() if e["what"] == "dns.query"]
        for kind in ("A", "AAAA"):
            asked = [(e["host"], e["data"]["server"]) for e in queries
                     if e["data"]["type"] == kind]
            self.assertEqual(asked, [("laptop", "10.2.0.10"),
                                     ("resolver", "10.3.0.10"),
                                     ("resolver", "10.3.0.11"),
                                     ("resolver", "10.3.0.12")])

    def test_second_visit_is_warm(self):
        """visiting again asks nobody for the name, and is quicker"""
        first, second = json.loads(
            self.weft("visit", URL, "--again", "--json").stdout)
        self.assertEqual((first["status"], second["shown"]), (200, True))
        # What the names and the neighbours took is saved.
        saved = sum(s["ns"] for s in first["steps"]
                    if s["kind"] in ("DNS", "ARP"))
        self.assertGreater(saved, 150e6)
        self.assertLessEqual(second["ns"], first["ns"] - saved)
        steps = [s["kind"] for s in second["steps"]]
        self.assertNotIn("DNS", steps)
        self.assertNotIn("ARP", steps)

    def test_same_seed_same_octets(self):
        """the same seed leaves the same files, another one does not"""
        folders = [self.folder / x for x in ("one", "two", "three")]
        for folder, seed in zip(folders, (7, 7, 8)):
            self.weft("visit", URL, "-s", seed, "-o", folder)
        one, two, three = [{p.relative_to(f): p.read_bytes()
                            for p in f.rglob("*") if p.is_file()}
                           for f in folders]
        self.assertEqual(one, two)
        self.assertNotEqual(one, three)
        self.assertGreater(len(one), 3)

    def test_one_line(self):
        """-q prints one line"""
        out = self.weft("visit", URL, "-q").stdout
        self.assertEqual(len(out.splitlines()), 1)
        self.assertIn("200 OK", out)

    def test_not_a_terminal(self):
        """without a terminal there is no colour; --ascii is ASCII"""
        self.assertNotIn("\033", self.weft("visit", URL).stdout)
        self.assertTrue(self.weft("visit", URL, "--ascii").stdout.isascii())


class Failures(Case):
    def test_name_that_does_not_exist(self):
        """an unknown name: status 1, and the reason"""
        out = self.weft("visit", "http://nowhere.test/", status=1).stdout
        self.assertIn("the name does not exist", out)

    def test_page_that_does_not_exist(self):
        """a page that is not there is shown with its status"""
        self.assertIn("404 Not Found",
                      self.weft("visit", URL + "none", "-q").stdout)

    def test_wrong_arguments(self):
        """no URL, no URL at all, an unknown option, no such file: status 2"""
        for args in ([], ["ftp://x/"], ["no url"], [URL, "--nope"],
                     [URL, "--lab", "nothing.yaml"]):
            with self.subTest(args=args):
                run = self.weft("visit", *args, status=2)
                self.assertTrue(run.stderr or run.stdout)

    def test_unknown_command(self):
        """an unknown command: status 2, nothing on standard output"""
        run = self.weft("vist", status=2)
        self.assertEqual(run.stdout, "")
        self.assertIn("vist", run.stderr)


class Questions(Case):
    """why, hops, show and back, on the SYN of a visit."""

    def setUp(self):
        super().setUp()
        self.weft("visit", URL)
        self.events = self.log()
        self.syn = next(e for e in self.events if e["kind"] == "tx"
                        and e["what"] == "tcp.syn")

    def test_why(self):
        """why: from the SYN back to the person who typed the URL"""
        chain = json.loads(self.weft("why", self.syn["n"], "--json").stdout)
        numbers = [e["n"] for e in chain]
        self.assertEqual(numbers[0], self.syn["n"])
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        last = self.events[numbers[-1] - 1]
        self.assertEqual((last["kind"], last["cause"]), ("action", None))

    def test_show_names_every_octet_once(self):
        """show: the fields lie side by side and are the frame"""
        shown = json.loads(self.weft("show", self.syn["n"], "--json").stdout)
        octets = "".join(f["octets"] for f in shown["fields"])
        self.assertEqual(octets, self.syn["frame"])
        layers = list(dict.fromkeys(f["layer"] for f in shown["fields"]))
        self.assertEqual(layers[:3], ["Ethernet", "IPv6", "TCP"])
        osi = {f["layer"]: f["osi"] for f in shown["fields"]}
        self.assertEqual([osi[x] for x in layers[:3]], [2, 3, 4])

    def test_hops(self):
        """hops: every box on the way, TTL less one at each router"""
        out = self.weft("hops", self.syn["n"]).stdout
        boxes = re.findall(r"^  ([\w-]+) ", out, re.M)
        self.assertEqual(boxes, ["laptop", "sw-home", "r-home", "sw-isp",
                                 "r-isp", "r-shop", "sw-shop", "web"])
        self.assertEqual(re.findall(r"Hop Limit: (\d+) -> (\d+)", out),
                         [("64", "63"), ("63", "62"), ("62", "61")])

    def test_back(self):
        """back: a table grows from step to step"""
        early = self.weft("back", 3).stdout
        late = self.weft("back", 6).stdout
        self.assertNotIn("www.shop.test", early)
        self.assertIn("www.shop.test", late)

    def test_numbers_that_are_not_there(self):
        """a number beyond the log, or no number: status 2, and why"""
        for args in (["why", 99999], ["show", "x"], ["hops", 0],
                     ["back", 99], ["why"]):
            with self.subTest(args=args):
                run = self.weft(*args, status=2)
                self.assertEqual(run.stdout, "")
                self.assertTrue(run.stderr)

    def test_damaged_log(self):
        """a log that is no log is refused with its line"""
        path = self.write("bad.jsonl", '{"n":1}\nnonsense\n')
        run = self.weft("why", 1, "-l", path, status=2)
        self.assertIn("bad.jsonl:1", run.stderr)


if __name__ == "__main__":
    unittest.main()
