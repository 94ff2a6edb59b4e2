# SPDX-License-Identifier: MIT
"""why, hops, show and back, asked about everything that happened.

A sample of the frames is asked about in the usual run, all of them with
./dev test --full.
"""
import json
import os
import re
import unittest

from weft import SOURCE, Case

URL = "http://www.shop.test/"
LOG = "out/url-journey.jsonl"
# Sentences with a question mark of their own.
IPV6 = re.compile(r"\[[0-9a-f:.]+\]:")  # before a port
QUESTIONS = re.compile(r"(who has [^?]*|are you [^?]*|already|there|"
                       r"[\w.-]+)\?")


class Frames(Case):
    """Every frame of a visit and a second one with warm caches."""

    def setUp(self):
        super().setUp()
        self.weft("visit", URL, "--again", "-q", "-o", "out")
        self.events = self.log()
        frames = [e for e in self.events if "frame" in e]
        self.assertGreater(len(frames), 300)
        step = 1 if "WEFT_FULL" in os.environ else 17
        self.sample = frames[::step]

    def test_why_ends_at_the_person(self):
        """why: from every frame back to the person's action"""
        action = next(e["n"] for e in self.events
                      if e["what"] == "lab.action")
        for e in self.sample:
            # Neighbour discovery and groups begin with the host itself.
            if e["n"] < action or e["what"].startswith(("nd.", "mld.")):
                continue
            out = self.weft("why", e["n"], "-l", LOG).stdout
            numbers = [int(n) for n in re.findall(r"^  #(\d+) ", out, re.M)]
            self.assertEqual(numbers[0], e["n"])
            self.assertGreaterEqual(numbers[-1], action)
            last = self.events[numbers[-1] - 1]
            self.assertEqual((last["kind"], last["cause"]), ("action", None),
                             out)

    def test_why_links_are_causes(self):
        """why: each link of the chain is caused by the next"""
        for e in self.sample[::4]:
            chain = json.loads(
                self.weft("why", e["n"], "-l", LOG, "--json").stdout)
            for link, cause in zip(chain, chain[1:]):
                self.assertEqual(self.events[link["n"] - 1]["cause"],
                                 cause["n"])
                self.assertTrue(link["say"])

    def test_hops_begin_where_the_frame_was_made(self):
        """hops: from every frame to its maker, through boxes that are there"""
        nodes = {e["data"]["name"] for e in self.events
                 if e["what"] == "lab.node"}
        for e in self.sample:
            out = self.weft("hops", e["n"], "-l", LOG).stdout
            first = int(re.match(r"frame (\d+)  ", out).group(1))
            maker = self.events[first - 1]
            self.assertEqual(maker["kind"], "tx", out)
            self.assertFalse(maker["data"]["relayed"], out)
            boxes = re.findall(r"^  (\S+) ", out, re.M)
            self.assertEqual(boxes[0], maker["host"])
            self.assertIn(e["host"], boxes)
            self.assertLessEqual(set(boxes), nodes)
            self.assertTrue(out.endswith("\n") and not out.endswith("; \n"))

    def test_show_covers_every_octet(self):
        """show: the fields of every frame are its octets, each once"""
        for e in self.sample:
            shown = json.loads(
                self.weft("show", e["n"], "-l", LOG, "--json").stdout)
            at = 0
            for field in shown["fields"]:
                self.assertEqual(field["offset"], at)
                self.assertEqual(len(field["octets"]), 2 * field["len"])
                at += field["len"]
            self.assertEqual("".join(f["octets"] for f in shown["fields"]),
                             e["frame"])
            self.assertNotIn("cut short", json.dumps(shown))
            self.assertNotIn("malformed", json.dumps(shown))

    def test_no_checksum_is_bad(self):
        """show: no checksum of any frame is called bad"""
        for e in self.sample:
            self.assertNotIn("BAD", self.weft("show", e["n"], "-v", "-l",
                                              LOG).stdout)

    def test_sentences_are_whole(self):
        """no sentence of the log has a gap where a value should be"""
        for e in self.events:
            for text in (e["say"], e["why"] or ""):
                rest = IPV6.sub("", QUESTIONS.sub("", text))
                self.assertNotIn("?", rest, e)
                self.assertNotRegex(rest, r"[{}\[\]]|\(null\)", e)
            self.assertTrue(e["say"], e)

    def test_back_after_every_step(self):
        """back: tables after each step, and the same as JSON"""
        steps = json.loads(self.weft("visit", URL, "--json").stdout)[0]
        for n in range(1, len(steps["steps"]) + 1):
            out = self.weft("back", n, "-l", LOG).stdout
            self.assertTrue(out.startswith(f"after step {n} ("), out)
            table = json.loads(self.weft("back", n, "-l", LOG,
                                         "--json").stdout)
            for entry in table:
                self.assertIn(entry["key"], out)
                self.assertLess(entry["since"], len(self.events))
        self.assertIn("TIME-WAIT", out)
        self.assertIn("browser cache", out)
        self.assertIn("translations", out)


