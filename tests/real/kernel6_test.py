# SPDX-License-Identifier: MIT
"""IPv6: weft and the kernel of this machine, over a TAP device."""
import ipaddress
import os
import re
import socket
import threading
import time
import unittest

from weft import SOURCE, tool
from wire import (HOST, LONG, TIME_LIMIT, Server, WireCase, digest_of, ping,
                  run, send_all, setUpModule, tcp_info)

VOLUME = 1_000_000_000 if LONG else 50_000_000
LOSSY_VOLUME = 100_000_000 if LONG else 8_000_000
KERNEL6 = "fd00:1::1"
HOST6 = "fd00:1::2"


def link_local(mac):
    """RFC 4291, Appendix A."""
    m = bytes.fromhex(mac.replace(":", ""))
    low = bytes([m[0] ^ 2]) + m[1:3] + b"\xff\xfe" + m[3:]
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + low))


class SixCase(WireCase):
    """A device with addresses of both versions."""

    def setUp(self):
        super().setUp()
        if not os.path.exists("/proc/sys/net/ipv6"):
            self.skipTest("this kernel has no IPv6")

    def six(self, mtu=1500, offload=False):
        """The device, with addresses of both versions."""
        more = self.wire(mtu=mtu, offload=offload)
        self.sysctl(f"net/ipv6/conf/{self.device}/disable_ipv6", 0)
        run("ip", "-6", "address", "add", f"{KERNEL6}/64", "dev", self.device,
            "nodad")
        return more + ["--six", f"{HOST6}/64"]


class Six(SixCase):
    """Neighbours, echoes, fragments, path MTUs."""

    def hold(self, options):
        """weft is there until somebody connects."""
        peer = self.peer("listen", 5000, options=options)
        peer.expect(b"listening\n")
        return peer

    def release(self, peer):
        """... and goes."""
        with socket.create_connection((HOST, 5000), TIME_LIMIT):
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
            ping(HOST6, "-6", "-s", size)
        self.assertIn(HOST6, run("ip", "-6", "neigh", "show", "dev",
                                 self.device))
        self.release(peer)

    def test_link_local_addresses(self):
        """the one that is made of the MAC address is there too"""
        peer = self.hold(self.six())
        ping(HOST6, "-6", count=1)
        neigh = run("ip", "-6", "neigh", "show", HOST6, "dev", self.device)
        mac = re.search(r"lladdr ([0-9a-f:]{17})", neigh).group(1)
        ping(f"{link_local(mac)}%{self.device}", "-6", count=1)
        self.release(peer)

    def eventually(self, *command, holds):
        """What a command says, as soon as @holds finds itself in it."""
        end = time.monotonic() + TIME_LIMIT
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
        ping(HOST6, "-6", "-I", self.device, count=2)
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
            s.settimeout(TIME_LIMIT)
            s.connect((HOST6, 9))
            s.send(b"x")
            with self.assertRaises(ConnectionRefusedError):
                s.recv(1)
        self.release(peer)

    def test_a_closed_stream(self):
        """a connection to nobody is refused at once"""
        peer = self.hold(self.six())
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.settimeout(TIME_LIMIT)
            with self.assertRaises(ConnectionRefusedError):
                s.connect((HOST6, 9))
        self.release(peer)

    def test_datagrams(self):
        """of one frame and of many, asked and answered"""
        options = self.six()
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.bind((KERNEL6, 0))
            s.settimeout(TIME_LIMIT)
            peer = self.peer("udp", KERNEL6, s.getsockname()[1], 200,
                             options=options)
            for _ in range(200):
                s.sendto(*s.recvfrom(65536))
            peer.end()

    def test_up(self):
        """weft up has addresses of both versions"""
        self.six()
        up = self.up("--address", f"{HOST6}/64")
        out = run(tool("ping"), "-6", "-c", "3", "-i", "0.5", "-w", "20",
                  HOST6)
        self.assertNotIn(" 0 received", out)
        ping(HOST, count=1)
        self.down(up)


