# SPDX-License-Identifier: MIT
"""802.1Q and spanning tree against the kernel: its VLAN devices, its bridge."""
import fcntl
import http.server
import json
import os
import select
import signal
import socket
import struct
import subprocess
import threading
import time

from weft import WEFT, tool
from wire import TIME_LIMIT, Capture, WireCase, ping, run, setUpModule

VLANS = """\
name: out
time: real
links: [outside -- s, a -- s, n -- s, r -- s]
nodes:
  outside: {{kind: uplink, tap: weft0}}
  s:
    kind: switch
    vlans: {{1: {{net: 10.1.0.0/24}}, 10: {{net: 10.10.0.0/24}}, 20: {{net: 10.20.0.0/24}}}}
    ports: {{outside: {{trunk: [10, 20], native: 1}}, a: {{vlan: 10}}, n: {{vlan: 1}}, r: {{trunk: [10, 20]}}}}
  a: {{interfaces: {{eth0: {{on: s, ip: 10.10.0.2}}}}, gateway: 10.10.0.9, serve: {{http: site/}}}}
  n: {{interfaces: {{eth0: {{on: s, ip: 10.1.0.2}}}}}}
  r: {{kind: router, interfaces: {{eth0.10: {{on: s, vlan: 10, ip: 10.10.0.9}}, eth0.20: {{on: s, vlan: 20, ip: 10.20.0.9}}}}}}
{script}
"""

SCRIPT = """\
script:
  - {at: 100ms, on: a, ping: 10.10.0.1, count: 5, every: 20ms}
  - {at: 100ms, on: n, ping: 10.1.0.1, count: 5, every: 20ms}
  - {at: 100ms, on: a, ping: 10.20.0.1, count: 5, every: 20ms}
  - {at: 100ms, on: a, visit: "http://10.10.0.1:PORT/"}
expect:
  - {ping: 1, received: ">= 3"}
  - {ping: 2, received: ">= 3"}
  - {ping: 3, received: ">= 3"}
  - {visit: 1, status: 200, body: 60013B}
"""

RING = """\
name: out
time: real
links: [u1 -- s1, u2 -- s2, s1 -- s2, h -- s2]
nodes:
  u1: {kind: uplink, tap: weft0}
  u2: {kind: uplink, tap: weft1}
  s1: {kind: switch, stp: on, priority: PRIORITY, net: 10.1.0.0/24}
  s2: {kind: switch, stp: on}
  h: {ip: 10.1.0.2}
"""

BODY = b"<p>hello</p>\n" + b"x" * 60_000


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args):
        pass


class LabCase(WireCase):
    def lab(self, text):
        process = subprocess.Popen(
            [WEFT, "lab", "run", self.write("out.yaml", text), "--json", "-o",
             self.folder / "out"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.assertIn("runs by the clock", process.stderr.readline())
        return process

    def plays(self, text):
        """A lab that ends when its script is over; what it expects holds."""
        lab = self.lab(text)
        out, err = lab.communicate(timeout=TIME_LIMIT)
        self.assertEqual((lab.returncode, err), (0, ""), out)
        self.assertEqual(json.loads(out)["failed"], 0)

    def end(self, lab):
        lab.send_signal(signal.SIGINT)
        _, err = lab.communicate(timeout=TIME_LIMIT)
        self.assertEqual((lab.returncode, err), (0, ""))


class Tagger:
    """Another way to a VLAN, for kernels that have none: what the kernel sends
    by a TAP device of its own gets a tag here, and goes on by weft0."""

    def __init__(self, case, name, address, tci):
        self.tag = struct.pack(">HH", 0x8100, tci)
        self.vid = tci & 0xfff
        self.tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tap, 0x400454ca,                   # TUNSETIFF
                    struct.pack("16sH22x", name.encode(), 0x1002))
        run("ip", "address", "add", address, "dev", name)
        run("ip", "link", "set", name, "up")
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(3))
        self.wire.setsockopt(263, 8, 1)                     # PACKET_AUXDATA
        self.wire.bind((case.device, 0))
        run("ip", "link", "set", case.device, "promisc", "on")
        self.stop, self.stopped = os.pipe()
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()
        case.addCleanup(self.close)

    def carry(self):
        while True:
            ready, _, _ = select.select([self.wire, self.tap, self.stop], [],
                                        [])
            if self.stop in ready:
                return
            if self.tap in ready:
                frame = os.read(self.tap, 65536)
                self.wire.send(frame[:12] + self.tag + frame[12:])
            if self.wire in ready:
                self.untag()

    def untag(self):
        frame, control, _, where = self.wire.recvmsg(65536, 256)
        if where[2] == 4:                                   # we sent it
            return
        for level, kind, data in control:
            # The kernel has taken the tag off, and says what it was.
            status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data)
            if (level, kind) == (263, 8) and status & 0x10 and \
                    tci & 0xfff == self.vid:
                os.write(self.tap, frame)

    def close(self):
        os.write(self.stopped, b"x")
        self.thread.join(TIME_LIMIT)
        self.wire.close()
        os.close(self.tap)


