# SPDX-License-Identifier: MIT
"""uplink: {sockets: host}: programs of a lab reach what this machine reaches.

The machine is a network namespace with servers in it: 127.0.0.1, one address
"outside", names by dnsmasq, and behind a router a host two hops away.  Where
root runs the test, weft is run by nobody.
"""
import contextlib
import ctypes
import hashlib
import os
import pathlib
import socket
import struct
import subprocess
import threading
import unittest

from namespace import NOBODY, PYTHON
from weft import TIME_LIMIT, WEFT, Case, tool

LONG = bool(os.environ.get("WEFT_LONG"))
OUTSIDE, OUTSIDE6 = "198.51.100.1", "2001:db8:5::1"
NAMES, FAR = "198.51.100.53", "203.0.113.9"
GATEWAY = "10.0.2.2"


def run(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True,
                          timeout=TIME_LIMIT).stdout


class Space:
    """Another network namespace, held by a process that waits."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "-n", "sh", "-c",
                                         "echo; exec cat"],
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.process.stdout.readline()
        self.pid = str(self.process.pid)

    def run(self, *args):
        return run("nsenter", "-t", self.pid, "-n", *args)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def become_alone():
    """A network of one's own, and a file of resolvers."""
    flags = 0x40000000 | 0x00020000         # CLONE_NEWNET, CLONE_NEWNS
    uid, gid = os.getuid(), os.getgid()
    unshare(flags | (0x10000000 if uid else 0))     # CLONE_NEWUSER
    if uid:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                           ("gid_map", f"0 {gid} 1")):
            pathlib.Path(f"/proc/self/{name}").write_text(text)
    run("mount", "--make-rprivate", "/")


def unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def ping_may(last):
    path = pathlib.Path("/proc/sys/net/ipv4/ping_group_range")
    path.write_text("1 0" if last is None else f"0 {last}")


SPACES = []


def two_hops():
    """We -- r -- far; 198.18.0.0/24 and 198.18.1.0/24 between them."""
    r, far = Space(), Space()
    SPACES.extend((r, far))
    run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v0",
        "netns", r.pid)
    r.run("ip", "link", "add", "v1", "type", "veth", "peer", "name", "v0",
          "netns", far.pid)
    run("ip", "addr", "add", "198.18.0.1/24", "dev", "v0")
    run("ip", "link", "set", "v0", "up")
    run("ip", "route", "add", "203.0.113.0/24", "via", "198.18.0.2")
    for space, name, address in ((r, "v0", "198.18.0.2/24"),
                                 (r, "v1", "198.18.1.1/24"),
                                 (far, "v0", "198.18.1.2/24"),
                                 (far, "lo", FAR + "/32")):
        space.run("ip", "addr", "add", address, "dev", name)
        space.run("ip", "link", "set", name, "up")
    r.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    r.run("ip", "route", "add", "203.0.113.0/24", "via", "198.18.1.2")
    far.run("ip", "route", "add", "default", "via", "198.18.1.1")


def setUpModule():
    for name in ("ip", "mount", "nsenter", "unshare", "sysctl"):
        tool(name)
    try:
        become_alone()
        run("ip", "link", "set", "lo", "up")
    except (OSError, subprocess.CalledProcessError) as e:
        raise unittest.SkipTest(f"no network namespace: {e}")
    for address in (OUTSIDE + "/32", NAMES + "/32", OUTSIDE6 + "/128"):
        run("ip", "addr", "add", address, "dev", "lo")
    two_hops()
    ping_may(2147483647 if NOBODY else 0)


def tearDownModule():
    while SPACES:
        SPACES.pop().end()


