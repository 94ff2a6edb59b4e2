# SPDX-License-Identifier: MIT
"""How visits end, and what they leave behind."""
import json
import os
import pty
import re
import subprocess
import unittest

from weft import SOURCE, WEFT, Case, tool

URL = "http://www.shop.test/"
SITE = SOURCE / "labs/site"
HOST_DOWN = """\
name: down
lans:
  home: {net: 10.1.0.0/24, join: [laptop, web], delay: 1ms}
nodes:
  laptop: {hosts: {w: 10.1.0.99, v: web}}
"""


TWO_VERSIONS = SOURCE / "labs/09-ipv6.yaml"
BROKEN = "drop: {from: laptop, to: web, over: %s}"


class Versions(Case):
    """A name with addresses of both versions of IP (RFC 8305)."""

    def visit(self, url, *args, status=0):
        run = self.weft("visit", url, "--lab", TWO_VERSIONS, *args, "--json",
                        status=status)
        visit, = json.loads(run.stdout)
        return visit

    def step(self, visit, kind):
        return [s for s in visit["steps"] if s["kind"] == kind]

    def test_race(self):
        """both work: the first one wins, and nobody waits"""
        visit = self.visit("http://www.test/news")
        race, = self.step(visit, "race")
        self.assertEqual(race["order"], ["fd00:3::80", "10.9.0.80"])
        self.assertEqual([a["server"] for a in race["attempts"]],
                         ["[fd00:3::80]:80"])
        self.assertEqual(race["winner"], "[fd00:3::80]:80")
        self.assertEqual(visit["ns"], sum(
            s["ns"] for s in visit["steps"] if not s["after_page"]))

    def test_broken_ipv6(self):
        """IPv6 swallows packets: IPv4 has its turn 250 ms later, and wins"""
        visit = self.visit("http://www.test/news", "--fault",
                           BROKEN % "ipv6")
        race, = self.step(visit, "race")
        first, second = race["attempts"]
        self.assertEqual((first["version"], second["version"]),
                         ("IPv6", "IPv4"))
        self.assertEqual(second["at_ns"] - first["at_ns"], 250e6)
        self.assertEqual(race["winner"], "10.9.0.80:80")
        six, four = self.step(visit, "TCP")
        self.assertEqual(six["result"], "given up: the other one stands")
        self.assertEqual(six["ns"], 250e6)
        self.assertEqual(four["result"], "ESTABLISHED")
        self.assertEqual(visit["ns"], sum(
            s["ns"] for s in visit["steps"] if not s["after_page"]))

    def test_broken_ipv4(self):
        """IPv4 swallows packets: nobody notices"""
        visit = self.visit("http://www.test/news", "--fault",
                           BROKEN % "ipv4")
        self.assertEqual(self.step(visit, "race")[0]["winner"],
                         "[fd00:3::80]:80")

    def test_refused_way(self):
        """a router says that there is no way: no 250 ms are lost"""
        visit = self.visit("http://broken6.test/news")
        race, = self.step(visit, "race")
        self.assertLess(race["attempts"][1]["at_ns"]
                        - race["attempts"][0]["at_ns"], 10e6)
        self.assertEqual(race["winner"], "10.9.0.80:80")

    def test_one_version_only(self):
        """--ipv4 and --ipv6: no race, one question, one connection"""
        for flag, server, name in (("--ipv4", "10.9.0.80", "TCP handshake"),
                                   ("-4", "10.9.0.80", "TCP handshake"),
                                   ("--ipv6", "fd00:3::80",
                                    "TCP handshake, IPv6"),
                                   ("-6", "fd00:3::80",
                                    "TCP handshake, IPv6")):
            with self.subTest(flag=flag):
                visit = self.visit("http://www.test/news", flag)
                self.assertEqual(self.step(visit, "race"), [])
                dns, = self.step(visit, "DNS")
                self.assertEqual(dns["result"],
                                 f"www.test = {server} (keep 3600 s)")
                tcp, = self.step(visit, "TCP")
                self.assertEqual(tcp["step"], name)

    def test_name_without_such_an_address(self):
        """a name that has no address of the version wanted: told so"""
        for flag, url, what in (("-6", "http://only4.test/", "IPv6 address"),
                                ("-4", "http://only6.test/", "IPv4 address")):
            with self.subTest(flag=flag):
                visit = self.visit(url, flag, status=1)
                self.assertIn(f"has no {what}", visit["failure"])

    def test_both_broken(self):
        """both swallow packets: it fails, and says where it waited"""
        visit = self.visit("http://www.test/", "--fault",
                           "drop: {from: laptop, to: web}", status=1)
        race, = self.step(visit, "race")
        self.assertFalse(race["done"])
        self.assertIsNone(race["winner"])
        self.assertEqual(len(race["attempts"]), 2)

    def test_drawing(self):
        """the race is drawn with its times and reasons"""
        run = self.weft("visit", "http://www.test/", "--lab", TWO_VERSIONS,
                        "--fault", BROKEN % "ipv6", "--ascii")
        self.assertRegex(run.stdout,
                         r"306\.0   try 2    IPv4  10\.9\.0\.80:80 \(web\): "
                         r"250 ms passed")
        self.assertRegex(run.stdout, r"given up IPv6  \[fd00:3::80\]:80")

    def test_default_lab(self):
        """the network that is part of the program has both versions"""
        for args, winner in (
                ([], "[fd00:4::80]:80"),
                (["--fault", BROKEN % "ipv6"], "10.9.0.80:80"),
                (["--fault", BROKEN % "ipv4"], "[fd00:4::80]:80")):
            with self.subTest(args=args):
                run = self.weft("visit", URL, *args, "--json")
                visit, = json.loads(run.stdout)
                self.assertEqual(self.step(visit, "race")[0]["winner"],
                                 winner)

    def test_wrong_faults(self):
        """a fault that cannot be is told with its place"""
        for fault, what in (
                ("drop: {from: laptop, to: wob}", "1:27: there is no node"),
                ("link: laptop -- home", "says what: down"),
                ("{link: laptop -- home", "did not find expected"),
                ("", "a fault needs"),
                ("drop: {from: laptop, to: web, over: ipv5}", "ipv5")):
            with self.subTest(fault=fault):
                run = self.weft("visit", "http://www.test/", "--lab",
                                TWO_VERSIONS, "--fault", fault, status=2)
                self.assertIn(what, run.stderr)
                self.assertEqual(run.stdout, "")


