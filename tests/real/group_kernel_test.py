# SPDX-License-Identifier: MIT
"""Groups: weft and the kernel of this machine tell each other what they want.

Each is the host and each the router, in every version of IGMP and MLD that
both speak; Linux's bridge is a querier and a switch that reads along.
"""
import ipaddress
import os
import re
import socket
import struct
import subprocess
import time
import unittest

from weft import tool
from wire import (HOST, KERNEL, PEER, TIME_LIMIT, Capture, WireCase, run,
                  setUpModule)

KERNEL6, HOST6 = "fd00:1::1", "fd00:1::2"
GROUP, GROUP6, PORT = "239.1.2.3", "ff15::1:2", 5004
MCAST_JOIN_SOURCE_GROUP = 46
ALERT4 = b"\x94\x04\0\0"
ALERT6 = b"\0\0\x05\x02\0\0\x01\0"      # IPV6_HOPOPTS, as the kernel wants it


def igmp_of_weft(*kinds):
    """Frames of weft with IGMP of these types (and of these records)."""
    def is_meant(frame):
        here = 14 + (frame[14] & 15) * 4
        return (frame[12:14] == b"\x08\0" and frame[23] == 2
                and frame[26:30] == socket.inet_aton(HOST)
                and (frame[here], frame[here + 8] if frame[here] == 0x22
                     else None) in kinds)
    return is_meant


def mld_of_weft(*kinds):
    """The same of MLD about GROUP6; behind the header hop by hop."""
    group = socket.inet_pton(socket.AF_INET6, GROUP6)

    def is_meant(frame):
        mld = frame[62:]
        return (frame[12:14] == b"\x86\xdd" and frame[20] == 0
                and frame[54] == 58 and group in mld
                and (mld[0], mld[8] if mld[0] == 143 else None) in kinds)
    return is_meant


def is_v6(group):
    return ":" in group


class Told:
    """A tap-peer that does what it is told, line by line."""

    def __init__(self, case, options):
        self.process = subprocess.Popen(
            [PEER, case.device, f"{HOST}/24", *options, "group"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        case.addCleanup(self.kill)
        case.assertEqual(self.process.stderr.readline(), "ready\n")

    def tell(self, *words):
        """What it answers."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self):
        if self.process.poll() is None:
            self.process.stdin.write("quit\n")
            self.process.stdin.flush()
            self.process.wait(TIME_LIMIT)
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            stream.close()


class Groups(WireCase):
    def setUp(self):
        super().setUp()
        if not os.path.exists("/proc/sys/net/ipv6"):
            self.skipTest("this kernel has no IPv6")

    def begin(self):
        """The device has addresses of both versions; weft is there."""
        self.wire()
        self.address6(self.device)
        run("ip", "route", "add", "224.0.0.0/4", "dev", self.device)
        return self.weft_begins()

    def address6(self, device):
        self.sysctl(f"net/ipv6/conf/{device}/disable_ipv6", 0)
        run("ip", "-6", "address", "add", f"{KERNEL6}/64", "dev", device,
            "nodad")

    def weft_begins(self):
        self.weft_end = Told(self, ["--six", f"{HOST6}/64"])
        return self.weft_end.tell

    def index(self, device=None):
        return socket.if_nametoindex(device or self.device)

    def member(self, group, source=None, device=None):
        """A socket of the kernel that has joined."""
        family = socket.AF_INET6 if is_v6(group) else socket.AF_INET
        level = socket.IPPROTO_IPV6 if is_v6(group) else socket.IPPROTO_IP
        s = socket.socket(family, socket.SOCK_DGRAM)
        self.addCleanup(s.close)
        s.settimeout(TIME_LIMIT)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", PORT))

        def storage(a):
            packed = ipaddress.ip_address(a).packed
            head = struct.pack("=H", family) + bytes(6 if is_v6(a) else 2)
            return (head + packed).ljust(128, b"\0")

        request = struct.pack("=I4x", self.index(device)) + storage(group)
        if source:
            s.setsockopt(level, MCAST_JOIN_SOURCE_GROUP,
                         request + storage(source))
        else:
            s.setsockopt(level, 42, request)          # MCAST_JOIN_GROUP
        return s

    def send(self, group, count, ttl=1):
        """Datagrams from the kernel, numbered in one octet."""
        family = socket.AF_INET6 if is_v6(group) else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            if is_v6(group):
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                             self.index())
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS,
                             ttl)
            for i in range(count):
                s.sendto(bytes([i]), (group, PORT))

    def query4(self, data):
        """A query of IGMP by a script on the kernel's side."""
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, 2) as s:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, ALERT4)
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            total = sum(struct.unpack(f">{len(data) // 2}H", data))
            total = (total >> 16) + (total & 0xffff)
            data = data[:2] + struct.pack(">H", total ^ 0xffff) + data[4:]
            group = socket.inet_ntoa(data[4:8])
            s.sendto(data, ("224.0.0.1" if group == "0.0.0.0" else group, 0))

    def query6(self, data):
        """A query of MLD, from a link-local address."""
        out = run("ip", "-6", "address", "show", "dev", self.device, "scope",
                  "link")
        here = re.search(r"inet6 (fe80::[0-9a-f:]+)", out).group(1)
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                           socket.IPPROTO_ICMPV6) as s:
            s.bind((here, 0, 0, self.index()))
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, ALERT6)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
            group = socket.inet_ntop(socket.AF_INET6, data[8:24])
            s.sendto(data, ("ff02::1" if group == "::" else group, 0, 0,
                            self.index()))

    def link_local_is_there(self):
        """The kernel's own has been seen to be unique."""
        end = time.monotonic() + TIME_LIMIT
        while "tentative" in run("ip", "-6", "address", "show", "dev",
                                 self.device, "scope", "link"):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)