class Machine(Case):
    """What listens on this machine, and programs in the lab."""

    def serve(self, at, talk, kind=socket.SOCK_STREAM):
        """Have talk(connection) run for each; the port."""
        family = socket.AF_INET6 if ":" in at else socket.AF_INET
        door = socket.socket(family, kind)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((at, 0))
        self.addCleanup(door.close)
        if kind == socket.SOCK_DGRAM:
            threading.Thread(target=talk, args=(door,), daemon=True).start()
            return door.getsockname()[1]
        door.listen(4096)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    near, _ = door.accept()
                    threading.Thread(target=self.one, args=(talk, near),
                                     daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return door.getsockname()[1]

    @staticmethod
    def one(talk, near):
        with near, contextlib.suppress(OSError):
            talk(near)

    def page(self, body):
        def talk(near):
            while b"\r\n\r\n" not in near.recv(65536):
                pass
            near.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n"
                         % len(body) + body)
        return talk

    def lab(self, *program, options=(), status=0, prefix=(), **more):
        """Run a program behind the uplink, as nobody."""
        done = subprocess.run(
            [*prefix, *NOBODY, WEFT, "run", *options, "--", *map(str, program)],
            capture_output=True, text=True, cwd=self.folder,
            timeout=TIME_LIMIT, stdin=subprocess.DEVNULL, **more)
        if status is not None:
            self.assertEqual(done.returncode, status,
                             done.stdout[-2000:] + done.stderr[-2000:])
        return done

    def python(self, text, *args, options=("--uplink=loopback",), **more):
        return self.lab(PYTHON, "-c", text, *args, options=options,
                        **more).stdout


def echo(near):
    while data := near.recv(65536):
        near.sendall(data)


class Streams(Machine):
    def test_a_page_of_127_0_0_1(self):
        """curl of a page that is served on this machine's loopback"""
        body = os.urandom(300_000).hex()
        port = self.serve("127.0.0.1", self.page(body.encode()))
        got = self.lab(tool("curl"), "-sS", "-4", f"http://gateway:{port}/",
                       options=("--uplink=loopback",))
        self.assertEqual(got.stdout, body)

    def test_the_loopback_is_shut_unless_asked_for(self):
        """--uplink alone leads to nobody's 127.0.0.1, by whatever name"""
        port = self.serve("127.0.0.1", self.page(b"secret"))
        for name in ("gateway", "0.0.0.0", "127.0.0.1", "[::ffff:127.0.0.1]",
                     "[::1]", "[::]"):
            got = self.lab(tool("curl"), "-sS", "-m", "20",
                           f"http://{name}:{port}/", options=("--uplink",),
                           status=None)
            self.assertNotEqual(got.returncode, 0, name)
            self.assertEqual(got.stdout, "", name)

    def test_outside_of_both_versions(self):
        """pages at other addresses, over IPv4 and IPv6"""
        for at, host in ((OUTSIDE, OUTSIDE), (OUTSIDE6, f"[{OUTSIDE6}]")):
            port = self.serve(at, self.page(at.encode()))
            got = self.lab(tool("curl"), "-sS", f"http://{host}:{port}/",
                           options=("--uplink",))
            self.assertEqual(got.stdout, at)

    def test_a_stream_each_way(self):
        """what is sent arrives, octet for octet, both ways at once"""
        size = (1 << 30) if LONG else (8 << 20)
        port = self.serve(OUTSIDE, echo)
        got = self.python("""
import hashlib, os, socket, sys, threading
size, block = int(sys.argv[3]), os.urandom(1 << 16)
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def send():
    for _ in range(size // len(block)):
        s.sendall(block)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
sent, came, n = hashlib.sha256(), hashlib.sha256(), 0
while data := s.recv(1 << 20):
    came.update(data)
    n += len(data)
for _ in range(size // len(block)):
    sent.update(block)
print(n, sent.digest() == came.digest())
""", OUTSIDE, port, size, options=("--uplink",))
        self.assertEqual(got, f"{size} True\n")

    def test_half_close(self):
        """a server that answers when it has heard the end is heard"""
        def talk(near):
            whole = b""
            while data := near.recv(65536):
                whole += data
            near.sendall(hashlib.sha256(whole).hexdigest().encode())

        port = self.serve(OUTSIDE, talk)
        text = "what nc -N says ends, and the answer comes after that\n"
        path = self.write("text", text)
        path.chmod(0o644)
        self.folder.chmod(0o755)
        got = self.lab("sh", "-c",
                       f"{tool('nc')} -N {OUTSIDE} {port} < {path}",
                       options=("--uplink",))
        self.assertEqual(got.stdout,
                         hashlib.sha256(text.encode()).hexdigest())

    def test_reset(self):
        """a reset of the far end is one, and so is one of the lab's end"""
        heard = []

        def talk(near):
            near.recv(1)
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))

        def listen(near):
            try:
                near.sendall(b"x")
                heard.append(near.recv(1))
            except OSError as e:
                heard.append(e.errno)
            done.set()

        done = threading.Event()
        port, other = self.serve(OUTSIDE, talk), self.serve(OUTSIDE, listen)
        got = self.python("""
import socket, struct, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(b"x")
try:
    s.recv(1)
except OSError as e:
    print(type(e).__name__)
s = socket.create_connection((sys.argv[1], int(sys.argv[3])))
s.recv(1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.close()
""", OUTSIDE, port, other, options=("--uplink",))
        self.assertEqual(got, "ConnectionResetError\n")
        self.assertTrue(done.wait(TIME_LIMIT))
        self.assertEqual(heard, [104])

    def test_a_slow_reader_stops_the_sender(self):
        """back pressure goes from end to end, and nothing is lost by it"""
        go, sent = threading.Event(), []

        def talk(near):
            near.settimeout(0.5)
            count = 0
            with contextlib.suppress(TimeoutError):
                while count < 400_000_000:
                    count += near.send(bytes(1 << 16))
            sent.append(count)
            go.set()

        port = self.serve(OUTSIDE, talk)
        other = self.serve(OUTSIDE, lambda near: go.wait(TIME_LIMIT))
        got = self.python("""
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
socket.create_connection((sys.argv[1], int(sys.argv[3]))).recv(1)
print(sum(iter(lambda: len(s.recv(1 << 20)), 0)))
""", OUTSIDE, port, other, options=("--uplink",))
        self.assertLess(sent[0], 64_000_000)
        self.assertEqual(int(got), sent[0])

    def test_a_thousand_at_once(self):
        """1,000 connections open at one time, each with an answer"""
        port = self.serve(OUTSIDE, echo)
        got = self.python(MANY, OUTSIDE, port, 1000, options=("--uplink",))
        self.assertEqual(got, "1000 of 1000\n")

    def test_no_descriptors(self):
        """beyond the descriptors that there are: refused, and life goes on"""
        port = self.serve(OUTSIDE, echo)
        got = self.lab(PYTHON, "-c", MANY, OUTSIDE, port, 200,
                       options=("--uplink",), status=None,
                       prefix=("prlimit", "--nofile=400:400"))
        # The programs' own sockets take most of them.
        count = int(got.stdout.split()[0])
        self.assertGreater(count, 0, got.stderr)
        self.assertLess(count, 200, got.stderr)