class Streams(SixCase):
    """Many MB each way at the same time, with the same SHA-256."""

    def talk(self, conn, total):
        """Both ways at once; what was sent, what came, TCP_INFO."""
        sent = []
        sender = threading.Thread(
            target=lambda: sent.append(send_all(conn, total)))
        sender.start()
        got = digest_of(conn)
        sender.join(TIME_LIMIT)
        return sent[0], got, tcp_info(conn)

    def connects(self, options, total):
        """weft calls the kernel."""
        result = []
        server = Server(lambda c: result.append(self.talk(c, total)),
                        at=KERNEL6)
        self.addCleanup(server.close)
        peer = self.peer("connect", KERNEL6, server.port, options=options,
                         total=total)
        counts = peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(result[0][:2], (peer.heard.hexdigest(),
                                         peer.sent.hexdigest()))
        self.assertEqual(counts.get("tcp_csum", 0), 0)
        return result[0][2], counts

    def accepts(self, options, total):
        """The kernel calls weft."""
        peer = self.peer("listen", 5000, options=options, total=total)
        peer.expect(b"listening\n")
        with socket.create_connection((HOST6, 5000), TIME_LIMIT) as conn:
            sent, got, info = self.talk(conn, total)
        counts = peer.end()
        self.assertEqual((sent, got), (peer.heard.hexdigest(),
                                       peer.sent.hexdigest()))
        return info, counts

    def test_weft_connects(self):
        """every frame whole"""
        self.connects(self.six(), VOLUME)

    def test_weft_connects_with_offload(self):
        """checksums and segmentation are left to the device"""
        _, counts = self.connects(self.six(offload=True), VOLUME)
        self.assertLess(counts["tx_frames"], VOLUME / 1428 / 2)

    def test_the_kernel_connects(self):
        """every frame whole"""
        self.accepts(self.six(), VOLUME)

    def test_the_kernel_connects_with_offload(self):
        """checksums and segmentation are left to the device"""
        self.accepts(self.six(offload=True), VOLUME)

    def test_loss(self):
        """one frame in a hundred is lost: both repair it"""
        info, counts = self.connects(self.six() + ["--loss", "1%"],
                                     LOSSY_VOLUME)
        self.assertGreater(counts["retransmitted"], 0)
        self.assertGreater(info["retransmits"], 0)

    def test_the_least_mtu(self):
        """1280 octets, the least that IPv6 allows"""
        self.connects(self.six(mtu=1280), VOLUME // 5)


class Web(SixCase):
    """Pages over IPv6."""

    def test_curl_gets_a_page(self):
        """weft up --serve: curl gets every file, over one connection"""
        self.six()
        site = SOURCE / "labs/site"
        up = self.up("--address", f"{HOST6}/64", "--serve", site)
        names = [p.name for p in site.iterdir() if p.is_file()]
        out = self.folder / "got"
        out.mkdir()
        args = [x for name in names
                for x in ("-o", str(out / name), f"http://[{HOST6}]/{name}")]
        trace = run(tool("curl"), "-6", "-sS", "--fail", "--max-time", "60",
                    "-w", "%{num_connects} %{remote_ip}\n", *args)
        for name in names:
            self.assertEqual((out / name).read_bytes(),
                             (site / name).read_bytes())
        lines = trace.splitlines()
        self.assertEqual({x.split()[1] for x in lines}, {HOST6})
        self.assertEqual(sum(int(x.split()[0]) for x in lines), 1)
        self.down(up)

    def test_curl_chooses(self):
        """both versions serve the same page, and nobody serves a third"""
        self.six()
        up = self.up("--address", f"{HOST6}/64", "--serve",
                     SOURCE / "labs/site")
        page = (SOURCE / "labs/site/index.html").read_text()
        for address in (f"[{HOST6}]", HOST):
            self.assertEqual(run(tool("curl"), "-sS", "--max-time", "60",
                                 f"http://{address}/"), page)
        self.down(up)

    def test_echo(self):
        """weft up --echo over IPv6: streams and datagrams"""
        self.six()
        up = self.up("--address", f"{HOST6}/64", "--echo", 7)
        with socket.create_connection((HOST6, 7), TIME_LIMIT) as s:
            s.sendall(b"six" * 1000)
            s.shutdown(socket.SHUT_WR)
            got = b""
            while data := s.recv(65536):
                got += data
            self.assertEqual(got, b"six" * 1000)
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.settimeout(TIME_LIMIT)
            s.connect((HOST6, 7))
            for size in (1, 1452, 1453, 9000, 60000):
                s.send(bytes([size % 251]) * size)
                self.assertEqual(s.recv(65536), bytes([size % 251]) * size)
        self.down(up)


if __name__ == "__main__":
    unittest.main()
