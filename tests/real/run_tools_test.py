# SPDX-License-Identifier: MIT
"""Tools that look at the network of the host they run on, on a lab host.

They ask over netlink, by ioctl(2), in /proc/net and with packet sockets, and
see the lab host's interfaces, neighbours, sockets and frames; no root needed.
"""
import json
import os
import re
import subprocess
import unittest

from namespace import NOBODY, PYTHON, AloneCase
from weft import SOURCE, tool

# With addresses of IPv6 a program begins when it is known that they are nobody
# else's, more than a second later: only where they matter.
LAB6 = f"""\
name: two-lans
lans:
  near: {{net: 10.1.0.0/24, net6: 2001:db8:1::/64, join: [laptop, web, r], delay: 100us}}
  far: {{net: 10.2.0.0/24, net6: 2001:db8:2::/64, join: [r, away], delay: 100us}}
nodes:
  laptop: {{ip: 10.1.0.10}}
  web: {{ip: 10.1.0.80, serve: {{http: {SOURCE}/labs/site/}}}}
  r: {{kind: router}}
  away: {{ip: 10.2.0.10}}
"""
LAB = re.sub(" net6: [^ ]+", "", LAB6)
# Two ends of a connection, one listener, a UDP socket; then a command.
DATAGRAM = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 9))
s.sendto(b"x", ("127.0.0.1", 9))
s.recvfrom(1)
"""
WHO_SAYS_SO = """
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
s.bind((0, 0))
for level, name in (1, 16), (270, 3):
    s.setsockopt(level, name, 1)
    s.send(struct.pack("=IHHIIB3xi8x", 32, 18, 1, 1, 0, 0, 1))
    _, control, flags, name = s.recvmsg(65536, 256)
    print(control, flags & ~32, name)
"""
SOCKETS = """
import socket, subprocess, sys
door = socket.create_server(("10.1.0.10", 5000))
near = socket.create_connection(("10.1.0.10", 5000))
far, _ = door.accept()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("", 5001))
six = socket.create_server(("::1", 5002), family=socket.AF_INET6)
subprocess.run(sys.argv[1:], check=True)
"""
GO = """package main

import ("fmt"; "net")

func main() {
	list, err := net.Interfaces()
	if err != nil { panic(err) }
	for _, i := range list {
		addrs, err := i.Addrs()
		if err != nil { panic(err) }
		fmt.Println(i.Index, i.Name, i.MTU, i.Flags, addrs)
	}
}
"""
IFADDRS = r"""
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>