MANY = """
import asyncio, sys
host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
left, all_there = count, None
def arrived():
    global left
    left -= 1
    if not left:
        all_there.set()
async def one(i):
    try:
        r, w = await asyncio.open_connection(host, port)
    finally:
        arrived()
    await all_there.wait()
    said = b"%d " % i * 100
    w.write(said)
    w.write_eof()
    heard = await r.read()
    w.close()
    return heard == said
async def main():
    global all_there
    all_there = asyncio.Event()
    done = await asyncio.gather(*map(one, range(count)), return_exceptions=True)
    print(sum(x is True for x in done), "of", count)
asyncio.run(asyncio.wait_for(main(), 90))
"""


class Refusals(Machine):
    TRY = """
import socket, sys
kind = socket.SOCK_DGRAM if sys.argv[1] == "udp" else socket.SOCK_STREAM
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET, kind)
s.settimeout(60)
try:
    s.connect((sys.argv[2], int(sys.argv[3])))
    if sys.argv[1] == "udp":
        s.send(b"x")
        s.recvmsg(1)
    print("there")
except OSError as e:
    print(e.strerror or e)
"""

    def attempt(self, *args):
        return self.python(self.TRY, *args, options=("--uplink",)).strip()

    def test_nobody_listens(self):
        """a closed port refuses, TCP and UDP, both versions"""
        for at in (OUTSIDE, OUTSIDE6):
            for kind in ("tcp", "udp"):
                self.assertEqual(self.attempt(kind, at, 9),
                                 "Connection refused", (kind, at))

    def test_no_way(self):
        """where this machine has no route to, the lab has none"""
        self.assertEqual(self.attempt("tcp", "192.0.2.1", 9),
                         "Network is unreachable")

    def test_no_machine_beyond_it(self):
        """not to groups, and to nothing that is no address of one host"""
        self.assertNotEqual(self.attempt("tcp", "240.0.0.1", 9), "there")


