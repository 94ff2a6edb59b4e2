# SPDX-License-Identifier: MIT
"""Wireshark's dissectors as judges of every frame that weft writes."""
import pathlib
import subprocess
import tempfile
import unittest

from weft import SOURCE, Case, tool, weft

URL = "http://www.shop.test/"
GOOD, BAD = "1", "0"                  # tshark's status of a checksum
WARN, ERROR = 0x600000, 0x800000      # its severities
CHECKSUMS = ("eth.fcs.status", "ip.checksum.status", "tcp.checksum.status",
             "udp.checksum.status")
LOSS = ("tcp.analysis.retransmission", "tcp.analysis.duplicate_ack",
        "tcp.analysis.lost_segment", "tcp.analysis.out_of_order")
OTHERS = ("frame.number", "_ws.malformed", "_ws.expert.severity",
          "_ws.expert.message", "ip.src", "ip.dst", "tcp.flags", "tcp.len",
          "dns.qry.name", "dns.a", "dns.flags.response", "http.request.full_uri",
          "http.response.code", "frame.comment")
FIELDS = OTHERS + CHECKSUMS + LOSS
CHECK = [option for name in ("ip.check_checksum", "tcp.check_checksum",
                             "udp.check_checksum", "eth.check_fcs")
         for option in ("-o", f"{name}:TRUE")]


def dissect(path):
    """What tshark makes of a capture: a dict of FIELDS for each frame."""
    args = [x for name in FIELDS for x in ("-e", name)]
    run = subprocess.run([tool("tshark"), "-n", "-r", path, *CHECK, "-T",
                          "fields", "-E", "separator=/t", "-E",
                          "aggregator=|", *args],
                         capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise AssertionError(f"tshark {path}: {run.stderr}")
    return [dict(zip(FIELDS, line.split("\t")))
            for line in run.stdout.splitlines()]


def severity(frame):
    return max((int(x) for x in frame["_ws.expert.severity"].split("|") if x),
               default=0)


class Visit(unittest.TestCase):
    """Captures of the built-in visit, where nothing is lost."""

    @classmethod
    def setUpClass(cls):
        tool("tshark")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        run = weft("visit", URL, cwd=folder.name)
        if run.returncode != 0:
            raise AssertionError(run.stdout + run.stderr)
        cls.captures = {path.name.split(".")[1]: dissect(path) for path in
                        sorted(pathlib.Path(folder.name).rglob("*.pcapng"))}

    def all_frames(self):
        for host, frames in self.captures.items():
            for frame in frames:
                yield f"{host} frame {frame['frame.number']}", frame

    def column(self, host, name, *others):
        """The values of a field in the frames that have it."""
        return [frame[name] if not others else
                tuple(frame[x] for x in (name, *others))
                for frame in self.captures[host] if frame[name]]

    def test_no_frame_is_malformed(self):
        """tshark reads every capture and finds no malformed packet"""
        count = 0
        for where, frame in self.all_frames():
            self.assertEqual(frame["_ws.malformed"], "", where)
            count += 1
        self.assertGreater(count, 50)
        self.assertLessEqual({"laptop", "web", "resolver"},
                             set(self.captures))

    def test_nothing_to_warn_of(self):
        """tshark sees no loss and has nothing to warn of"""
        for where, frame in self.all_frames():
            self.assertLess(severity(frame), WARN,
                            f"{where}: {frame['_ws.expert.message']}")
            for name in LOSS:
                self.assertEqual(frame[name], "", f"{where}: {name}")

    def test_checksums_are_right(self):
        """FCS and the checksums of IP, TCP and UDP are right in every frame"""
        verified = dict.fromkeys(CHECKSUMS, 0)
        for where, frame in self.all_frames():
            self.assertEqual(frame["eth.fcs.status"], GOOD, where)
            for name in CHECKSUMS:
                status = set(frame[name].split("|")) - {""}
                self.assertLessEqual(status, {GOOD}, f"{where}: {name}")
                verified[name] += bool(status)
        self.assertGreater(min(verified.values()), 10, verified)

    def test_connection_opens_and_closes(self):
        """SYN, SYN+ACK, ACK in front, a FIN from either side at the end"""
        for host in ("laptop", "web"):
            segments = [(int(flags, 16), length) for flags, length in
                        self.column(host, "tcp.flags", "tcp.len")]
            self.assertEqual(segments[:3], [(0x02, "0"), (0x12, "0"),
                                            (0x10, "0")], host)
            self.assertEqual(sum(f & 0x01 for f, _ in segments), 2, host)
            self.assertEqual(sum(f & 0x04 for f, _ in segments), 0, host)

    def test_names_and_pages(self):
        """tshark reads the same name, address and page that were shown"""
        self.assertEqual(self.column("laptop", "dns.a", "dns.qry.name"),
                         [("10.9.0.80", "www.shop.test")])
        uris = self.column("web", "http.request.full_uri")
        codes = self.column("web", "http.response.code")
        self.assertEqual(uris[0], URL)
        self.assertEqual(set(codes), {"200"})

    def test_every_frame_says_why_it_is_there(self):
        """every frame carries a comment with its step and its cause"""
        for where, frame in self.all_frames():
            self.assertTrue(frame["frame.comment"].startswith("["), where)
            self.assertIn("[cause] ", frame["frame.comment"], where)

    def test_router_translates(self):
        """behind the home router nobody sees the laptop's own address"""
        with tempfile.TemporaryDirectory() as folder:
            run = weft("visit", "-4", URL, cwd=folder)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            capture, = pathlib.Path(folder).rglob("*.web.pcapng")
            sources = {f["ip.src"] for f in dissect(capture) if f["ip.src"]}
        self.assertTrue(sources)
        self.assertNotIn("10.1.0.10", sources)


class Faults(Case):
    def test_labs(self):
        """only frames damaged on the cable are in error, in every lab"""
        tool("tshark")
        for lab in sorted((SOURCE / "tests" / "lab").glob("*.yaml")):
            out = self.folder / lab.stem
            self.weft("lab", "run", lab, "-o", out)
            for path in sorted(out.glob("*.pcapng"))[:6]:
                for frame in dissect(path):
                    if frame["eth.fcs.status"] == BAD:
                        continue
                    where = f"{path.name} frame {frame['frame.number']}"
                    self.assertEqual(frame["_ws.malformed"], "", where)
                    self.assertLess(severity(frame), ERROR, where)


if __name__ == "__main__":
    unittest.main()