class KernelJoins(Groups):
    """weft asks, and notes what the kernel wants."""

    def check(self, group, version, knob=None):
        tell = self.begin()
        family = 6 if is_v6(group) else 4
        if knob:
            self.sysctl(f"net/{knob.format(self.device)}", version)
        self.assertEqual(tell("ask", family), "ok")
        self.assertEqual(tell("asks", family, 1), "1")
        self.link_local_is_there()
        s = self.member(group)
        self.assertEqual(tell("members", family, 1), "1")
        self.assertEqual(tell("send", group, PORT, 3, 1), "ok")
        self.assertEqual([s.recv(10)[0] for _ in range(3)], [0, 1, 2])
        s.close()
        self.assertEqual(tell("members", family, 0), "0")

    def test_igmp_3(self):
        """IGMPv3: the kernel joins, hears and leaves"""
        self.check(GROUP, 3, "ipv4/conf/{}/force_igmp_version")

    def test_igmp_2(self):
        """IGMPv2: the same, and its leave is followed by a question"""
        self.check(GROUP, 2, "ipv4/conf/{}/force_igmp_version")

    def test_mld_2(self):
        """MLDv2: the kernel joins, hears and leaves"""
        self.check(GROUP6, 2, "ipv6/conf/{}/force_mld_version")

    def test_mld_1(self):
        """MLDv1: the same, and its done is followed by a question"""
        self.check(GROUP6, 1, "ipv6/conf/{}/force_mld_version")

    def test_sources(self):
        """the kernel wants one source; a second one; none any more"""
        tell = self.begin()
        for family, group, source in ((4, GROUP, HOST), (6, GROUP6, HOST6)):
            tell("ask", family)
            self.assertEqual(tell("asks", family, 1), "1")
            self.link_local_is_there()
            here = self.member(group, source)
            far = self.member(group, "10.9.9.9" if family == 4
                              else "fd00:9::9")
            self.assertEqual(tell("members", family, 1), "1")
            self.assertEqual(tell("send", group, PORT, 2, 1), "ok")
            self.assertEqual([here.recv(9)[0] for _ in range(2)], [0, 1])
            far.settimeout(0.3)
            with self.assertRaises(socket.timeout):
                far.recv(9)
            here.close()
            far.close()
            self.assertEqual(tell("members", family, 0), "0")