class Ends(Case):
    def visit(self, *args, status=0):
        """The visit as JSON."""
        run = self.weft("visit", *args, "--json", status=status)
        self.assertEqual(run.stderr, "")
        visit, = json.loads(run.stdout)
        return visit

    def steps(self, visit):
        return {s["step"]: s["result"] for s in visit["steps"]}

    def test_shown(self):
        """a page that is there: shown, with every step done"""
        visit = self.visit(URL)
        self.assertTrue(visit["shown"])
        self.assertIsNone(visit["failure"])
        self.assertEqual(visit["status"], 200)
        self.assertEqual(visit["octets"], sum(
            p.stat().st_size for p in SITE.iterdir() if p.is_file()))
        self.assertTrue(all(s["done"] for s in visit["steps"]))
        self.assertEqual(visit["ns"], sum(
            s["ns"] for s in visit["steps"] if not s["after_page"]))

    def test_closed_port(self):
        """a closed port: the connection is refused"""
        visit = self.visit("http://www.shop.test:81/", status=1)
        for name in ("TCP handshake, IPv6", "TCP handshake, IPv4"):
            self.assertIn("REFUSED", self.steps(visit)[name])
        self.assertFalse(visit["shown"])
        self.assertIn("refuses", visit["failure"])

    def test_name_that_does_not_exist(self):
        """a name that does not exist: no connection is tried"""
        visit = self.visit("http://no.shop.test/", status=1)
        self.assertEqual(self.steps(visit)["DNS"], "no such name")
        self.assertNotIn("TCP handshake", self.steps(visit))

    def test_host_that_is_not_there(self):
        """nobody has the address: ARP asks in vain"""
        lab = self.write("down.yaml", HOST_DOWN)
        visit = self.visit("http://w/", "--lab", lab, "--on", "laptop",
                           status=1)
        self.assertIn("nobody answers", json.dumps(visit["steps"]))
        self.assertFalse(visit["shown"])

    def test_server_that_is_not_on(self):
        """a host without a server: refused at once"""
        lab = self.write("down.yaml", HOST_DOWN)
        visit = self.visit("http://v/", "--lab", lab, "--on", "laptop",
                           status=1)
        self.assertLess(visit["ns"], 100e6)
        self.assertIn("refuses", visit["failure"])

    def test_no_url(self):
        """what is no URL is never asked for"""
        for text in ("shop", "http://", "ftp://www.shop.test/", "http://a b/",
                     "http://www.shop.test:99999/", ""):
            with self.subTest(text=text):
                visit = self.visit(text, status=2)
                self.assertEqual([s["step"] for s in visit["steps"]],
                                 ["read the URL"])
        begin = next(e["t"] for e in self.log()
                     if e["what"] == "visit.begin")
        self.assertFalse([e for e in self.log()
                          if "frame" in e and e["t"] >= begin])

    def test_odd_names_stay_ascii(self):
        """--ascii prints ASCII whatever was typed, and no controls"""
        for text in ("http://bücher.test/", "http://\x1b[31m/", "日本"):
            out = self.weft("visit", text, "--ascii",
                            status=2 if "ü" not in text else 1).stdout
            self.assertTrue(out.isascii())
            self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f\x7f]")

    def test_every_verbosity(self):
        """-v tells the layers of each frame, -vv each field"""
        plain = self.weft("visit", URL).stdout
        layers = self.weft("visit", URL, "-v").stdout
        fields = self.weft("visit", URL, "-vv").stdout
        self.assertLess(len(plain), len(layers))
        self.assertLess(len(layers), len(fields))
        self.assertIn("out, wrapped from the top", layers)
        self.assertIn("in, unwrapped from the bottom", layers)
        self.assertIn("layer 4  TCP", layers)
        self.assertIn("Sequence Number", fields)

    def test_colour_only_adds(self):
        """on a terminal there is colour, which changes no word"""
        def on_terminal(**env):
            main, side = pty.openpty()
            run = subprocess.Popen([WEFT, "visit", URL], cwd=self.folder,
                                   stdout=side, stdin=subprocess.DEVNULL,
                                   env={**os.environ, **env})
            os.close(side)
            out = b""
            try:
                while chunk := os.read(main, 65536):
                    out += chunk
            except OSError:     # how Linux says that the other end is closed
                pass
            os.close(main)
            self.assertEqual(run.wait(), 0)
            return out.decode().replace("\r\n", "\n")

        plain = self.weft("visit", URL).stdout
        out = on_terminal(NO_COLOR="")
        self.assertIn("\033[1;32mvisit http", out)
        self.assertEqual(re.sub("\033\\[[0-9;]*m", "", out), plain)
        self.assertEqual(on_terminal(NO_COLOR="1"), plain)

    def test_hops_shows_every_box(self):
        """--hops: switches and routers have columns"""
        self.assertNotIn("sw-shop", self.weft("visit", URL).stdout)
        out = self.weft("visit", URL, "--hops").stdout
        ladder = out[out.index("TCP handshake, IPv6   laptop"):]
        self.assertIn("sw-home", ladder.splitlines()[1])


