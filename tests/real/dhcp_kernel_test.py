# SPDX-License-Identifier: MIT
"""DHCP and DHCPv6: weft and the servers and clients that others wrote."""
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest

from weft import WEFT, tool
from wire import TIME_LIMIT, WireCase, ping, run, setUpModule

KERNEL6 = "fd00:1::1"

# A client's script: the address goes to the device, then what was given to a file.
SCRIPT = """\
#!/bin/sh
case "$1$reason" in
bound | BOUND) ip address replace "$ip$new_ip_address/24" dev weft0 ;;
BOUND6) ip -6 address replace "$new_ip6_address/64" dev weft0 nodad ;;
esac
echo "$1 $reason ip=$ip$new_ip_address$new_ip6_address mask=$subnet\
$new_subnet_mask router=$router$new_routers dns=$dns$new_domain_name_servers\
$new_dhcp6_name_servers search=$domain$new_domain_name\
$new_dhcp6_domain_search" >> {told}
exit 0
"""

# The kernel's end is on the LAN `office`; the server is there, or elsewhere.
LAB = """\
name: dhcp
time: real
ipv6: true
lans:
  office: {{net: 10.1.0.0/24, net6: "fd00:1::/64", dhcp6: {flags}, \
join: [outside, gw, near]}}
  cellar: {{net: 10.2.0.0/24, net6: "fd00:2::/64", join: [gw, far]}}
nodes:
  outside: {{kind: uplink, tap: weft0}}
  gw: {{kind: router{relay}}}
  near: {{ip: 10.1.0.2, ip6: "fd00:1::2"{near}}}
  far: {{ip: 10.2.0.2, ip6: "fd00:2::2"{far}}}
"""
SERVES = """, dhcp: {pool: [10.1.0.100..10.1.0.110], router: 10.1.0.2, \
dns: 10.1.0.53, lease: 60s}, \
dhcp6: {pool: "fd00:1::100..fd00:1::110", dns: "fd00:1::53", \
domain: lab.test, lease: 60s}"""