class WeftJoins(Groups):
    """The kernel sends, and asks; Wireshark reads along."""

    def test_datagrams(self):
        """weft hears what it has joined, from whom it wants, and no more"""
        tell = self.begin()
        for group, kernel, far in ((GROUP, KERNEL, "10.9.9.9"),
                                   (GROUP6, KERNEL6, "fd00:9::9")):
            self.send(group, 2)
            self.assertEqual(tell("run", 100), "ok")
            self.assertEqual(tell("join", group, PORT), "ok")
            self.send(group, 3)
            self.assertEqual(tell("heard", 3),
                             f"3 {kernel}/0 {kernel}/1 {kernel}/2")
            self.assertEqual(tell("leave"), "ok")
            self.assertEqual(tell("join", group, PORT, far), "ok")
            self.send(group, 2)
            self.assertEqual(tell("run", 100), "ok")
            self.assertEqual(tell("leave"), "ok")
            self.assertEqual(tell("join", group, PORT, kernel), "ok")
            self.send(group, 1)
            self.assertEqual(tell("heard", 1), f"1 {kernel}/0")
            self.assertEqual(tell("leave"), "ok")

    def capture(self):
        tool("tshark")
        return Capture(self)

    def frames(self, capture, filter_, *fields):
        """What weft sent; all of it must be well made."""
        bad = capture.tshark(
            "(igmp or icmpv6.type in {130,131,132,143}) and (_ws.malformed or "
            "igmp.checksum.status == 0 or icmpv6.checksum.status == 0)",
            "frame.number")
        self.assertEqual(bad, [])
        return capture.tshark(filter_, *fields)

    def test_answers_of_igmp(self):
        """a general query, one of a group, and those of old versions"""
        tell = self.begin()
        capture = self.capture()
        self.assertEqual(tell("join", GROUP, PORT), "ok")
        group = socket.inet_aton(GROUP)
        answers = igmp_of_weft((0x22, 2))
        self.query4(b"\x11\x05\0\0" + bytes(4) + b"\x02\x7d\0\0")
        capture.wait_for(answers)
        self.query4(b"\x11\x05\0\0" + group + b"\x02\x7d\0\0")
        capture.wait_for(answers, 2)
        self.assertEqual(tell("version", 4, 3), "3")
        self.query4(b"\x11\x05\0\0" + bytes(4))
        self.assertEqual(tell("version", 4, 2), "2")
        capture.wait_for(igmp_of_weft((0x16, None)))
        self.query4(b"\x11\0\0\0" + bytes(4))
        self.assertEqual(tell("version", 4, 1), "1")
        rows = self.frames(capture, f"igmp and ip.src == {HOST}", "igmp.type",
                           "igmp.record_type", "ip.dst", "ip.ttl",
                           "ip.opt.type")
        self.assertTrue(all(row[3:] == ["1", "148"] for row in rows), rows)
        kinds = [tuple(row[:3]) for row in rows]
        for kind in (("0x22", "4", "224.0.0.22"), ("0x22", "2", "224.0.0.22"),
                     ("0x16", "", GROUP)):
            self.assertIn(kind, kinds)
        self.assertEqual(kinds.count(("0x22", "2", "224.0.0.22")), 2)

    def test_answers_of_mld(self):
        """a general query, one of a group, and one of version 1"""
        tell = self.begin()
        self.link_local_is_there()
        self.assertEqual(tell("run", 2500), "ok")    # weft's own, too
        capture = self.capture()
        self.assertEqual(tell("join", GROUP6, PORT), "ok")
        group = socket.inet_pton(socket.AF_INET6, GROUP6)
        answers = mld_of_weft((143, 2))
        self.query6(b"\x82\0\0\0\x01\xf4\0\0" + bytes(16) + b"\x02\x7d\0\0")
        capture.wait_for(answers)
        self.query6(b"\x82\0\0\0\x01\xf4\0\0" + group + b"\x02\x7d\0\0")
        capture.wait_for(answers, 2)
        self.assertEqual(tell("version", 6, 2), "2")
        self.query6(b"\x82\0\0\0\x01\xf4\0\0" + bytes(16))
        self.assertEqual(tell("version", 6, 1), "1")
        capture.wait_for(mld_of_weft((131, None)))
        self.assertEqual(tell("leave"), "ok")
        capture.wait_for(mld_of_weft((132, None)))
        rows = self.frames(
            capture, "icmpv6.type in {131,132,143} and "
            f"(icmpv6.mldr.mar.multicast_address == {GROUP6} or "
            f"icmpv6.mld.multicast_address == {GROUP6})", "icmpv6.type",
            "icmpv6.mldr.mar.record_type", "ipv6.dst", "ipv6.hlim",
            "ipv6.opt.router_alert", "ipv6.src")
        for row in rows:
            self.assertEqual(row[3:5], ["1", "0"], rows)
            self.assertTrue(row[5].startswith("fe80::"), rows)
        kinds = [tuple(row[:3]) for row in rows]
        self.assertEqual(kinds[0], ("143", "4", "ff02::16"))
        self.assertEqual(kinds.count(("143", "2", "ff02::16")), 2)
        self.assertIn(("131", "", GROUP6), kinds)
        self.assertEqual(kinds[-1], ("132", "", "ff02::2"))

    def test_election(self):
        """10.1.0.1 asks, so 10.1.0.2 does not"""
        tell = self.begin()
        tell("ask", 4)
        self.assertEqual(tell("asks", 4, 1), "1")
        self.query4(b"\x11\x05\0\0" + bytes(4) + b"\x02\x7d\0\0")
        self.assertEqual(tell("asks", 4, 0), "0")