int main(void)
{
	struct ifaddrs *all, *i;
	char text[64];

	if (getifaddrs(&all))
		return 1;
	for (i = all; i; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET)
			printf("%s %s\n", i->ifa_name,
			       inet_ntop(AF_INET, (char *)i->ifa_addr + 4,
					 text, sizeof(text)));
	return 0;
}
"""


class Tools(AloneCase):
    """As whoever runs the tests."""

    def setUp(self):
        super().setUp()
        self.lab = self.write("lan.yaml", LAB)
        self.lab6 = self.write("lan6.yaml", LAB6)

    def run_six(self, host, *program, **more):
        """As run_on(), where hosts have addresses of IPv6, too."""
        return self.weft_run(self.lab6, host, "--", *program, **more).stdout

    def shell(self, host, *commands, six=False):
        """What each of these says, one after the other on the same host."""
        mark = "--- and next"
        run = self.run_six if six else self.run_on
        said = run(host, "sh", "-ec", "".join(f"{x}\necho {mark}\n"
                                             for x in commands))
        parts = said.split(mark + "\n")
        self.assertEqual((len(parts), parts.pop()), (len(commands) + 1, ""))
        return parts

    def test_addresses(self):
        """ip shows the interfaces and addresses of the lab host"""
        ip = tool("ip")
        said, one, _ = self.shell(
            "laptop", f"{ip} -j addr", f"{ip} -o link show eth0",
            f"! {ip} link show eth9", six=True)
        seen = json.loads(said)
        self.assertEqual([x["ifname"] for x in seen], ["lo", "eth0"])
        addrs = {a["local"]: a for a in seen[1]["addr_info"]}
        self.assertEqual(addrs["10.1.0.10"]["broadcast"], "10.1.0.255")
        self.assertEqual(addrs["2001:db8:1::10"]["prefixlen"], 64)
        self.assertEqual(seen[1]["mtu"], 1500)
        self.assertIn("LOWER_UP", seen[1]["flags"])
        self.assertIn(seen[1]["address"], one)

    def test_routes(self):
        """ip shows its routes, and which way a packet would take"""
        ip = tool("ip")
        said, six, there, here = self.shell(
            "laptop", f"{ip} route", f"{ip} -6 route",
            f"{ip} route get 10.2.0.10", f"{ip} route get 10.1.0.10", six=True)
        self.assertEqual([x.strip() for x in said.splitlines()], [
            "default via 10.1.0.1 dev eth0",
            "10.1.0.0/24 dev eth0 proto kernel scope link src 10.1.0.10"])
        self.assertIn("default via 2001:db8:1::1 dev eth0", six)
        self.assertIn("10.2.0.10 via 10.1.0.1 dev eth0 src 10.1.0.10", there)
        self.assertIn("local 10.1.0.10 dev lo", here)
        said = self.run_six("away", ip, "-6", "route", "get", "2001:db8:1::10")
        self.assertIn("via 2001:db8:2::1 dev eth0", said)

    def test_neighbours(self):
        """ip neigh shows who has answered, and at which MAC"""
        said = self.run_on("laptop", "sh", "-c", f"""
            {tool('ping')} -qc1 10.1.0.80 >/dev/null; {tool('ip')} neigh""")
        self.assertRegex(said, r"10\.1\.0\.80 dev eth0 lladdr "
                         r"02:[0-9a-f:]{14} REACHABLE")

    def test_changes_are_refused(self):
        """a program cannot change the host's network"""
        ip = tool("ip")
        for words in ("link set eth0 down", "addr add 10.9.9.9/24 dev eth0",
                      "route add 10.9.0.0/16 via 10.1.0.1",
                      "link add x type dummy", "neigh flush all"):
            done = self.weft_run(self.lab, "laptop", "--", "sh", "-c",
                                 f"{ip} {words} || :")
            if words != "neigh flush all": # there are none yet
                self.assertIn("Operation not permitted", done.stderr, words)
        done = self.run_on("laptop", PYTHON, "-c", """
import fcntl, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for request in 0x8914, 0x8916, 0x8922, 0x890b:
    try: fcntl.ioctl(s, request, struct.pack("16s24x", b"eth0"))
    except PermissionError: print("no")
""")
        self.assertEqual(done, "no\n" * 4)

    def test_sockets(self):
        """ss shows the host's sockets, and whose they are"""
        said, udp = self.shell("laptop", *(
            f"{PYTHON} -c '{SOCKETS}' {tool('ss')} {how}"
            for how in ("-Htanp", "-Huan")), six=True)
        lines = [x.split() for x in said.splitlines()]
        ends = {(x[0], x[3], x[4]) for x in lines}
        self.assertIn(("LISTEN", "10.1.0.10:5000", "0.0.0.0:*"), ends)
        self.assertIn(("LISTEN", "[::1]:5002", "[::]:*"), ends)
        self.assertEqual(len([x for x in lines if x[0] == "ESTAB"]), 2)
        self.assertIn("python3", said)
        self.assertIn("0.0.0.0:5001", udp)
        none = self.run_on("away", tool("ss"), "-Htan")
        self.assertEqual(none, "")

    def test_older_tools(self):
        """ifconfig, netstat and arp: ioctl(2) and /proc/net"""
        said, routes, sockets, arp = self.shell(
            "laptop", tool("ifconfig"), f"{tool('netstat')} -rn",
            f"{PYTHON} -c '{SOCKETS}' {tool('netstat')} -tanp",
            f"{tool('ping')} -qc1 10.1.0.80 >&2; {tool('arp')} -n", six=True)
        self.assertIn("inet 10.1.0.10  netmask 255.255.255.0", said)
        self.assertIn("inet6 2001:db8:1::10  prefixlen 64", said)
        self.assertRegex(routes, r"0\.0\.0\.0 +10\.1\.0\.1 +0\.0\.0\.0 +UG")
        self.assertRegex(sockets, r"10\.1\.0\.10:5000 +0\.0\.0\.0:\* +LISTEN "
                         r"+\d+/python3")
        self.assertRegex(sockets, r"::1:5002 +:::\* +LISTEN")
        self.assertRegex(arp, r"10\.1\.0\.80 +ether +02:")

    def test_files(self):
        """files of /proc and /sys say what ip says, the machine's are away"""
        said = self.run_six("laptop", "sh", "-c", """
            cat /sys/class/net/eth0/mtu /proc/self/net/if_inet6
            cat /proc/net/route /proc/net/dev | cut -f1 -d:""")
        self.assertTrue(said.startswith("1500\n"))
        self.assertIn("20010db8000100000000000000000010 02 40 00 80     eth0",
                      said)
        counts = self.run_six("laptop", "sh", "-c", f"""
            {PYTHON} -c '{DATAGRAM}'; cat /proc/net/snmp /proc/net/netstat""")
        with open("/proc/net/snmp", encoding="ascii") as f:
            for line in f: # the columns that the machine has, in its order
                if line.startswith(("Tcp: R", "Udp: I")):
                    self.assertIn(line, counts)
        self.assertRegex(counts, r"\nUdp: 1 0 0 1 ")
        self.assertRegex(counts, r"\nTcpExt: [A-Z]")
        self.run_on("laptop", "cat", "/proc/net/netlink", status=1)
        self.run_on("laptop", "cat", "/sys/class/net/eth9/mtu", status=1)

    def test_netlink_says_who(self):
        """what comes over netlink is the kernel's: credentials, no group"""
        there = subprocess.run([PYTHON, "-c", WHO_SAYS_SO], check=True,
                               capture_output=True, text=True).stdout
        self.assertEqual(self.run_on("laptop", PYTHON, "-c", WHO_SAYS_SO),
                         there)
        self.assertEqual(there.count("("), 5, there)

    def test_libraries(self):
        """getifaddrs(3) in a static program, Go's net package"""
        self.write("ifaddrs.c", IFADDRS)
        subprocess.run([tool("gcc"), "-static", "-o", "ifaddrs", "ifaddrs.c"],
                       cwd=self.folder, check=True)
        self.assertEqual(self.run_six("laptop", "./ifaddrs"),
                         "lo 127.0.0.1\neth0 10.1.0.10\n")
        if self.AS:
            return # building with Go takes long, and once is enough
        self.write("main.go", GO)
        env = dict(os.environ, CGO_ENABLED="0", GOCACHE=str(self.folder),
                   GOPATH=str(self.folder / "go"), GOFLAGS="-mod=mod")
        subprocess.run([tool("go"), "build", "-o", "ifs", "main.go"],
                       cwd=self.folder, check=True, env=env)
        said = self.run_six("laptop", "./ifs").splitlines()
        self.assertRegex(said[0], r"^1 lo 65536 up\|loopback[a-z|]* "
                         r"\[127\.0\.0\.1/8 ::1/128\]")
        self.assertRegex(said[1], r"^2 eth0 1500 up\|broadcast\|multicast"
                         r"[a-z|]* \[10\.1\.0\.10/24 ")

    def test_ping(self):
        """ping shows the true time to live"""
        said = self.run_on("laptop", tool("ping"), "-c1", "10.2.0.10")
        self.assertRegex(said, r"from 10\.2\.0\.10: icmp_seq=1 ttl=63 time=")
        said = self.run_on("laptop", tool("ping"), "-c1", "-t1", "10.2.0.10",
                           status=1)
        self.assertIn("From 10.1.0.1 icmp_seq=1 Time to live exceeded", said)
        # What does not fit is told, and what would.
        too_long = f"{tool('ping')} -c1 -W1 -Mdo -s2000 2>&1"
        said, four, six = self.shell(
            "laptop", f"{tool('ping')} -6 -c1 2001:db8:2::10",
            f"! {too_long} 10.2.0.10", f"! {too_long} 2001:db8:2::10",
            six=True)
        self.assertIn("ttl=63", said)
        self.assertIn("message too long, mtu=1500", four)
        self.assertIn("message too long, mtu: 1500", six)

    def test_traceroute(self):
        """traceroute finds the router, with UDP and with echoes"""
        for how in "-U", "-I":
            said = self.run_on("laptop", tool("traceroute"), how, "-n",
                               "-q1", "-N1", "-w2,0,0", "10.2.0.10")
            hops = re.findall(r"^ (\d)  ([\d.]+) ", said, re.M)
            self.assertEqual(hops, [("1", "10.1.0.1"), ("2", "10.2.0.10")],
                             said)

    def test_tracepath(self):
        """tracepath, from what the queue of errors says; mtr, by itself"""
        for run, how, first, last in (
                (self.run_on, "-4", "10.1.0.1", "10.2.0.10"),
                (self.run_six, "-6", "2001:db8:1::1", "2001:db8:2::10")):
            said = run("laptop", tool("tracepath"), how, "-n", last)
            self.assertRegex(said, f" 1:  {first} ")
            self.assertRegex(said, f" 2:  {last} .*reached")
            self.assertIn("pmtu 1500 hops 2 back 2", said)
        said = self.run_on("laptop", tool("mtr"), "-4rnc1", "10.2.0.10")
        self.assertRegex(said, r"1\.\|-- 10\.1\.0\.1 +0\.0%")
        self.assertRegex(said, r"2\.\|-- 10\.2\.0\.10 +0\.0%")

    def test_arping(self):
        """arping asks who has an address: packet sockets that send"""
        said = self.run_on("laptop", tool("arping"), "-c2", "-w50", "-I",
                           "eth0", "10.1.0.80")
        # Debian has two programs of that name.
        self.assertRegex(said, r"Received 2 response\(s\)|"
                         "2 packets transmitted, 2 packets received")
        self.run_on("laptop", tool("arping"), "-c1", "-w1", "-I", "eth0",
                    "10.1.0.99", status=1)

    def test_tcpdump(self):
        """tcpdump reads frames from a ring: arriving, leaving, filtered"""
        listen = f"{tool('tcpdump')} -ntlU"
        if not os.geteuid() and not self.AS:
            listen += " -Z root" # the folder is nobody else's
        script = f"""
            rm -f err
            {listen} -i $1 -c 4 icmp 2>err & tcpdump=$!
            while ! grep -qs listening err; do :; done
            {tool('ping')} -qc1 10.2.0.10 >/dev/null
            {tool('curl')} -sS -o /dev/null http://10.1.0.80/
            {tool('ping')} -qc1 10.1.0.80 >/dev/null
            wait $tcpdump"""
        for interface in "eth0", "any":
            said = self.run_on("laptop", "sh", "-c", script, "sh", interface)
            lines = re.findall(r"IP ([\d.]+) > ([\d.]+): ICMP echo (\w+)",
                               said)
            me, away, web = "10.1.0.10", "10.2.0.10", "10.1.0.80"
            self.assertEqual(lines, [
                (me, away, "request"), (away, me, "reply"),
                (me, web, "request"), (web, me, "reply")], said)
            said = (self.folder / "err").read_text()
            self.assertIn("4 packets captured", said)
            self.assertIn("0 packets dropped by kernel", said)

    def test_tcpdump_keeps_up(self):
        """of a burst of frames none is lost, however few slots a ring has"""
        script = f"""
            rm -f err
            {tool('tcpdump')} -Z $(id -un) -nlU -i any tcp >out 2>err & t=$!
            while ! grep -qs listening err; do :; done
            {tool('nmap')} -nsT -p 100-179 10.1.0.80
            while [ $(wc -l <out) -lt 160 ]; do :; done
            kill -INT $t; wait $t; cat err"""
        said = self.run_on("laptop", "sh", "-c", script)
        self.assertIn("0 packets dropped by kernel", said)

    def test_nmap(self):
        """nmap: connections, and frames of its own"""
        for how in "-sT", "-sS":
            said = self.run_on("laptop", tool("nmap"), "-n", "--privileged",
                               how, "-p", "80,81", "10.1.0.80")
            self.assertRegex(said, r"80/tcp open +http\n81/tcp closed")
            self.assertIn("MAC Address: 02:", said)
        # Those that are not there are waited for, and for no longer.
        said = self.run_on("laptop", tool("nmap"), "-n", "--privileged",
                           "-sn", "10.1.0.81", "10.1.0.80", "10.1.0.82")
        self.assertIn("3 IP addresses (1 host up)", said)
        # Beyond a router its headers of IPv6 are its own, too.
        said = self.run_six("laptop", tool("nmap"), "-6", "-n", "--privileged",
                           "-sn", "2001:db8:2::10")
        self.assertIn("(1 host up)", said)


class ToolsAsNobody(Tools):
    """As an ordinary user."""

    AS = NOBODY

    def setUp(self):
        super().setUp()
        if not NOBODY:
            self.skipTest("these were an ordinary user's already")


if __name__ == "__main__":
    unittest.main()
