# SPDX-License-Identifier: MIT
"""IPv6: weft and the kernel of this machine, over a TAP device."""
import ipaddress
import os
import re
import socket
import time
import unittest

from weft import tool
from wire import HOST, WireCase, run, setUpModule

KERNEL6 = "fd00:1::1"
HOST6 = "fd00:1::2"


def link_local(mac):
    """RFC 4291, Appendix A."""
    m = bytes.fromhex(mac.replace(":", ""))
    low = bytes([m[0] ^ 2]) + m[1:3] + b"\xff\xfe" + m[3:]
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + low))


class Six(WireCase):
    """Neighbours, echoes, fragments, path MTUs."""

    def setUp(self):
        super().setUp()
        if not os.path.exists("/proc/sys/net/ipv6"):
            self.skipTest("this kernel has no IPv6")

    def six(self, mtu=1500):
        """The device, with addresses of both versions."""
        self.wire(mtu=mtu)
        self.sysctl(f"net/ipv6/conf/{self.device}/disable_ipv6", 0)
        run("ip", "-6", "address", "add", f"{KERNEL6}/64", "dev", self.device,
            "nodad")
        return ["--six", f"{HOST6}/64"]

    def hold(self, options):
        """weft is there until somebody connects."""
        peer = self.peer("listen", 5000, options=options)
        peer.expect(b"listening\n")
        return peer

    def release(self, peer):
        """... and goes."""
        with socket.create_connection((HOST, 5000), 10):
            pass
        return peer.end()

    def test_weft_pings_the_kernel(self):
        """duplicate detection, neighbour discovery, echoes up to 20 KB"""
        counts = self.peer("ping", KERNEL6, 30, options=self.six()).end()
        self.assertEqual(counts.get("icmp_csum", 0), 0)
        self.assertEqual(counts.get("nd_bad", 0), 0)

    def test_the_kernel_pings_weft(self):
        """in one frame and in many; it keeps us as a neighbour"""
        peer = self.hold(self.six())
        for size in ("56", "1452", "20000"):
            out = run(tool("ping"), "-6", "-c", "3", "-i", "0.01", "-s", size,
                      HOST6)
            self.assertIn(" 0% packet loss", out)
        self.assertIn(HOST6, run("ip", "-6", "neigh", "show", "dev",
                                 self.device))
        self.release(peer)

    def test_link_local_addresses(self):
        """the one that is made of the MAC address is there too"""
        peer = self.hold(self.six())
        run(tool("ping"), "-6", "-c", "1", HOST6)
        neigh = run("ip", "-6", "neigh", "show", HOST6, "dev", self.device)
        mac = re.search(r"lladdr ([0-9a-f:]{17})", neigh).group(1)
        out = run(tool("ping"), "-6", "-c", "1",
                  f"{link_local(mac)}%{self.device}")
        self.assertIn(" 0% packet loss", out)
        self.release(peer)

    def eventually(self, *command, holds):
        """What a command says, as soon as @holds finds itself in it."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            out = run(*command)
            if re.search(holds, out):
                return out
            time.sleep(0.1)
        return self.fail(f"{holds} is not in: {out}")

    def test_the_kernel_makes_itself_an_address(self):
        """weft is its router: prefix, route, MTU and hop limit are taken"""
        options = self.six()
        for knob, value in ("accept_ra", 2), ("autoconf", 1):
            self.sysctl(f"net/ipv6/conf/{self.device}/{knob}", value)
        peer = self.hold(options + ["--router", "fd00:2::/64"])
        out = self.eventually(
            "ip", "-6", "address", "show", "dev", self.device,
            holds=r"inet6 fd00:2::\S+/64 scope global dynamic \S*\s")
        self.assertNotIn("dadfailed", out)
        out = run("ip", "-6", "route", "show", "default")
        self.assertRegex(out, rf"via fe80::\S+ dev {self.device} proto ra")
        self.assertIn("hoplimit 77", out)
        self.assertIn("mtu 1400", out)
        self.assertRegex(run("ip", "-6", "neigh", "show", "dev", self.device),
                         r"fe80::\S+ lladdr \S+ router")
        out = run(tool("ping"), "-6", "-c", "2", "-I", self.device, HOST6)
        self.assertIn(" 0% packet loss", out)
        self.release(peer)

    def test_the_kernel_sees_who_has_an_address(self):
        """it finds out that weft has it already, and does not use it"""
        peer = self.hold(self.six())
        run("ip", "-6", "address", "add", f"{HOST6}/64", "dev", self.device)
        self.eventually("ip", "-6", "address", "show", "dev", self.device,
                        holds=rf"{HOST6}/64 scope global \S*dadfailed")
        run("ip", "-6", "address", "del", f"{HOST6}/64", "dev", self.device)
        self.release(peer)

    def test_a_closed_port(self):
        """a datagram to nobody is told as port unreachable"""
        peer = self.hold(self.six())
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.settimeout(10)
            s.connect((HOST6, 9))
            s.send(b"x")
            with self.assertRaises(ConnectionRefusedError):
                s.recv(1)
        self.release(peer)

    def test_a_closed_stream(self):
        """a connection to nobody is refused at once"""
        peer = self.hold(self.six())
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.settimeout(10)
            with self.assertRaises(ConnectionRefusedError):
                s.connect((HOST6, 9))
        self.release(peer)

    def test_up(self):
        """weft up has addresses of both versions"""
        self.six()
        up = self.up("--address", f"{HOST6}/64")
        out = run(tool("ping"), "-6", "-c", "3", "-i", "0.5", "-w", "20",
                  HOST6)
        self.assertNotIn(" 0 received", out)
        run(tool("ping"), "-c", "1", HOST)
        self.down(up)


if __name__ == "__main__":
    unittest.main()
