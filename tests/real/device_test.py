# SPDX-License-Identifier: MIT
"""weft and the kernel over every kind of device: TAP with several queues, a
veth pair by packet socket and by AF_XDP."""
import array
import errno
import fcntl
import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

import wire
from kernel_test import Both
from weft import WEFT, tool
from wire import (HOST, KERNEL, LONG, TIME_LIMIT, digest_of, ping, run,
                  send_all, setUpModule)

VOLUME = wire.VOLUME or (200_000_000 if LONG else 10_000_000)
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
UDP_SEGMENT = 103


def no_checksums(name):
    """From now on the kernel completes what it sends by this interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        order = array.array("B", struct.pack("II", ETHTOOL_STXCSUM, 0))
        at, _ = order.buffer_info()
        fcntl.ioctl(s, SIOCETHTOOL, struct.pack("16sP16x", name.encode(), at))


class DeviceCase(Both):
    """The kernel's end of a veth pair is "kernel0", weft's is "wire0"."""

    def veth(self, kind, mtu=1500):
        run("ip", "link", "add", "wire0", "type", "veth", "peer", "name",
            "kernel0")
        for name in ("kernel0", "wire0"):
            run("ip", "link", "set", name, "mtu", str(mtu), "up")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "kernel0")
        self.device = f"{kind}:wire0"
        if kind == "xdp":
            no_checksums("kernel0")
            self.need_xdp()
        return []

    has_xdp = False

    def need_xdp(self):
        """A skip with what the kernel says, where it does not let us."""
        if DeviceCase.has_xdp:
            return
        up = subprocess.Popen([WEFT, "up", self.device, "--address",
                               f"{HOST}/24"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        ready = up.stdout.readline()
        up.send_signal(signal.SIGINT)
        _, text = up.communicate(timeout=TIME_LIMIT)
        if not ready:
            self.assertEqual(up.returncode, 1)
            raise unittest.SkipTest(f"no AF_XDP: {text.strip()}")
        DeviceCase.has_xdp = True

    def up(self, *options):
        process = subprocess.Popen(
            [WEFT, "up", self.device, "--address", f"{HOST}/24",
             *map(str, options)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.down, process)
        process.ready = process.stdout.readline()
        self.assertIn("is up", process.ready)
        return process

    def neighbours(self):
        """ARP and ping both ways, in one frame and in several."""
        up = self.up()
        for size in ("56", "1472", "20000"):
            ping(HOST, "-s", size)
        self.assertIn(HOST, run("ip", "neigh", "show"))
        self.down(up)
        run("ip", "neigh", "flush", "all")
        self.peer("ping", KERNEL, 30).end()

    def web(self):
        """curl fetches a page and a large file from weft up --serve."""
        big = os.urandom(5_000_000)
        self.write("site/index.html", "hello\n")
        (self.folder / "site/big").write_bytes(big)
        self.up("--serve", self.folder / "site")
        for path, want in (("/", b"hello\n"), ("/big", big)):
            got = subprocess.run([tool("curl"), "-sS", "-m", "50",
                                  f"http://{HOST}{path}"], check=True,
                                 capture_output=True).stdout
            self.assertEqual(hashlib.sha256(got).digest(),
                             hashlib.sha256(want).digest())

    def lease(self):
        """An address from dnsmasq on the kernel's side, which is then used."""
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        server = subprocess.Popen(
            [tool("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null",
             "--port=0", "--user=root", "--group=root", "--pid-file=",
             "--log-facility=/dev/null", "--interface=kernel0",
             "--bind-dynamic", "--no-resolv", "--no-hosts", "--no-ping",
             f"--dhcp-leasefile={self.folder / 'leases'}",
             "--dhcp-range=10.1.0.100,10.1.0.110,120s"])
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        up = subprocess.Popen([WEFT, "up", self.device, "--dhcp", "--json"],
                              stdout=subprocess.PIPE, text=True)
        self.addCleanup(up.stdout.close)
        self.addCleanup(up.wait)
        self.addCleanup(up.terminate)
        self.assertEqual(json.loads(up.stdout.readline())["up"], "wire0")
        lease = json.loads(up.stdout.readline())
        self.assertEqual((lease["by"], lease["server"], lease["len"]),
                         ("DHCP", KERNEL, 24))
        ping(lease["address"])

    def datagrams(self, *options):
        """Datagrams one by one, and fifty of them handed over in one call."""
        self.up("--echo", 7, *options)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(TIME_LIMIT)
            s.connect((HOST, 7))
            for size in (1, 1472, 1473, 9000, 60000):
                s.send(bytes([size % 251]) * size)
                self.assertEqual(s.recv(65536), bytes([size % 251]) * size)
            s.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
            s.send(b"".join(bytes([i]) * 1000 for i in range(50)))
            for i in range(50):
                self.assertEqual(s.recv(65536), bytes([i]) * 1000)


class Packet(DeviceCase):
    def test_neighbours(self):
        """packet socket: ARP and ping both ways"""
        self.veth("packet")
        self.neighbours()

    def test_web(self):
        """packet socket: curl fetches from weft"""
        self.veth("packet")
        self.web()

    def test_lease(self):
        """packet socket: an address by DHCP from dnsmasq"""
        self.veth("packet")
        self.lease()

    def test_datagrams(self):
        """packet socket: datagrams, also several in one"""
        self.veth("packet")
        self.datagrams()

    def test_streams(self):
        """packet socket: both ways, every frame that leaves whole"""
        self.both_ways(self.veth("packet"), VOLUME)

    def test_streams_offload(self):
        """packet socket: both ways in large segments"""
        self.veth("packet")
        _, counts = self.both_ways(["--offload"], VOLUME)
        self.assertLess(counts["tx_frames"], VOLUME / 1448 / 2)
        self.assertLess(counts["rx_frames"], VOLUME / 1448)

    def test_jumbo(self):
        """packet socket: frames of 9000 octets, with offload and without"""
        self.veth("packet", 9000)
        self.both_ways([], VOLUME)
        self.both_ways(["--offload"], VOLUME)

    def test_kernel_connects(self):
        """packet socket: the kernel connects"""
        self.accepted(self.veth("packet"), VOLUME)

    def test_vlan(self):
        """packet socket: a tag that the kernel took off is put back"""
        self.veth("packet")
        up = self.up("-v")
        mac = up.ready.split(" is up at ")[1].split(",")[0].replace(":", "")
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind(("kernel0", 0))
            s.send(bytes.fromhex(mac) + b"\x02\0\0\0\0\x01\x81\0\0\x07\x08\0"
                   + bytes(50))
        ping(HOST, count=1)  # what came before it has come
        up.send_signal(signal.SIGINT)
        out, _ = up.communicate(timeout=TIME_LIMIT)
        self.assertIn("vlan_unknown", out)

    def test_down_and_up(self):
        """packet socket: an interface that was down for a while"""
        self.veth("packet")
        self.up("--echo", 7)
        with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
            conn.sendall(b"one")
            self.assertEqual(conn.recv(10), b"one")
            run("ip", "link", "set", "wire0", "down")
            conn.sendall(b"two")
            run("ip", "link", "set", "wire0", "up")
            self.assertEqual(conn.recv(10), b"two")

    def test_removed(self):
        """packet socket: when the interface is removed weft says so"""
        self.veth("packet")
        up = self.up("--echo", 7)
        run("ip", "link", "delete", "wire0")
        _, text = up.communicate(timeout=TIME_LIMIT)
        self.assertEqual(up.returncode, 1)
        self.assertIn("the device is gone", text)


class Xdp(DeviceCase):
    def test_neighbours(self):
        """AF_XDP: ARP and ping both ways"""
        self.veth("xdp")
        self.neighbours()

    def test_web(self):
        """AF_XDP: curl fetches from weft"""
        self.veth("xdp")
        self.web()

    def test_lease(self):
        """AF_XDP: an address by DHCP from dnsmasq"""
        self.veth("xdp")
        self.lease()

    def test_datagrams(self):
        """AF_XDP: datagrams"""
        self.veth("xdp")
        self.datagrams()

    def test_streams(self):
        """AF_XDP: both ways"""
        self.both_ways(self.veth("xdp"), VOLUME)

    def test_jumbo(self):
        """AF_XDP: frames of 9000 octets, each in several chunks"""
        self.both_ways(self.veth("xdp", 9000), VOLUME)

    def test_kernel_connects(self):
        """AF_XDP: the kernel connects"""
        self.accepted(self.veth("xdp"), VOLUME)

    def test_given_back(self):
        """AF_XDP: the kernel has its interface back, however weft ends"""
        self.veth("xdp")
        for how in (signal.SIGTERM, signal.SIGKILL):
            up = self.up()
            self.assertIn("xdp", run("ip", "link", "show", "wire0"))
            up.send_signal(how)
            up.communicate(timeout=TIME_LIMIT)
            deadline = time.monotonic() + TIME_LIMIT
            while "xdp" in run("ip", "link", "show", "wire0"):
                self.assertLess(time.monotonic(), deadline)

    def test_taken(self):
        """AF_XDP: a second one is told that the interface is in use"""
        self.veth("xdp")
        self.up()
        second = self.weft("up", self.device, "--address", f"{HOST}/24",
                           status=1)
        self.assertIn(os.strerror(errno.EBUSY), second.stderr)

    def test_removed(self):
        """AF_XDP: when the interface is removed weft says so"""
        self.veth("xdp")
        up = self.up("--echo", 7)
        run("ip", "link", "delete", "wire0")
        _, text = up.communicate(timeout=TIME_LIMIT)
        self.assertEqual(up.returncode, 1)
        self.assertIn("the device is gone", text)


class Tap(DeviceCase):
    def queues(self, offload=False, mtu=1500):
        more = ["vnet_hdr"] if offload else []
        run("ip", "tuntap", "add", "weft0", "mode", "tap", "multi_queue",
            *more)
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "weft0")
        run("ip", "link", "set", "weft0", "mtu", str(mtu), "up")
        self.device = "tap:weft0"
        return ["--queues", "4"] + (["--offload"] if offload else [])

    def test_neighbours(self):
        """TAP with four queues: ARP and ping both ways"""
        options = self.queues()
        up = self.up(*options)
        ping(HOST)
        self.down(up)
        self.peer("ping", KERNEL, 30, options=options).end()

    def test_streams(self):
        """TAP with four queues: both ways, whole frames and large ones"""
        options = self.queues()
        self.both_ways(options, VOLUME)
        run("ip", "link", "delete", "weft0")
        options = self.queues(offload=True)
        self.both_ways(options, VOLUME)

    def echo(self, volume):
        """What goes to the host comes back."""
        with socket.create_connection((HOST, 7), TIME_LIMIT) as conn:
            sent = []
            sender = threading.Thread(
                target=lambda: sent.append(send_all(conn, volume)))
            sender.start()
            got = digest_of(conn)
            sender.join(TIME_LIMIT)
            assert [got] == sent

    def test_thread(self):
        """TAP with a thread of the kernel: where /sys is ours, and not else"""
        up = [WEFT, "up", "tap:weft0", "--address", f"{HOST}/24", "--echo",
              "7", "--thread", *self.queues()]
        refused = subprocess.run(up, capture_output=True, text=True,
                                 timeout=TIME_LIMIT)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("the /sys of this network namespace", refused.stderr)
        process = subprocess.Popen(
            ["unshare", "-m", "sh", "-c",
             'mount -t sysfs sys /sys && exec "$@"', "sh", *up],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.down, process)
        process.ready = process.stdout.readline()
        self.assertIn("is up", process.ready)
        self.echo(VOLUME)

    def test_many(self):
        """TAP with four queues: twenty streams at once, spread over them"""
        self.up("--echo", 7, *self.queues(offload=True))
        errors = []

        def one():
            try:
                self.echo(300_000)
            except Exception as e:
                errors.append(e)

        threads = [threading.Thread(target=one) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIME_LIMIT)
        self.assertEqual(errors, [])

    def test_datagrams(self):
        """TAP with offload: datagrams, also several in one"""
        run("ip", "tuntap", "add", "weft0", "mode", "tap", "vnet_hdr")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "weft0")
        run("ip", "link", "set", "weft0", "up")
        self.device = "weft0"
        self.datagrams("--offload")

    def test_json(self):
        """weft up --json: an object when it is up, another in the end"""
        run("ip", "tuntap", "add", "weft0", "mode", "tap")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "weft0")
        run("ip", "link", "set", "weft0", "up")
        self.write("site/index.html", "hello\n")
        up = subprocess.Popen(
            [WEFT, "up", "weft0", "--address", f"{HOST}/24", "--serve",
             self.folder / "site", "--echo", "7", "--json"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ready = json.loads(up.stdout.readline())
        self.assertEqual(ready["up"], "weft0")
        self.assertEqual(ready["addresses"], [f"{HOST}/24"])
        self.assertEqual((ready["port"], ready["echo"]), (80, 7))
        ping(HOST)
        up.send_signal(signal.SIGTERM)
        out, text = up.communicate(timeout=TIME_LIMIT)
        self.assertEqual((up.returncode, text), (0, ""))
        counts = json.loads(out)
        self.assertGreaterEqual(counts["rx_frames"], 3)
        self.assertGreaterEqual(counts["tx_frames"], 3)
        self.assertEqual(counts["missed"], 0)
        self.assertEqual(counts["errors"], 0)

    def test_nothing_to_serve(self):
        """weft up --serve: a directory that is not there is said once"""
        up = self.weft("up", "weft0", "--address", f"{HOST}/24", "--serve",
                       "/no/such/directory", status=1)
        self.assertEqual(up.stderr, "weft up: /no/such/directory: "
                         + os.strerror(errno.ENOENT) + "\n")

    def cut(self, size, total, options):
        """weft sends datagrams of that size in one call; each of them comes."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            s.settimeout(TIME_LIMIT)
            s.bind((KERNEL, 0))
            peer = self.peer("cut", KERNEL, s.getsockname()[1], size, total,
                             options=options)
            got, back = s.recvfrom(10)
            self.assertEqual(got, b"?")
            s.sendto(b"!", back)
            for i in range(0, total, size):
                got, back = s.recvfrom(65536)
                self.assertEqual(got, bytes([i // size % 256])
                                 * min(size, total - i))
            s.sendto(b"x", back)
            return peer.end()

    def test_datagrams_cut(self):
        """TAP: many datagrams of one call, cut by the device, or by weft"""
        run("ip", "tuntap", "add", "weft0", "mode", "tap", "vnet_hdr")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "weft0")
        run("ip", "link", "set", "weft0", "up")
        for size, total in ((1000, 60000), (1472, 58881), (500, 50001)):
            counts = self.cut(size, total, ["--offload"])
            self.assertLess(counts["tx_frames"], 10)
        run("ip", "link", "delete", "weft0")
        run("ip", "tuntap", "add", "weft0", "mode", "tap")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "weft0")
        run("ip", "link", "set", "weft0", "up")
        for size, total in ((1000, 60000), (1472, 58881), (500, 50001)):
            counts = self.cut(size, total, [])
            self.assertGreaterEqual(counts["tx_frames"], total // size)

    def test_wrong_kind(self):
        """TAP: a device with several queues is not opened as one"""
        self.queues()
        run_ = self.weft("up", "weft0", "--address", f"{HOST}/24", status=1)
        self.assertIn("--queues", run_.stderr)


LAB = """\
name: out
time: real
links: [r -- outside]
lans:
  inside: {net: 10.2.0.0/24, join: [r, laptop]}
nodes:
  outside: {uplink: {KIND: wire0}, net: 10.1.0.0/24, ip: 10.1.0.1}
  r: {kind: router, nat: inside, interfaces: {eth0: {on: outside, ip: 10.1.0.2}}}
  laptop: {hosts: {www.kernel.test: 10.1.0.1}}
script:
  - {at: 100ms, on: laptop, ping: 10.1.0.1, count: 5, every: 10ms}
  - {at: 100ms, on: laptop, visit: "http://www.kernel.test:8080/big"}
expect:
  - {visit: 1, status: 200, body: 3000000B}
  - {ping: 1, received: 5}
"""

NGINX = """\
daemon off; master_process off; pid FOLDER/pid; error_log stderr;
events { worker_connections 50; }
http { access_log off; client_body_temp_path FOLDER/1; proxy_temp_path FOLDER/2;
fastcgi_temp_path FOLDER/3; uwsgi_temp_path FOLDER/4; scgi_temp_path FOLDER/5;
server { listen 10.1.0.1:8080; root FOLDER/www; } }
"""


class Lab(DeviceCase):
    """A lab's browser visits nginx on the kernel, through large segments that
    its cables do not carry."""

    def nginx(self):
        (self.folder / "www").mkdir()
        os.chmod(self.folder, 0o755)
        (self.folder / "www/big").write_bytes(b"0123456789" * 300_000)
        path = self.write("nginx.conf", NGINX.replace("FOLDER",
                                                      str(self.folder)))
        server = subprocess.Popen([tool("nginx"), "-c", path],
                                  stderr=subprocess.PIPE)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        deadline = time.monotonic() + TIME_LIMIT
        while time.monotonic() < deadline:
            with socket.socket() as s:
                if s.connect_ex((KERNEL, 8080)) == 0:
                    return
            self.assertIsNone(server.poll(), "nginx ended")
        self.fail("nginx does not listen")

    def visit(self, kind, key):
        self.veth(kind)
        self.browse(key)

    def browse(self, key):
        self.nginx()
        path = self.write("out.yaml", LAB.replace("KIND", key))
        lab = self.weft("lab", "run", path, "--json", "-o", "out")
        self.assertEqual(json.loads(lab.stdout)["failed"], 0, lab.stdout)

    def test_packet(self):
        """a lab by packet socket: its browser visits nginx on the kernel"""
        self.visit("packet", "interface")

    def test_tap(self):
        """a lab by TAP: its browser visits nginx on the kernel"""
        run("ip", "tuntap", "add", "wire0", "mode", "tap")
        run("ip", "address", "add", f"{KERNEL}/24", "dev", "wire0")
        run("ip", "link", "set", "wire0", "up")
        self.browse("tap")

    def test_xdp(self):
        """a lab by AF_XDP: its browser visits nginx on the kernel"""
        self.visit("xdp", "xdp")


if __name__ == "__main__":
    unittest.main()