class Datagrams(Machine):
    def test_names(self):
        """the machine's resolvers answer the lab, over UDP and TCP"""
        conf = self.write("resolv.conf", f"nameserver {NAMES}\n")
        conf.chmod(0o644)
        self.folder.chmod(0o755)
        run("mount", "--bind", str(conf), "/etc/resolv.conf")
        self.addCleanup(run, "umount", "/etc/resolv.conf")
        names = subprocess.Popen(
            [tool("dnsmasq"), "-k", "-h", "-R", "--conf-file=/dev/null",
             f"--listen-address={NAMES}", "--bind-interfaces", "-u", "root",
             f"--pid-file={self.folder}/pid", "--log-facility=-",
             "--address=/www.outside.test/192.0.2.80"],
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(names.communicate)
        self.addCleanup(names.kill)
        while "started" not in (line := names.stderr.readline()):
            self.assertTrue(line, "dnsmasq ended")
        for args in ((), ("+tcp",), ("@" + NAMES,), ("@" + NAMES, "+tcp")):
            got = self.lab(tool("dig"), "+short", *args, "www.outside.test",
                           options=("--uplink",))
            self.assertEqual(got.stdout, "192.0.2.80\n", args)

    def test_large_datagrams(self):
        """60,000 octets each way, in fragments"""
        def talk(door):
            with contextlib.suppress(OSError):
                while True:
                    data, who = door.recvfrom(65536)
                    door.sendto(data[::-1], who)

        port = self.serve(OUTSIDE, talk, socket.SOCK_DGRAM)
        got = self.python("""
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
s.connect((sys.argv[1], int(sys.argv[2])))
for n in (0, 1, 1472, 1473, 60000):
    said = os.urandom(n)
    s.sendmsg([said])
    print(s.recvmsg(65536)[0] == said[::-1])
""", OUTSIDE, port, options=("--uplink",))
        self.assertEqual(got, "True\n" * 5)


class Pings(Machine):
    def test_both_versions(self):
        """ping gets answers from outside"""
        for args in ((OUTSIDE,), ("-6", OUTSIDE6), ("-s", "4000", FAR)):
            # The second answer is waited for as long as the first.
            asks = f"{tool('ping')} -c1 -W60 {' '.join(args)}"
            got = self.lab("sh", "-ec", f"{asks}; {asks}",
                           options=("--uplink",))
            self.assertEqual(got.stdout.count(" 1 received"), 2, got.stdout)

    def test_not_allowed(self):
        """without the right to, it is said once, with what to do"""
        ping_may(None)
        self.addCleanup(ping_may, 2147483647 if NOBODY else 0)
        got = self.lab(tool("ping"), "-c", "2", "-i", "0.1", OUTSIDE,
                       options=("--uplink",), status=1)
        self.assertIn("2 errors", got.stdout)
        self.assertEqual(got.stderr.count("ping_group_range"), 1, got.stderr)

    def test_the_way(self):
        """traceroute shows the router of the lab, then the real ones"""
        for how in ("-I", "-U"):
            got = self.lab(tool("traceroute"), "-n", how, "-q", "1", "-N", "1",
                           "-w", "50", FAR, options=("--uplink",))
            hops = [line.split()[1] for line in got.stdout.splitlines()[1:]]
            self.assertEqual(hops, [GATEWAY, "198.18.0.2", FAR], got.stdout)


class Telling(Machine):
    def test_why(self):
        """the SYN-ACK comes of the machine's connection, that of the SYN"""
        port = self.serve(OUTSIDE, self.page(b"here"))
        self.folder.chmod(0o777)
        self.lab(tool("curl"), "-sS", f"http://{OUTSIDE}:{port}/",
                 options=("--uplink", "-o", self.folder / "out"))
        log = self.log()
        by_number = {e["n"]: e for e in log}
        kinds = [e.get("what") for e in log]
        self.assertIn("outlet.connect", kinds)
        answer = next(e for e in log if e.get("what") == "tcp.syn-ack")
        chain = []
        while answer:
            chain.append(answer.get("what"))
            answer = by_number.get(answer.get("cause"))
        self.assertIn("outlet.open", chain)
        self.assertIn("outlet.connect", chain)
        self.assertIn("tcp.syn", chain)
        first = next(e["n"] for e in log if e.get("what") == "outlet.in")
        why = self.weft("why", "-l", self.files("*.jsonl")[0], first).stdout
        self.assertIn("through a socket of this machine", why)


if __name__ == "__main__":
    unittest.main()