class Bridge(Groups):
    """Linux's bridge asks, and reads along: a switch and a querier."""

    def begin(self):
        self.wire()
        tool("bridge")
        try:
            run("ip", "link", "add", "br0", "type", "bridge",
                "mcast_snooping", "1", "mcast_igmp_version", "3",
                "mcast_mld_version", "2", "forward_delay", "0",
                "mcast_query_response_interval", "100",
                "mcast_startup_query_interval", "100",
                "mcast_startup_query_count", "20")
        except subprocess.CalledProcessError as e:
            self.skipTest(f"no bridge: {e.stderr}")
        run("ip", "address", "flush", "dev", self.device)
        run("ip", "link", "set", self.device, "master", "br0")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "br0")
        run("ip", "link", "set", "br0", "up")
        self.address6("br0")
        run("ip", "link", "set", "br0", "type", "bridge", "mcast_querier", "1")
        return self.weft_begins()

    def mdb(self):
        return run(tool("bridge"), "-s", "mdb", "show")

    def eventually(self, group, is_there):
        end = time.monotonic() + TIME_LIMIT
        while (f"port {self.device} grp {group} " in self.mdb()) != is_there:
            self.assertLess(time.monotonic(), end, self.mdb())
            time.sleep(0.1)

    def test_its_table(self):
        """what weft joins stands in Linux's table, until it leaves"""
        tell = self.begin()
        for group in GROUP, GROUP6:
            self.assertEqual(tell("join", group, PORT), "ok")
            self.eventually(group, True)
            self.assertEqual(tell("leave"), "ok")
            self.eventually(group, False)

    def test_its_questions(self):
        """it asks in IGMPv3 and MLDv2, and weft answers in these"""
        tell = self.begin()
        tool("tshark")
        capture = Capture(self)
        self.assertEqual(tell("join", GROUP, PORT), "ok")
        self.assertEqual(tell("join", GROUP6, PORT), "ok")
        for family, newest in ((4, 3), (6, 2)):
            self.assertEqual(tell("version", family, newest), str(newest))
        # Not what weft says of itself when it joins, but its answers.
        capture.wait_for(igmp_of_weft((0x22, 2)))
        capture.wait_for(mld_of_weft((143, 2)))
        rows = capture.tshark(f"igmp.type == 0x22 and ip.src == {HOST} and "
                              "igmp.record_type == 2", "igmp.maddr")
        self.assertIn([GROUP], rows)


if __name__ == "__main__":
    unittest.main()