class ByHand(LabCase):
    """The kernel's TCP over tags that this program writes."""

    def test_tagged_by_hand(self):
        """ping and TCP both ways in VLAN 10, priority 5; VLAN 20 apart"""
        self.wire()
        Tagger(self, "ten", "10.10.0.1/24", 0xa00a)
        site = self.folder / "site"
        site.mkdir()
        (site / "index.html").write_bytes(BODY)
        server = http.server.ThreadingHTTPServer(("10.10.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        script = SCRIPT.replace("PORT", str(server.server_port))
        script = "".join(x + "\n" for x in script.splitlines()
                         if "10.20." not in x and "ping: 3" not in x)
        lab = self.lab(VLANS.format(script=""))
        for to in ("10.10.0.2", "10.10.0.9", "10.1.0.2"):
            ping(to)
        page = run(tool("curl"), "-sS", "-m", "50", "http://10.10.0.2/")
        self.assertEqual(page.encode(), BODY)
        self.end(lab)
        self.plays(VLANS.format(script=script))
        frames = [e["frame"] for e in self.log() if e.get("kind") == "rx"
                  and e["host"] == "s" and e.get("frame")]
        self.assertTrue(any(f[24:32] == "8100a00a" for f in frames))


class Vlans(LabCase):
    def setUp(self):
        super().setUp()
        run("ip", "tuntap", "add", "probe", "mode", "tap")
        try:
            run("ip", "link", "add", "link", "probe", "name", "probe.5",
                "type", "vlan", "id", "5")
        except subprocess.CalledProcessError as e:
            self.skipTest(f"this kernel has no VLANs: {e.stderr.strip()}")

    def wire(self):
        """weft0 untagged, weft0.10 with priority 5, weft0.20."""
        super().wire()
        for vid in (10, 20):
            run("ip", "link", "add", "link", "weft0", "name", f"weft0.{vid}",
                "type", "vlan", "id", str(vid),
                *(["egress-qos-map", "0:5"] if vid == 10 else []))
            run("ip", "address", "add", f"10.{vid}.0.1/24", "dev",
                f"weft0.{vid}")
            run("ip", "link", "set", f"weft0.{vid}", "up")

    def test_kernel_reaches_hosts_by_vlan(self):
        """ping and curl from the kernel's VLAN devices; tags and priority"""
        self.wire()
        site = self.folder / "site"
        site.mkdir()
        (site / "index.html").write_bytes(BODY)
        capture = Capture(self)
        lab = self.lab(VLANS.format(script=""))
        for to in ("10.10.0.2", "10.10.0.9", "10.20.0.9", "10.1.0.2"):
            ping(to)
        page = run(tool("curl"), "-sS", "-m", "50", "http://10.10.0.2/")
        self.assertEqual(page.encode(), BODY)
        with self.assertRaises(subprocess.CalledProcessError):
            # In VLAN 20 nobody has an address of VLAN 10.
            run(tool("ping"), "-c", "1", "-W", "1", "-I", "weft0.20",
                "10.10.0.2")
        self.end(lab)
        rows = capture.tshark("icmp.type == 8 && ip.dst == 10.10.0.2",
                              "vlan.id", "vlan.priority")
        self.assertEqual(rows[0], ["10", "5"])
        rows = capture.tshark("icmp && ip.addr == 10.1.0.2", "vlan.id")
        self.assertTrue(rows and all(row == [""] for row in rows), rows)
        rows = capture.tshark("icmp.type == 0 && ip.src == 10.20.0.9",
                              "vlan.id")
        self.assertTrue(rows and all(row == ["20"] for row in rows), rows)
        self.assertEqual(capture.tshark("_ws.malformed", "frame.number"), [])

    def test_lab_reaches_the_kernel_by_vlan(self):
        """hosts behind access ports ping and visit the kernel's VLAN device"""
        self.wire()
        (self.folder / "site").mkdir()
        run("ip", "route", "add", "10.10.0.2", "via", "10.20.0.9", "src",
            "10.20.0.1", "table", "20")
        run("ip", "rule", "add", "from", "10.20.0.1", "lookup", "20")
        self.sysctl("net/ipv4/conf/all/rp_filter", 0)
        server = http.server.ThreadingHTTPServer(("10.10.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.plays(VLANS.format(script=SCRIPT.replace(
            "PORT", str(server.server_port))))

    def test_priority_tag(self):
        """a tag for VLAN 0 has a priority and no network: the native VLAN"""
        super().wire()
        (self.folder / "site").mkdir()
        run("ip", "address", "flush", "dev", "weft0")
        run("ip", "link", "add", "link", "weft0", "name", "weft0.0", "type",
            "vlan", "id", "0", "egress-qos-map", "0:3")
        run("ip", "address", "add", "10.1.0.1/24", "dev", "weft0.0")
        run("ip", "link", "set", "weft0.0", "up")
        capture = Capture(self)
        lab = self.lab(VLANS.format(script=""))
        # What comes back has no tag, and is for weft0: the answer is seen on
        # the wire, and that is enough.
        asks = subprocess.Popen([tool("ping"), "10.1.0.2"],
                                stdout=subprocess.DEVNULL)
        try:
            capture.wait_for(lambda frame: frame[12:14] == b"\x08\x06"
                             and frame[21:22] == b"\2"
                             and frame[28:32] == bytes((10, 1, 0, 2)))
        finally:
            asks.kill()
            asks.wait()
        self.end(lab)
        rows = capture.tshark("arp.opcode == 1 && arp.dst.proto_ipv4 == "
                              "10.1.0.2", "vlan.id", "vlan.priority")
        self.assertEqual(rows[0][0], "0")
        rows = capture.tshark("arp.opcode == 2 && arp.src.proto_ipv4 == "
                              "10.1.0.2", "vlan.id")
        self.assertTrue(rows, "no answer")
        self.assertEqual(rows[0], [""])


class Tree(LabCase):
    def bridge(self, priority):
        """br0 with weft0 and weft1; quick timers, which count if it is root."""
        run("ip", "link", "add", "br0", "type", "bridge", "stp_state", "1",
            "priority", str(priority), "hello_time", "100",
            "forward_delay", "400", "max_age", "600")
        for name in ("weft0", "weft1"):
            run("ip", "tuntap", "add", name, "mode", "tap")
            run("ip", "link", "set", name, "master", "br0", "up")
        run("ip", "address", "add", "10.1.0.1/24", "dev", "br0")
        run("ip", "link", "set", "br0", "up")

    def states(self):
        links = json.loads(run("bridge", "-j", "link"))
        return {x["ifname"]: x.get("state") for x in links}

    def wait_for_states(self, holds):
        end = time.monotonic() + TIME_LIMIT
        while not holds(self.states()):
            self.assertLess(time.monotonic(), end, self.states())
            time.sleep(0.05)

    def own_states(self):
        """The last state of each port of weft's switches."""
        ports = {}
        for e in self.log():
            if e.get("what") == "stp.state":
                ports[e["host"], e["data"]["port"]] = e["data"]["to"]
        return ports

    def roles(self):
        ports = {}
        for e in self.log():
            if e.get("what") == "stp.role":
                ports[e["host"], e["data"]["port"]] = e["data"]["to"]
        return ports

    def wait_for_ping(self, seconds):
        """Until the host behind the ring answers, once for each question."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done = subprocess.run(
                [tool("ping"), "-c", "3", "-i", "0.1", "-W", "1", "10.1.0.2"],
                capture_output=True, text=True)
            self.assertNotIn("DUP", done.stdout)
            if done.returncode == 0 and " 0% packet loss" in done.stdout:
                return
        self.fail(f"no way through after {seconds} s: {self.states()}")

    def test_kernel_bridge_is_the_root(self):
        """a ring through the kernel's bridge: weft keeps one port closed"""
        tool("bridge")
        self.bridge(4096)
        lab = self.lab(RING.replace("PRIORITY", "32768"))
        self.wait_for_ping(TIME_LIMIT)
        self.wait_for_states(lambda found: found == {
            "weft0": "forwarding", "weft1": "forwarding"})
        self.end(lab)
        closed = [p for p, s in self.own_states().items()
                  if s == "discarding"]
        roles = self.roles()
        # The cable between s1 and s2 is the longest way to the root.
        self.assertEqual(sorted(roles.values()).count("root"), 2, roles)
        self.assertEqual(list(roles.values()).count("alternate"), 1, roles)
        self.assertLessEqual(len(closed), 1, closed)

    def test_weft_is_the_root(self):
        """the kernel's bridge hears weft's BPDUs and closes one port"""
        tool("bridge")
        self.bridge(32768)
        for name in ("weft0", "weft1"):
            run("bridge", "link", "set", "dev", name, "cost", "60000")
        lab = self.lab(RING.replace("PRIORITY", "4096"))
        # The other one is on its way to forwarding, or there.
        self.wait_for_states(lambda found: found["weft1"] == "blocking" and
                             found["weft0"] in ("listening", "learning",
                                                "forwarding"))
        self.end(lab)
        self.assertIn("root", self.roles().values())
