# SPDX-License-Identifier: MIT
"""wire.py - a wire between weft and the kernel: `from wire import WireCase`.

Each test has a network namespace of its own, with a TAP device in it: the
kernel is 10.1.0.1, weft is 10.1.0.2.  No root is needed where users may make
namespaces, and nothing outside is touched.  What a test started ends with it.
"""
import ctypes
import hashlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from weft import WEFT, Case, tool

KERNEL, HOST = "10.1.0.1", "10.1.0.2"
PEER = os.environ["TAP_PEER"]
LONG = bool(os.environ.get("WEFT_LONG"))
VOLUME = int(os.environ.get("WEFT_VOLUME", 0))  # octets of a stream; 0: usual
TIME_LIMIT = 100 + VOLUME // 20_000_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

# struct tcp_info: bits of tcpi_options.
TIMESTAMPS, SACK, WSCALE, ECN = 1, 2, 4, 8


def unshare(flags):
    """As unshare(2); an OSError where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def setUpModule():
    """Become root of a namespace, or skip the whole file with the reason."""
    if not os.path.exists("/dev/net/tun"):
        raise unittest.SkipTest("there is no /dev/net/tun")
    tool("ip")
    uid, gid = os.getuid(), os.getgid()
    try:
        if uid:
            unshare(CLONE_NEWUSER)
            for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                               ("gid_map", f"0 {gid} 1")):
                with open(f"/proc/self/{name}", "w") as f:
                    f.write(text)
        unshare(CLONE_NEWNET)
        os.close(os.open("/dev/net/tun", os.O_RDWR))
        run("ip", "tuntap", "add", "probe", "mode", "tap")
    except (OSError, subprocess.CalledProcessError) as e:
        raise unittest.SkipTest(f"no TAP device in a namespace: {e}")


def run(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True,
                          timeout=TIME_LIMIT).stdout


def ping(to, *options, count=3):
    """Echoes one after the other, each of which must be answered, in its time:
    at the end of several ping itself waits for no longer than twice what the
    answers before took."""
    for _ in range(count):
        run(tool("ping"), "-c", "1", "-W", str(TIME_LIMIT), *options, to)


def chunks(total, size=1 << 18):
    """Octets that differ from place to place, `total` of them."""
    block = os.urandom(size)
    for i in range(0, total, size):
        yield (struct.pack(">Q", i) + block[8:])[:total - i]


def digest_of(conn):
    """All that comes, as a hash."""
    sha = hashlib.sha256()
    while data := conn.recv(1 << 18):
        sha.update(data)
    return sha.hexdigest()


def send_all(conn, total):
    """So many octets, and the end; their hash."""
    sha = hashlib.sha256()
    for chunk in chunks(total):
        sha.update(chunk)
        conn.sendall(chunk)
    conn.shutdown(socket.SHUT_WR)
    return sha.hexdigest()


class Server:
    """A thread for each connection that the kernel accepts."""

    def __init__(self, serve, congestion=None, rcvbuf=None, at=KERNEL):
        family = socket.AF_INET6 if ":" in at else socket.AF_INET
        self.listener = socket.create_server((at, 0), family=family,
                                             backlog=200)
        if rcvbuf:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                     rcvbuf)
        if congestion:
            try:
                self.listener.setsockopt(socket.IPPROTO_TCP,
                                         socket.TCP_CONGESTION,
                                         congestion.encode())
            except OSError as e:
                raise unittest.SkipTest(f"the kernel has no {congestion}: {e}")
        self.port = self.listener.getsockname()[1]
        self.serve, self.errors = serve, []
        self.threads, self.accepted = [], threading.Condition()
        self.accepter = threading.Thread(target=self.accept, daemon=True)
        self.accepter.start()

    def accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            conn.settimeout(TIME_LIMIT)
            thread = threading.Thread(target=self.one, args=(conn,),
                                      daemon=True)
            thread.start()
            with self.accepted:
                self.threads.append(thread)
                self.accepted.notify()

    def one(self, conn):
        with conn:
            try:
                self.serve(conn)
            except Exception as e:  # the test looks at them
                self.errors.append(e)

    def join(self, count=1):
        """Wait for so many connections, which our end may know of before they
        are accepted here, and for their ends; what went wrong there."""
        with self.accepted:
            if not self.accepted.wait_for(
                    lambda: len(self.threads) >= count, TIME_LIMIT):
                raise AssertionError(f"{len(self.threads)} connections came, "
                                     f"not {count}")
        for thread in self.threads:
            thread.join(TIME_LIMIT)
            if thread.is_alive():
                raise AssertionError("a connection does not end")
        return self.errors

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.accepter.join(TIME_LIMIT)


def echo(conn):
    while data := conn.recv(1 << 16):
        conn.sendall(data)


class Peer:
    """A running tap-peer; what it says goes through hashes."""

    def __init__(self, case, options, mode, total=0):
        self.process = subprocess.Popen(
            [PEER, case.device, f"{HOST}/24", "--limit", f"{TIME_LIMIT}s",
             *map(str, options), *map(str, mode)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        case.addCleanup(self.kill)
        self.sent, self.heard = hashlib.sha256(), hashlib.sha256()
        self.heard_len = 0
        self.threads = [threading.Thread(target=self.feed, args=(total,),
                                         daemon=True),
                        threading.Thread(target=self.hear, daemon=True)]
        for thread in self.threads:
            thread.start()
        self.expect(b"ready\n")

    def expect(self, line):
        said = self.process.stderr.readline()
        if said != line:
            raise AssertionError(f"tap-peer says {said!r}, not {line!r}")

    def feed(self, total):
        try:
            for chunk in chunks(total):
                self.sent.update(chunk)
                self.process.stdin.write(chunk)
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def hear(self):
        while data := self.process.stdout.read1(1 << 16):
            self.heard.update(data)
            self.heard_len += len(data)

    def end(self, status=0):
        """Wait for its end; what it counted, or what it complains about."""
        text = self.process.stderr.read().decode()
        for thread in self.threads:
            thread.join(TIME_LIMIT)
        got = self.process.wait(TIME_LIMIT)
        if got != status:
            raise AssertionError(f"tap-peer ended with {got}: {text}")
        lines = [x for x in text.splitlines() if x.startswith("{")]
        return json.loads(lines[-1]) if lines else text

    def kill(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()


class Capture:
    """What passes the kernel's end of the device, as a pcap file."""

    def __init__(self, case):
        self.case = case
        self.path = case.folder / "wire.pcap"
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(3))
        self.socket.bind((case.device, 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.stop, self.stopped = os.pipe()
        self.frames, self.came = [], threading.Condition()
        self.thread = threading.Thread(target=self.write, daemon=True)
        self.thread.start()

    def wait_for(self, is_meant, count=1):
        """Until so many frames have passed of which is_meant(octets) holds."""
        with self.came:
            if not self.came.wait_for(
                    lambda: sum(map(is_meant, self.frames)) >= count,
                    TIME_LIMIT):
                raise AssertionError("the frame that is waited for never came")

    def write(self):
        with open(self.path, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            while True:
                ready, _, _ = select.select([self.socket, self.stop], [], [])
                if self.socket not in ready:
                    return
                frame = self.socket.recv(1 << 18)
                us = time.time_ns() // 1000
                f.write(struct.pack("<IIII", us // 1000000, us % 1000000,
                                    len(frame), len(frame)))
                f.write(frame)
                with self.came:
                    self.frames.append(frame)
                    self.came.notify()

    def tshark(self, filter_, *fields):
        """End it; the fields of every frame that the filter lets through."""
        if self.thread.is_alive():
            os.write(self.stopped, b"x")
            self.thread.join(TIME_LIMIT)
            self.socket.close()
        args = [x for f in fields for x in ("-e", f)]
        out = run(tool("tshark"), "-r", str(self.path), "-Y", filter_,
                  "-T", "fields", *args)
        return [line.split("\t") for line in out.splitlines()]


class WireCase(Case):
    """A namespace and a device for each test."""

    device = "weft0"

    def setUp(self):
        super().setUp()
        unshare(CLONE_NEWNET)
        for name in ("all", "default"):
            self.sysctl(f"net/ipv6/conf/{name}/disable_ipv6", 1)
        run("ip", "link", "set", "lo", "up")

    def sysctl(self, name, value):
        try:
            with open(f"/proc/sys/{name}", "w") as f:
                f.write(f"{value}\n")
        except OSError as e:
            self.skipTest(f"{name} cannot be set to {value}: {e}")

    def wire(self, mtu=1500, offload=False):
        """Make the device; weft's end is not there yet."""
        more = ["vnet_hdr"] if offload else []
        run("ip", "tuntap", "add", self.device, "mode", "tap", *more)
        run("ip", "address", "add", f"{KERNEL}/24", "dev", self.device)
        run("ip", "link", "set", self.device, "mtu", str(mtu), "up")
        return ["--offload"] if offload else []

    def peer(self, *mode, options=(), total=0):
        return Peer(self, options, mode, total)

    def server(self, serve, **more):
        server = Server(serve, **more)
        self.addCleanup(server.close)
        return server

    def behind_router(self, serve, mtu):
        """A server in a namespace of its own, 10.3.0.2, to which the kernel
        forwards over a link with that MTU; the server's end has 1500, so that
        it offers segments that are too large."""
        self.sysctl("net/ipv4/ip_forward", 1)
        made, server = threading.Event(), []
        here = threading.get_native_id()

        def there():
            unshare(CLONE_NEWNET)
            run("ip", "link", "add", "v1", "type", "veth", "peer", "name",
                "v0", "netns", f"/proc/{os.getpid()}/task/{here}/ns/net")
            run("ip", "link", "set", "v1", "up")
            run("ip", "address", "add", "10.3.0.2/24", "dev", "v1")
            run("ip", "route", "add", "10.1.0.0/24", "via", "10.3.0.1")
            server.append(Server(serve, at="10.3.0.2"))
            made.set()

        thread = threading.Thread(target=there)
        thread.start()
        made.wait(TIME_LIMIT)
        thread.join(TIME_LIMIT)
        self.addCleanup(server[0].close)
        run("ip", "address", "add", "10.3.0.1/24", "dev", "v0")
        run("ip", "link", "set", "v0", "mtu", str(mtu), "up")
        return server[0]

    def up(self, *options):
        """A running `weft up`; ends by itself with the test."""
        process = subprocess.Popen(
            [WEFT, "up", "--tap", self.device, "--address", f"{HOST}/24",
             *map(str, options)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.down, process)
        self.assertIn("is up", process.stdout.readline())
        return process

    def down(self, process, how=signal.SIGINT):
        """Ask it to end; it must do so cleanly."""
        if process.returncode is not None:
            return
        process.send_signal(how)
        _, text = process.communicate(timeout=TIME_LIMIT)
        self.assertEqual((process.returncode, text), (0, ""))


def tcp_info(conn):
    """Options and window scales of the kernel's end of a connection."""
    info = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return {"options": info[5], "snd_wscale": info[6] & 15,
            "rcv_wscale": info[6] >> 4,
            "retransmits": struct.unpack_from("=I", info, 100)[0]}