class Said:
    """The lines that a process says, while it runs."""

    def __init__(self, case, *args):
        self.process = subprocess.Popen(
            list(map(str, args)), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        case.addCleanup(self.end)
        self.all, self.unread, self.lines = [], [], queue.Queue()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.all.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def wait(self, pattern, limit=TIME_LIMIT):
        """The first line that has it and was not found before."""
        end = time.monotonic() + limit
        while True:
            for line in self.unread:
                if found := re.search(pattern, line):
                    self.unread.remove(line)
                    return found
            try:
                line = self.lines.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                break
            if line is None:
                break
            self.unread.append(line)
        raise AssertionError(f"no {pattern!r} in:\n{''.join(self.all)}")

    def end(self, how=signal.SIGTERM):
        """Ask it to end; its status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.thread.join(TIME_LIMIT)
        return self.process.wait()


class DhcpCase(WireCase):
    """A device that speaks both versions."""

    def setUp(self):
        super().setUp()
        if not os.path.exists("/proc/sys/net/ipv6"):
            self.skipTest("this kernel has no IPv6")
        os.environ["PATH"] += ":/usr/sbin:/sbin"

    def device_up(self, has_addresses=True):
        run("ip", "tuntap", "add", self.device, "mode", "tap")
        self.sysctl(f"net/ipv6/conf/{self.device}/disable_ipv6", 0)
        self.sysctl(f"net/ipv6/conf/{self.device}/accept_dad", 0)
        if has_addresses:
            run("ip", "address", "add", "10.1.0.1/24", "dev", self.device)
            run("ip", "-6", "address", "add", f"{KERNEL6}/64", "dev",
                self.device, "nodad")
        run("ip", "link", "set", self.device, "up")

    def eventually(self, what, limit=TIME_LIMIT):
        """As soon as it is true; else what it was last."""
        end = time.monotonic() + limit
        while not (got := what()) and time.monotonic() < end:
            time.sleep(0.02)
        self.assertTrue(got)
        return got

    def ping(self, address):
        ping(address, "-6" if ":" in address else "-4", count=2)


class Client(DhcpCase):
    """weft up --dhcp asks."""

    def dnsmasq(self, *options):
        self.leases = self.folder / "leases"
        return Said(self, tool("dnsmasq"), "--keep-in-foreground",
                    "--conf-file=/dev/null", "--port=0", "--user=root",
                    "--group=root", "--pid-file=", "--log-facility=-",
                    "--log-dhcp", f"--interface={self.device}",
                    "--bind-dynamic", "--no-resolv", "--no-hosts",
                    "--no-ping",
                    f"--dhcp-leasefile={self.leases}", *options)

    def asks(self):
        up = Said(self, WEFT, "up", "--tap", self.device, "--dhcp")
        up.wait("is up")
        return up

    def test_dnsmasq(self):
        """dnsmasq gives an address, router and resolver, and gets it back"""
        self.device_up()
        server = self.dnsmasq("--dhcp-range=10.1.0.100,10.1.0.110,1h",
                              "--dhcp-option=option:dns-server,10.1.0.53")
        up = self.asks()
        found = up.wait(r": (10\.1\.0\.1\d\d)/24 by DHCP from 10\.1\.0\.1, "
                        r"for 3600 s; router 10\.1\.0\.1; DNS 10\.1\.0\.53")
        self.ping(found.group(1))
        # It writes its file after it has answered.
        self.eventually(lambda: found.group(1) in self.leases.read_text())
        self.assertEqual(up.end(signal.SIGINT), 0)
        server.wait(rf"DHCPRELEASE\(weft0\) {found.group(1)} ")
        self.eventually(lambda: found.group(1) not in
                        self.leases.read_text())

    def test_dnsmasq_renews(self):
        """a lease of two minutes is renewed after one, by the clock"""
        if not os.environ.get("WEFT_LONG"):
            self.skipTest("takes more than a minute; WEFT_LONG=1 does it")
        self.device_up()
        server = self.dnsmasq("--dhcp-range=10.1.0.100,10.1.0.110,2m")
        up = self.asks()
        up.wait("by DHCP from")
        up.wait("by DHCP from")
        server.wait("DHCPACK")

    def test_dnsmasq_stateful_6(self):
        """a router says M: an IPv6 address by DHCPv6, and the resolver"""
        self.device_up()
        server = self.dnsmasq("--enable-ra",
                              "--dhcp-range=fd00:1::100,fd00:1::1ff,64,1h",
                              "--dhcp-option=option6:dns-server,[fd00:1::53]")
        up = self.asks()
        found = up.wait(r": (fd00:1::1\S\S) by DHCPv6, for 3600 s; "
                        r"DNS fd00:1::53")
        self.ping(found.group(1))
        # It writes its file after it has answered.
        self.eventually(lambda: found.group(1) in self.leases.read_text())
        self.assertEqual(up.end(signal.SIGINT), 0)
        server.wait(r"DHCPRELEASE\(weft0\) ")
        self.eventually(lambda: found.group(1) not in
                        self.leases.read_text())

    def test_dnsmasq_stateless_6(self):
        """a router says A and O: an address of its own, the rest by DHCPv6"""
        self.device_up()
        self.dnsmasq("--enable-ra", "--dhcp-range=fd00:1::,ra-stateless,64,1h",
                     "--dhcp-option=option6:dns-server,[fd00:1::53]",
                     "--dhcp-option=option6:domain-search,lab.test")
        up = self.asks()
        found = up.wait(r": (fd00:1::\S+|fd00:1:\S+) made from")
        up.wait(r"told by DHCPv6; DNS fd00:1::53; search lab\.test")
        self.ping(found.group(1))
        self.assertEqual(up.end(signal.SIGINT), 0)

    def test_radvd(self):
        """radvd advertises a prefix, and weft makes an address of it"""
        self.device_up()
        self.sysctl("net/ipv6/conf/all/forwarding", 1)
        conf = self.write("radvd.conf", f"""\
interface {self.device} {{
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4;
    prefix fd00:1::/64 {{ AdvOnLink on; AdvAutonomous on; }};
}};
""")
        os.chmod(conf, 0o600)
        radvd = shutil.which("radvd") or tool("radvd")
        Said(self, radvd, "-n", "-C", conf, "-p", self.folder / "pid",
             "-m", "stderr", "-d", "1")
        up = self.asks()
        found = up.wait(r": (fd00:1:\S+) made from")
        self.ping(found.group(1))
        self.assertEqual(up.end(signal.SIGINT), 0)


class Server(DhcpCase):
    """A lab serves; the kernel's end is its client."""

    def lab(self, flags="managed", is_far=False):
        relay = ", dhcp-relay: far, dhcp6-relay: far" if is_far else ""
        path = self.write("dhcp.yaml", LAB.format(
            flags=flags + (", slaac: true" if flags == "other" else ""),
            relay=relay, near="" if is_far else SERVES,
            far=SERVES if is_far else ""))
        lab = Said(self, WEFT, "lab", "run", path, "-o", self.folder / "out")
        lab.wait("runs by the clock")
        return lab

    def script(self):
        self.told = self.folder / "told"
        self.told_before = len(self.all_told())  # by clients that have ended
        path = self.write("script", SCRIPT.format(told=self.told))
        os.chmod(path, 0o755)
        return path

    def all_told(self):
        return self.told.read_text() if self.told.exists() else ""

    def said(self, pattern):
        """What the script of the last client was told, as soon as it was."""
        return self.eventually(lambda: re.search(
            pattern, self.all_told()[self.told_before:]))

    def events(self, what):
        return [e for e in self.log() if e.get("what") == what]

    def udhcpc(self, *options):
        return Said(self, tool("udhcpc"), "-f", "-i", self.device, "-t", "10",
                    "-T", "1", "-s", self.script(), *options)

    def dhclient(self, *options):
        if "-6" in options:
            # The kernel makes it when the lab has opened the device, and
            # dhclient does not wait for it.
            self.eventually(lambda: "scope link" in run(
                "ip", "-6", "address", "show", "dev", self.device))
        return Said(self, tool("dhclient"), "-d", "-cf", "/dev/null",
                    "-lf", self.folder / "db", "-pf", self.folder / "pid",
                    "-sf", self.script(), *options, self.device)

    def test_udhcpc(self):
        """udhcpc gets an address, uses it, and gives it back"""
        self.device_up(has_addresses=False)
        lab = self.lab()
        client = self.udhcpc("-R")
        self.said(r"bound  ip=10\.1\.0\.100 mask=255\.255\.255\.0 "
                  r"router=10\.1\.0\.2 dns=10\.1\.0\.53")
        self.ping("10.1.0.2")
        client.end()
        # What it gave back was on the wire before this.
        self.udhcpc()
        self.said(r"bound  ip=10\.1\.0\.100")
        lab.end(signal.SIGINT)
        moves = [(e["data"]["from"], e["data"]["to"])
                 for e in self.events("dhcp.lease")]
        self.assertIn(("LEASED", "FREE"), moves)

    def test_udhcpc_through_a_relay(self):
        """the server is behind a router that relays"""
        self.device_up(has_addresses=False)
        lab = self.lab(is_far=True)
        self.udhcpc()
        self.said(r"bound  ip=10\.1\.0\.100")
        lab.end(signal.SIGINT)
        self.assertGreaterEqual(len(self.events("dhcp.relay")), 4)

    def test_dhclient(self):
        """dhclient gets an IPv4 address"""
        self.device_up(has_addresses=False)
        self.lab()
        self.dhclient("-4", "-1")
        self.said(r" BOUND ip=10\.1\.0\.1\d\d mask=255\.255\.255\.0 "
                  r"router=10\.1\.0\.2 dns=10\.1\.0\.53")
        self.ping("10.1.0.2")

    def test_dhclient_6(self):
        """dhclient -6 gets an IPv6 address, and gives it back"""
        self.device_up(has_addresses=False)
        lab = self.lab()
        client = self.dhclient("-6", "-1")
        self.said(r" BOUND6 ip=fd00:1::1\S\S .*dns=fd00:1::53 "
                  r"search=lab\.test")
        self.ping("fd00:1::2")
        # It tells its script before it has written down what it has.
        db = self.folder / "db"
        self.eventually(lambda: db.exists() and "iaaddr" in db.read_text())
        client.end()
        back = Said(self, tool("dhclient"), "-6", "-r", "-d", "-cf",
                    "/dev/null", "-lf", db, "-pf", self.folder / "pid", "-sf",
                    self.folder / "script", self.device)
        back.wait("XMT: Release on ")
        # It does not wait for an answer; what comes later has overtaken
        # nothing.
        self.assertEqual(back.process.wait(TIME_LIMIT), 0, back.all)
        self.assertIn("released;", db.read_text(), back.all)
        self.dhclient("-6", "-1")
        self.said(r" BOUND6 ip=fd00:1::1\S\S ")
        lab.end(signal.SIGINT)
        moves = [(e["data"]["from"], e["data"]["to"])
                 for e in self.events("dhcp6.lease")]
        self.assertIn(("LEASED", "FREE"), moves, "".join(back.all))

    def test_dhclient_6_through_a_relay(self):
        """the same where the server is behind a router that relays"""
        self.device_up(has_addresses=False)
        lab = self.lab(is_far=True)
        self.dhclient("-6", "-1")
        self.said(r" BOUND6 ip=fd00:1::1\S\S .*dns=fd00:1::53")
        lab.end(signal.SIGINT)
        self.assertGreaterEqual(len(self.events("dhcp6.relay")), 4)

    def test_dhclient_6_stateless(self):
        """dhclient -6 -S asks only for the rest"""
        self.device_up(has_addresses=False)
        self.lab()
        self.dhclient("-6", "-S", "-1")
        self.said(r"6 ip= .*dns=fd00:1::53 search=lab\.test")

    def test_the_kernel_is_a_host_of_the_lab(self):
        """SLAAC: the kernel makes an address of what a lab router says"""
        self.device_up(has_addresses=False)
        for knob, value in ("accept_ra", 2), ("autoconf", 1):
            self.sysctl(f"net/ipv6/conf/{self.device}/{knob}", value)
        self.lab("other")
        self.eventually(lambda: re.search(
            r"inet6 fd00:1::\S+/64 scope global dynamic",
            run("ip", "-6", "address", "show", "dev", self.device)))
        self.ping("fd00:2::2")


if __name__ == "__main__":
    unittest.main()
