# SPDX-License-Identifier: MIT
"""weft and the kernel of this machine, over a TAP device."""
import hashlib
import socket
import struct
import subprocess
import threading
import time
import unittest

import wire
from weft import tool
from wire import (ECN, HOST, KERNEL, LONG, SACK, TIMESTAMPS, TIME_LIMIT, WSCALE,
                  Capture, WireCase, chunks, digest_of, echo, ping, run,
                  send_all, setUpModule, tcp_info)

VOLUME = wire.VOLUME or (1_000_000_000 if LONG else 100_000_000)
LOSSY_VOLUME = 100_000_000 if LONG else 8_000_000


class Neighbours(WireCase):
    def test_arp_and_ping_both_ways(self):
        """each finds the other by ARP, and pings it, in one frame and in many"""
        self.wire()
        up = self.up()
        for size in ("56", "1472", "20000"):
            ping(HOST, "-s", size)
        self.assertIn(HOST, run("ip", "neigh", "show", "dev", self.device))
        self.down(up)
        run("ip", "neigh", "flush", "dev", self.device)
        self.peer("ping", KERNEL, 30).end()

    def test_arp_for_nobody(self):
        """a neighbour that is not there is an error, not a wait"""
        self.wire()
        end = self.peer("connect", "10.1.0.77", 80).end(status=1)
        self.assertIn("No route to host", end)

    def test_udp_both_ways(self):
        """datagrams of one frame and of many, asked and answered"""
        self.wire()
        up = self.up("--echo", 7)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(TIME_LIMIT)
            s.connect((HOST, 7))
            for size in (1, 1472, 1473, 9000, 60000):
                s.send(bytes([size % 251]) * size)
                self.assertEqual(s.recv(65536), bytes([size % 251]) * size)
            s.connect((HOST, 9))
            s.send(b"x")
            with self.assertRaises(ConnectionRefusedError):
                s.recv(1)  # port unreachable, as ICMP says it
        self.down(up)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((KERNEL, 0))
            s.settimeout(TIME_LIMIT)
            peer = self.peer("udp", KERNEL, s.getsockname()[1], 200)
            for _ in range(200):
                s.sendto(*s.recvfrom(65536))
            peer.end()


class Both(WireCase):
    """A whole stream each way at once, compared octet for octet."""

    congestion = None

    def both_ways(self, options, total):
        """weft connects; both send; what arrives is what was sent."""
        result = {}

        def serve(conn):
            sender = threading.Thread(target=lambda: result.update(
                sent=send_all(conn, total)))
            sender.start()
            result["got"] = digest_of(conn)
            sender.join(TIME_LIMIT)
            result["info"] = tcp_info(conn)

        server = self.server(serve, congestion=self.congestion)
        peer = self.peer("connect", KERNEL, server.port, options=options,
                         total=total)
        begin = time.monotonic()
        counts = peer.end()
        if wire.VOLUME:
            print(f"# {self.id()} {options}: {total} octets each way in "
                  f"{time.monotonic() - begin:.1f} s, SHA-256 "
                  f"{peer.sent.hexdigest()} and {peer.heard.hexdigest()}",
                  flush=True)
        self.assertEqual(server.join(), [])
        self.assertEqual(result["got"], peer.sent.hexdigest())
        self.assertEqual(result["sent"], peer.heard.hexdigest())
        self.assertEqual(counts.get("tcp_csum", 0), 0)
        self.assertEqual(counts.get("vnet_bad", 0), 0)
        return result["info"], counts

    def accepted(self, options, total):
        """The kernel connects; both send."""
        peer = self.peer("listen", 5000, options=options, total=total)
        peer.expect(b"listening\n")
        with socket.create_connection((HOST, 5000), TIME_LIMIT) as conn:
            result = {}
            sender = threading.Thread(target=lambda: result.update(
                sent=send_all(conn, total)))
            sender.start()
            got = digest_of(conn)
            sender.join(TIME_LIMIT)
            info = tcp_info(conn)
        counts = peer.end()
        self.assertEqual(got, peer.sent.hexdigest())
        self.assertEqual(result["sent"], peer.heard.hexdigest())
        return info, counts