class Arguments(Case):
    def test_newest_log(self):
        """without -l the newest log of this folder and those in it is read"""
        self.weft("visit", URL, "-q", "-o", "old")
        self.weft("visit", "http://nowhere.test/", "-q", "-o", "new",
                  status=1)
        old = self.folder / "old/url-journey.jsonl"
        new = self.folder / "new/url-journey.jsonl"
        os.utime(old, ns=(1, 1))
        asked = self.weft("why", 100).stdout
        self.assertEqual(asked, self.weft("why", 100, "-l", new).stdout)
        os.utime(new, ns=(0, 0))
        asked = self.weft("why", 100).stdout
        self.assertEqual(asked, self.weft("why", 100, "-l", old).stdout)

    def test_no_log(self):
        """without any log: status 2, and what makes one"""
        for question in ("why", "hops", "show", "back"):
            run = self.weft(question, 1, status=2)
            self.assertIn("weft visit makes one", run.stderr)
            self.assertEqual(run.stdout, "")

    def test_options_of_others(self):
        """an option that a question does not have is refused"""
        log = self.write("x.jsonl", "")
        for args in (["hops", 1, "--json"], ["why", 1, "-v"],
                     ["back", 1, "-v"], ["show", 1, "-x"], ["why", 1, 2],
                     ["show", "1", "--log"], ["why", "-1"], ["why", "1x"],
                     ["why", "99999999999"]):
            with self.subTest(args=args):
                run = self.weft(*args, "-l", log, status=2) if \
                    args[-1] != "--log" else self.weft(*args, status=2)
                self.assertEqual(run.stdout, "")
                self.assertIn(f"weft {args[0]}: ", run.stderr)
                self.assertIn("--help", run.stderr)

    def test_number_with_its_sign(self):
        """#369 is understood like 369"""
        self.weft("visit", URL, "-q", "-o", "out")
        self.assertEqual(self.weft("why", "#100").stdout,
                         self.weft("why", "100").stdout)

    def test_event_without_a_frame(self):
        """hops and show of an event without a frame: status 2, and why"""
        self.weft("visit", URL, "-q", "-o", "out")
        self.assertIn("#1 is about no frame",
                      self.weft("hops", 1, status=2).stderr)
        self.assertIn("#1 has no frame",
                      self.weft("show", 1, status=2).stderr)

    def test_controls_do_not_reach_the_terminal(self):
        """what a stranger wrote into a log cannot command the terminal"""
        line = {"n": 1, "t": 0, "host": "a", "kind": "app",
                "what": "http.bad", "proto": "http", "cause": None,
                "data": {"text": "\x1b]0;x\x07\x9b2J\x7f\r\x1b[2Jevil"}}
        self.write("x.jsonl", json.dumps(line) + "\n")
        out = self.weft("why", 1).stdout
        self.assertIn("evil", out)
        self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f\x7f\x80-\x9f]")

    def test_log_without_a_visit(self):
        """back of a log without a visit: status 2"""
        lab = SOURCE / "tests/lab/ping.yaml"
        self.weft("lab", "run", lab, "-q", "-o", "out")
        self.assertIn("no visit", self.weft("back", 1, status=2).stderr)


class Signal(Case):
    """A frame drawn as it is on the wire."""

    def setUp(self):
        super().setUp()
        self.weft("visit", URL, "-q", "-o", "out")
        self.frames = [e for e in self.log() if "frame" in e]

    def drawn(self, n, *args):
        out = self.weft("show", n, "-l", LOG, "--ascii", *args).stdout
        return [line for line in out.splitlines()
                if re.match(r" +\d+\.\d\d  (\w\w) ", line)]

    def test_manchester_can_be_read_again(self):
        """show --signal: the edges in the middle of the bits are the frame"""
        for e in self.frames[::29]:
            octets = bytearray()
            for line in self.drawn(e["n"], "--signal", "-v"):
                wave = line[-16:]
                self.assertTrue(set(wave) <= {"_", "~"}, line)
                bits = ["_~" == wave[i:i + 2] for i in range(0, 16, 2)]
                octets.append(sum(b << i for i, b in enumerate(bits)))
            self.assertEqual(octets[:8], b"\x55" * 7 + b"\xd5")
            self.assertEqual(octets[8:].hex(), e["frame"])

    def test_mlt3_levels(self):
        """show --signal=mlt-3: levels move by one step, at every 1 only"""
        level = {"_": -1, "-": 0, "~": 1}
        last = 0
        for line in self.drawn(self.frames[0]["n"], "--signal=mlt-3", "-v"):
            bits, wave = line[-22:-12], line[-10:]
            for bit, c in zip(bits, wave):
                self.assertEqual(abs(level[c] - last), int(bit), line)
                last = level[c]

    def test_time(self):
        """a frame of n octets takes n + 8 octet times before the gap"""
        e = self.frames[0]
        out = self.weft("show", e["n"], "-l", LOG, "--signal").stdout
        gap = out.splitlines()[-1]
        self.assertIn("Gap", gap)
        self.assertAlmostEqual(float(gap.split()[0]),
                               (8 + len(e["frame"]) // 2) * 0.8)

    def test_no_such_code(self):
        """a code that is not there is named"""
        got = self.weft("show", self.frames[0]["n"], "-l", LOG,
                        "--signal=pam-5", status=2)
        self.assertIn("not 'pam-5'", got.stderr)


if __name__ == "__main__":
    unittest.main()