class Files(Case):
    def test_page_is_what_is_served(self):
        """the page that is kept is the page that is served"""
        self.weft("visit", URL, "-q", "-o", "out")
        kept = self.folder / "out/page/www.shop.test"
        names = {p.name for p in SITE.iterdir() if p.is_file()}
        self.assertEqual({p.name for p in kept.iterdir()}, names)
        for name in names:
            self.assertEqual((kept / name).read_bytes(),
                             (SITE / name).read_bytes(), name)

    def test_two_runs_are_equal(self):
        """the same command twice: every file the same, as cmp says"""
        for folder in ("one", "two"):
            self.weft("visit", URL, "--again", "-q", "-o", folder)
        run = subprocess.run(["diff", "-rq", "one", "two"], cwd=self.folder,
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_another_seed(self):
        """another seed: other octets, the same page, and a valid log"""
        for seed in (1, 2):
            self.weft("visit", URL, "-q", "-s", seed, "-o", f"s{seed}")
        one, two = [(self.folder / f"s{s}/url-journey.jsonl").read_text()
                    for s in (1, 2)]
        self.assertNotEqual(one, two)
        for line in two.splitlines():
            json.loads(line)
        self.assertEqual(
            (self.folder / "s1/page/www.shop.test/index.html").read_bytes(),
            (self.folder / "s2/page/www.shop.test/index.html").read_bytes())

    def test_stream_is_the_page(self):
        """tshark puts the served page together from the captured segments"""
        self.weft("visit", URL, "-q", "-o", "out")
        page = (SITE / "index.html").read_text().strip()
        for host in ("laptop", "web", "r-isp.eth2"):
            run = subprocess.run(
                [tool("tshark"), "-r", f"out/url-journey.{host}.pcapng", "-q",
                 "-z", "follow,tcp,ascii,0"], cwd=self.folder,
                capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
            for line in page.splitlines():
                self.assertIn(line.strip(), run.stdout, host)

    def test_a_folder_that_cannot_be_made(self):
        """a folder that cannot be made: status 1, and its name"""
        self.write("taken", "")
        run = self.weft("visit", URL, "-q", "-o", "taken/out", status=1)
        self.assertIn("taken", run.stderr)


if __name__ == "__main__":
    unittest.main()