class Streams(Both):
    """Much of it."""

    def test_plain(self):
        """weft connects: every frame whole"""
        options = self.wire()
        self.both_ways(options, VOLUME)

    def test_offload(self):
        """weft connects: checksums and segmentation left to the device"""
        options = self.wire(offload=True)
        _, counts = self.both_ways(options, VOLUME)
        # Large segments really were handed over in one piece, both ways.
        self.assertLess(counts["tx_frames"], VOLUME / 1448 / 2)
        self.assertLess(counts["rx_frames"], VOLUME / 1448)

    def test_jumbo(self):
        """frames of 9000 octets"""
        self.both_ways(self.wire(mtu=9000), VOLUME // 4)

    def test_jumbo_offload(self):
        """frames of 9000 octets, with offload"""
        self.both_ways(self.wire(mtu=9000, offload=True), VOLUME // 4)

    def test_kernel_connects(self):
        """the kernel connects: every frame whole"""
        self.accepted(self.wire(), VOLUME // 4)

    def test_kernel_connects_offload(self):
        """the kernel connects: with offload"""
        self.accepted(self.wire(offload=True), VOLUME // 4)

    def test_loss(self):
        """one frame in a hundred is lost on weft's own cable"""
        options = self.wire() + ["--loss", "1%"]
        info, counts = self.both_ways(options, LOSSY_VOLUME)
        self.assertGreater(counts["retransmitted"], 0)
        self.assertGreater(info["retransmits"], 0)

    def test_loss_with_delay(self):
        """the same with a round trip of 4 ms, and the kernel connects"""
        options = self.wire() + ["--loss", "1%", "--delay", "2ms"]
        info, counts = self.accepted(options, LOSSY_VOLUME // 4)
        self.assertGreater(counts["retransmitted"], 0)
        self.assertGreater(info["retransmits"], 0)

    def test_congestion_controls(self):
        """the kernel with Reno, with CUBIC, with BBR, and with ECN on"""
        self.sysctl("net/ipv4/tcp_ecn", 1)
        options = self.wire()
        for self.congestion in ("reno", "cubic", "bbr"):
            with self.subTest(self.congestion):
                self.both_ways(options, VOLUME // 10)


class Handshake(WireCase):
    """What both ends agree on, as the kernel and tshark see it."""

    AGREED = TIMESTAMPS | WSCALE | SACK

    def judge(self, capture, info, first):
        """Both SYNs offer everything, and no frame is malformed."""
        self.assertEqual(info["options"] & self.AGREED, self.AGREED, info)
        syns = capture.tshark("tcp.flags.syn == 1", "ip.src",
                              "tcp.options.mss_val",
                              "tcp.options.wscale.shift",
                              "tcp.options.sack_perm",
                              "tcp.options.timestamp.tsval")
        # A SYN may be sent again: the kernel's end needs up to a second to
        # notice that somebody has opened the device.
        self.assertEqual(syns[0][0], first)
        self.assertEqual({x[0] for x in syns}, {HOST, KERNEL})
        for _, mss, shift, sack, tsval in syns:
            self.assertEqual(mss, "1460")
            self.assertGreater(int(shift), 0)
            self.assertTrue(sack)
            self.assertTrue(tsval)
        self.assertEqual(capture.tshark(
            "_ws.malformed || tcp.checksum.status == 0", "frame.number"), [])

    def test_kernel_opens(self):
        """the kernel opens: scales, timestamps and SACK are agreed on"""
        self.wire()
        self.up("--echo", 7)
        capture = Capture(self)
        with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
            conn.sendall(b"x")
            self.assertEqual(conn.recv(1), b"x")
            info = tcp_info(conn)
        self.judge(capture, info, KERNEL)

    def test_weft_opens(self):
        """weft opens: scales, timestamps and SACK are agreed on"""
        self.wire()
        seen = []

        def serve(conn):
            digest_of(conn)
            seen.append(tcp_info(conn))

        server = self.server(serve)
        capture = Capture(self)
        self.peer("connect", KERNEL, server.port, total=5000).end()
        self.assertEqual(server.join(), [])
        self.judge(capture, seen[0], HOST)


class Marks(Both):
    """Explicit congestion notification, asked for by either end."""

    def agreed(self, info):
        self.assertTrue(info["options"] & ECN, info)

    def test_kernel_asks(self):
        """the kernel asks for ECN, and weft answers"""
        self.sysctl("net/ipv4/tcp_ecn", 1)
        info, _ = self.accepted(self.wire(), 3_000_000)
        self.agreed(info)

    def test_weft_asks(self):
        """weft asks for ECN, and the kernel answers"""
        self.sysctl("net/ipv4/tcp_ecn", 2)
        info, _ = self.both_ways([*self.wire(), "--set", "tcp_ecn=1"],
                                 3_000_000)
        self.agreed(info)

    def test_weft_asks_for_more(self):
        """weft asks for accurate feedback, and takes what the kernel has"""
        self.sysctl("net/ipv4/tcp_ecn", 2)
        info, _ = self.both_ways([*self.wire(), "--set", "tcp_ecn=3"],
                                 3_000_000)
        self.agreed(info)

    def test_nobody_asks(self):
        """a kernel that refuses ECN gets none"""
        self.sysctl("net/ipv4/tcp_ecn", 0)
        info, _ = self.both_ways([*self.wire(), "--set", "tcp_ecn=1"],
                                 3_000_000)
        self.assertFalse(info["options"] & ECN, info)


class Poor(Both):
    """Kernels that lack something, and cables that do worse than lose."""

    def test_without_options(self):
        """without timestamps, SACK and window scales, alone and together"""
        options = self.wire()
        for off in (("timestamps",), ("sack",), ("window_scaling",),
                    ("timestamps", "sack", "window_scaling")):
            for name in ("timestamps", "sack", "window_scaling"):
                self.sysctl(f"net/ipv4/tcp_{name}", int(name not in off))
            with self.subTest(off):
                self.both_ways([*options, "--loss", "0.3%"], 2_000_000)
                self.accepted(options, 5_000_000)

    def test_bad_cables(self):
        """frames that are overtaken, come twice, or have flipped bits"""
        options = self.wire() + ["--delay", "1ms"]
        for what in (["--reorder", "5%"], ["--dup", "5%"],
                     ["--corrupt", "1%"],
                     ["--reorder", "2%", "--dup", "2%", "--corrupt", "1%",
                      "--loss", "1%"]):
            with self.subTest(what):
                self.both_ways([*options, *what], 2_000_000)

    def test_small_frames(self):
        """frames of 576 octets, and of 1400 where the kernel has 1500"""
        options = self.wire(mtu=576)
        self.both_ways(options, 5_000_000)
        run("ip", "link", "set", self.device, "mtu", "1500")
        self.both_ways([*options, "--mtu", "1400"], 5_000_000)
        self.accepted([*options, "--mtu", "1400"], 5_000_000)

    def test_small_buffers(self):
        """a kernel that takes in a few segments at a time"""
        self.wire()
        got = []

        def serve(conn):
            got.append(digest_of(conn))

        server = self.server(serve, rcvbuf=4096)
        peer = self.peer("connect", KERNEL, server.port, total=500_000)
        peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(got, [peer.sent.hexdigest()])

    def test_single_octets(self):
        """a thousand writes of one octet each, and each comes back"""
        self.wire()
        self.up("--echo", 7)
        with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(1000):
                conn.sendall(bytes([i % 251]))
            got = b""
            while len(got) < 1000:
                got += conn.recv(1000)
            self.assertEqual(got, bytes(i % 251 for i in range(1000)))

    def test_many_in_a_row(self):
        """five hundred connections one after the other"""
        self.wire()
        self.up("--echo", 7)
        for i in range(500):
            with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
                conn.sendall(b"%d" % i)
                conn.shutdown(socket.SHUT_WR)
                self.assertEqual(conn.recv(10), b"%d" % i)
                self.assertEqual(conn.recv(10), b"")

    def test_narrow_path(self):
        """a path that is narrower behind a router, which says so"""
        self.wire()
        got = []

        def serve(conn):
            got.append(digest_of(conn))

        # Another namespace behind one more link, with frames of 1280 octets.
        # Its far end is behind a router that lets it say MSS 1460.
        server = self.behind_router(serve, 1280)
        peer = self.peer("connect", "10.3.0.2", server.port, total=3_000_000,
                         options=["--gateway", KERNEL])
        counts = peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(got, [peer.sent.hexdigest()])
        self.assertGreater(counts["retransmitted"], 0)


class Ends(WireCase):
    """How conversations end."""

    def serve_one(self, serve, *peer, total=0, options=()):
        self.wire()
        server = self.server(serve)
        return server, self.peer("connect", KERNEL, server.port, *peer,
                                 total=total, options=options)

    def test_kernel_closes_first(self):
        """the kernel closes first, weft hears the end and closes too"""
        server, peer = self.serve_one(lambda c: c.sendall(b"bye"))
        peer.end()
        self.assertEqual(peer.heard.hexdigest(),
                         hashlib.sha256(b"bye").hexdigest())
        self.assertEqual(server.join(), [])

    def test_weft_closes_first(self):
        """weft closes after its last octet, which still arrives"""
        got = []
        server, peer = self.serve_one(lambda c: got.append(digest_of(c)),
                                      "close", total=3_000_000)
        peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(got, [peer.sent.hexdigest()])

    def test_half_close(self):
        """weft has sent its end; the kernel goes on sending for long"""
        sent = []

        def serve(conn):
            self.assertEqual(conn.recv(10), b"")
            sent.append(send_all(conn, 5_000_000))

        server, peer = self.serve_one(serve)
        peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(sent, [peer.heard.hexdigest()])

    def test_kernel_resets(self):
        """a reset from the kernel is ECONNRESET here"""
        def serve(conn):
            conn.recv(1)
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))

        server, peer = self.serve_one(serve, total=50_000_000)
        self.assertIn("reset by peer", peer.end(status=1))
        self.assertEqual(server.join(), [])

    def test_weft_resets(self):
        """a reset from weft is ECONNRESET there"""
        server, peer = self.serve_one(digest_of, "reset", total=100_000)
        peer.end()
        error, = server.join()
        self.assertIsInstance(error, ConnectionResetError)

    def test_refused(self):
        """where nobody listens, both say so"""
        self.wire()
        self.up()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((HOST, 81), TIME_LIMIT)

    def test_refused_by_the_kernel(self):
        """where nobody of the kernel listens, it says so"""
        self.wire()
        end = self.peer("connect", KERNEL, 81).end(status=1)
        self.assertIn("refused", end)

    def test_zero_window_of_weft(self):
        """weft does not read for a while: the kernel waits, nothing is lost"""
        sent = []

        def serve(conn):
            sent.append(send_all(conn, 30_000_000))
            digest_of(conn)

        server, peer = self.serve_one(serve, total=1000,
                                      options=["--stall", "700ms"])
        peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(sent, [peer.heard.hexdigest()])

    def test_zero_window_of_the_kernel(self):
        """the kernel does not read for a while: weft probes, and goes on"""
        go, got = threading.Event(), []

        def serve(conn):
            go.wait(TIME_LIMIT)
            got.append(digest_of(conn))

        server, peer = self.serve_one(serve, total=30_000_000)
        threading.Timer(0.7, go.set).start()
        peer.end()
        self.assertEqual(server.join(), [])
        self.assertEqual(got, [peer.sent.hexdigest()])


class Many(WireCase):
    def test_weft_opens_fifty(self):
        """fifty streams at once from weft to an echo of the kernel"""
        self.wire()
        server = self.server(echo)
        self.peer("many", KERNEL, server.port, 50, 400_000).end()
        self.assertEqual(server.join(50), [])

    def test_weft_opens_fifty_through_loss(self):
        """the same through a cable that loses one frame in a hundred"""
        options = self.wire() + ["--loss", "1%"]
        server = self.server(echo)
        self.peer("many", KERNEL, server.port, 50, 40_000,
                  options=options).end()
        self.assertEqual(server.join(50), [])

    def test_kernel_opens_fifty(self):
        """fifty streams at once from the kernel to weft's echo"""
        options = self.wire(offload=True)
        self.up("--echo", 7, *options)
        errors = []

        def one():
            try:
                with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
                    result = {}
                    sender = threading.Thread(target=lambda: result.update(
                        sent=send_all(conn, 400_000)))
                    sender.start()
                    got = digest_of(conn)
                    sender.join(TIME_LIMIT)
                    assert got == result["sent"]
            except Exception as e:
                errors.append(e)

        threads = [threading.Thread(target=one) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIME_LIMIT)
        self.assertEqual(errors, [])


class Web(WireCase):
    def test_curl(self):
        """curl fetches from weft up --serve: page, part, big file, nothing"""
        self.wire()
        big = b"".join(chunks(20_000_000))
        self.write("site/index.html", "hello\n")
        (self.folder / "site/big").write_bytes(big)
        (self.folder / "site/out").symlink_to("/etc/passwd")
        (self.folder / "site/in").symlink_to("index.html")
        self.up("--serve", self.folder / "site")
        self.assertEqual(self.curl("/"), b"hello\n")
        self.assertEqual(self.curl("/in"), b"hello\n")
        self.assertEqual(self.curl("/big"), big)
        self.assertEqual(self.curl("/big", "-r", "1000000-1000009"),
                         big[1000000:1000010])
        for path, code in (("/nothing", b"404"), ("/out", b"403")):
            out = self.curl(path, "-o", "/dev/null", "-w", "%{http_code}")
            self.assertEqual(out, code)

    def curl(self, path, *options):
        return subprocess.run(
            [tool("curl"), "-sS", "-m", "50", *options, f"http://{HOST}{path}"],
            check=True, capture_output=True, timeout=TIME_LIMIT).stdout

    def test_ends_when_asked(self):
        """SIGTERM ends weft up in the middle of a transfer, cleanly"""
        self.wire()
        self.up("--echo", 7)
        with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
            conn.sendall(b"x" * 100000)
            self.doCleanups()  # the process ends with status 0 and no word

    def test_ends_with_the_device(self):
        """when the device is removed weft up says so and ends"""
        self.wire()
        up = self.up("--echo", 7)
        run("ip", "link", "delete", self.device)
        _, text = up.communicate(timeout=TIME_LIMIT)
        self.assertEqual(up.returncode, 1)
        self.assertIn("the device is gone", text)


if __name__ == "__main__":
    unittest.main()
