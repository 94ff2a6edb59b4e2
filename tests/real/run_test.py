# SPDX-License-Identifier: MIT
"""Programs that nobody changed, on lab hosts, as whoever runs the tests.

Where it is possible, weft runs in a network namespace whose loopback is down:
what went to the machine's network would go nowhere.
"""
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

from namespace import ALONE, RunCase
from weft import SOURCE, TIME_LIMIT, WEFT, tool

PROBES = (SOURCE / "tests/real/run_probe.py",
          SOURCE / "tests/real/run_probe_msg.py")
PAGE = SOURCE / "labs/site/index.html"
# With addresses of IPv6 a program begins when it is known that they are nobody
# else's, more than a second later: only where they matter.
LAB6 = f"""\
name: lan
lans:
  lan: {{net: 10.1.0.0/24, net6: 2001:db8:1::/64, join: [laptop, server, web], delay: 100us}}
nodes:
  laptop: {{ip: 10.1.0.10}}
  server: {{ip: 10.1.0.11}}
  web: {{ip: 10.1.0.80, serve: {{http: {SOURCE}/labs/site/}}}}
"""
LAB = re.sub(" net6: [^ ]+", "", LAB6)
# docs/run.md says so: what the kernel says, and what is said here.
KNOWN = {
    "new, recv: ENOTCONN": "new, recv: EINVAL",
    "new, send: EPIPE": "new, send: ENOTCONN",
    "refused later, recv: ECONNREFUSED": "refused later, recv: ECONNRESET",
    "listen, recv: ENOTCONN": "listen, recv: EINVAL",
    "unreachable, recv: OUT ERR ECONNREFUSED OUT":
        "unreachable, recv: OUT ERR ECONNRESET OUT",
    "unreachable, send: OUT ERR ECONNREFUSED OUT":
        "unreachable, send: OUT ERR ECONNRESET OUT",
    "no peer: ENOTCONN EDESTADDRREQ": "no peer: ENOTCONN ENOTCONN",
    "peer, gone: 0 EDESTADDRREQ": "peer, gone: 0 ENOTCONN",
    "zerocopy: ok": "zerocopy: ENOPROTOOPT",
    "listen, shutdown, poll: OUT HUP": "listen, shutdown, poll: IN HUP RDHUP",
}
CLIENT = r"""
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(80)};
	char buf[4096];
	ssize_t n;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)argc;
	inet_pton(AF_INET, argv[1], &sin.sin_addr);
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return 1;
	dprintf(fd, "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	return n < 0;
}
"""
# Three call without a pause while octets go there and back.
CALLERS = """
import os, signal, socket
here = ("10.1.0.10", 7)
door = socket.create_server(here)
near = socket.create_connection(here)
far = door.accept()[0]
children = []
for _ in range(3):
    children.append(os.fork())
    while not children[-1]:
        near.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
for rounds in range(200):
    near.send(b"there")
    far.send(far.recv(9).replace(b"there", b"back"))
    assert near.recv(9) == b"back"
print(rounds + 1, "rounds")
for child in children:
    os.kill(child, signal.SIGKILL)
"""
# What weft, the parent, uses in two seconds in which nothing happens; a moment
# ago something has.
IDLE = """
import os, socket, time
def used():
    with open(f"/proc/{os.getppid()}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
door = socket.create_server(("10.1.0.10", 7))
near = socket.create_connection(("10.1.0.10", 7))
for _ in range(100):
    near.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
before = used()
time.sleep(2)
print(used() - before)
"""
GO = """package main

import ("fmt"; "io"; "net"; "net/http"; "os")

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil { panic(err) }
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "own server\\n")
	}))
	for _, url := range []string{"http://" + l.Addr().String() + "/", os.Args[1]} {
		r, err := http.Get(url)
		if err != nil { panic(err) }
		b, _ := io.ReadAll(r.Body)
		fmt.Println(r.StatusCode, len(b))
	}
}
"""


class Run(RunCase):
    def setUp(self):
        super().setUp()
        self.lab = self.write("lan.yaml", LAB)

    def same_as_kernel(self, address):
        if not ALONE:
            self.skipTest("no network namespaces here")
        self.lab = self.write("lan6.yaml", LAB6)
        for probe in PROBES:
            kernel = subprocess.run(
                [*ALONE, "sh", "-c", "ip link set lo up && exec "
                 f"{sys.executable} {probe} {address}"], check=True,
                capture_output=True, text=True, timeout=TIME_LIMIT).stdout
            want = [KNOWN.get(x, x) for x in kernel.splitlines()]
            seen = self.run_on("laptop", sys.executable, probe, address)
            self.assertEqual(want, seen.splitlines())
            self.assertGreater(len(want), 40)

    def test_sockets_are_as_on_the_kernel(self):
        """every call and every poll(2) as on the kernel's TCP, IPv4"""
        self.same_as_kernel("127.0.0.1")

    def test_sockets_are_as_on_the_kernel_over_ipv6(self):
        """every call and every poll(2) as on the kernel's TCP, IPv6"""
        self.same_as_kernel("::1")

    def test_curl(self):
        """curl fetches a page, gets a refusal, and gives up on nobody"""
        curl = tool("curl")
        page = self.run_on("laptop", curl, "-sS", "http://10.1.0.80/")
        self.assertEqual(page, PAGE.read_text())
        self.run_on("laptop", curl, "-s", "http://10.1.0.80:81/", status=7)
        self.run_on("laptop", curl, "-s", "-m", "1", "http://10.1.0.99/",
                    status=28)

    def test_names(self):
        """names come from the lab: its DNS, and its hosts"""
        done = self.weft_run("--", tool("curl"), "-sS",
                             "http://www.shop.test/")
        self.assertEqual((done.stdout, done.stderr), (PAGE.read_text(), ""))
        done = self.weft_run("--", tool("dig"), "+short", "www.shop.test")
        self.assertEqual(done.stdout, "10.9.0.80\n")
        page = self.run_on("laptop", tool("curl"), "-4sS", "http://web/")
        self.assertEqual(page, PAGE.read_text())
        self.assertEqual(self.run_on("laptop", "uname", "-n"), "laptop\n")

    def test_a_host_gets_another_name(self):
        """root gives a host another name, and the machine keeps its own"""
        mine = os.uname().nodename
        self.addCleanup(lambda: self.assertEqual(os.uname().nodename, mine))
        if os.geteuid():
            self.skipTest("only root may name hosts")
        said = self.run_on("laptop", "sh", "-c",
                           "hostname other; hostname; uname -n")
        self.assertEqual(said, "other\nother\n")
        drop = ["setpriv", "--reuid=1", "--clear-groups"]
        self.run_on("laptop", *drop, "hostname", "other", status=1)

    def test_ping(self):
        """ping reaches a lab host"""
        # The last of several is not waited for as long as the first.
        said = self.run_on("laptop", "sh", "-ec", "for i in 1 2 3; do "
                           f"{tool('ping')} -qc1 -W60 10.1.0.80; done")
        self.assertEqual(said.count("1 packets transmitted, 1 received"),
                         3, said)

    def test_lingering(self):
        """a close that lingers holds nobody up, and loses nothing"""
        said = self.run_on("laptop", sys.executable, "-c", """
import socket, struct, time
door = socket.create_server(("10.1.0.10", 5000))
near = socket.create_connection(("10.1.0.10", 5000))
far, _ = door.accept()
near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 60))
near.setblocking(False)
sent = 0
try:
    while True: sent += near.send(bytes(65536))
except BlockingIOError: pass
start = time.monotonic()
near.close()
socket.create_connection(("10.1.0.80", 80)).close()
print(time.monotonic() - start < 30)
print(sum(iter(lambda: len(far.recv(1 << 20)), 0)) == sent)
""")
        self.assertEqual(said, "True\nTrue\n")

    def test_wget(self):
        """wget fetches a page"""
        page = self.run_on("laptop", tool("wget"), "-qO-",
                           "http://10.1.0.80/")
        self.assertEqual(page, PAGE.read_text())

    def test_calls_without_a_pause(self):
        """octets arrive even while some programs never stop calling"""
        self.assertEqual(self.run_on("laptop", sys.executable, "-c", CALLERS),
                         "200 rounds\n")

    def test_nothing_to_do(self):
        """who waits for programs that sleep does not use the processor"""
        used = self.run_on("laptop", sys.executable, "-c", IDLE)
        self.assertLess(int(used), 5, "hundredths of a second, of two")

    def test_static_program(self):
        """a static program, which no preloaded library could help"""
        self.write("client.c", CLIENT)
        subprocess.run([tool("gcc"), "-static", "-o", "client", "client.c"],
                       cwd=self.folder, check=True)
        answer = self.run_on("laptop", "./client", "10.1.0.80")
        self.assertTrue(answer.endswith(PAGE.read_text()))

    def test_go_program(self):
        """a Go program, which calls the kernel itself, from many threads"""
        self.write("main.go", GO)
        env = dict(os.environ, CGO_ENABLED="0", GOCACHE=str(self.folder),
                   GOPATH=str(self.folder / "go"), GOFLAGS="-mod=mod")
        subprocess.run([tool("go"), "build", "-o", "client", "main.go"],
                       cwd=self.folder, check=True, env=env)
        said = self.run_on("laptop", "./client", "http://10.1.0.80/")
        self.assertEqual(said, f"200 11\n200 {PAGE.stat().st_size}\n")

    def test_two_hosts(self):
        """python serves on one host, curl fetches on another, by the log"""
        data = os.urandom(3 << 20)
        (self.folder / "data").write_bytes(data)
        done = subprocess.Popen(
            [*ALONE, WEFT, "run", "-o", "out", self.lab, "server", "--",
             "sh", "-c", f"{sys.executable} -m http.server 8000 >&2 & "
             "read line; kill $!; wait", "++", "laptop", "--", "sh", "-c",
             f"{tool('curl')} -sS --retry-connrefused --retry 50 "
             "--retry-delay 1 http://10.1.0.11:8000/data | sha256sum"],
            cwd=self.folder, stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = done.stdout.readline()
        self.assertEqual(line.split()[0], hashlib.sha256(data).hexdigest())
        done.communicate("over\n", timeout=TIME_LIMIT)
        calls = {(e["host"], e["data"]["program"], e["data"]["call"])
                 for e in self.log() if e["what"] == "run.call"}
        self.assertIn(("laptop", "curl", "connect"), calls)
        self.assertIn(("server", "python3", "listen"), calls)

    def test_lab_file(self):
        """a lab file starts programs, and expects what they end with"""
        self.write("programs.yaml", f"""\
name: programs
time: real
lans:
  lan: {{net: 10.1.0.0/24, join: [laptop, server], delay: 1ms}}
nodes:
  server: {{ip: 10.1.0.11, run: [{sys.executable}, -m, http.server, "8000"]}}
script:
  - {{at: 0s, on: laptop, run: [{tool('curl')}, -sS, -o, /dev/null, --retry-connrefused, --retry, "50", "http://10.1.0.11:8000/"]}}
  - {{at: 1s, on: laptop, run: [sh, -c, "exit 5"]}}
  - {{at: 1s, on: laptop, run: [sh, -c, "kill -9 $$"]}}
expect:
  - {{run: 1, status: 0}}
  - {{run: 2, status: 5}}
  - {{run: 3, status: 137}}
  - {{order: [tcp.SYN from laptop, tcp.FIN from laptop]}}
""")
        out = self.weft("lab", "run", "-v", "programs.yaml").stdout
        self.assertEqual(out.count("  OK  "), 4, out)
        self.write("wrong.yaml", (self.folder / "programs.yaml").read_text()
                   .replace("status: 5", "status: 6"))
        out = self.weft("lab", "run", "wrong.yaml", status=1).stdout
        self.assertIn("run 2: status 6; seen: 5", out)

    def test_lab_file_waits(self):
        """a node's program starts with its address; words may be empty"""
        self.write("waits.yaml", f"""\
name: waits
time: real
lans:
  lan: {{net: 10.1.0.0/24, join: [laptop, server], delay: 1ms}}
nodes:
  laptop: {{ip: 10.1.0.10, dhcp: {{pool: 10.1.0.100..10.1.0.110}}}}
  server:
    address: dhcp
    run: [{sys.executable}, -c, "import socket, sys; s = socket.create_server(('10.1.0.100', 80)); print(sys.argv, flush=True); s.accept()", "", last]
script:
  - {{at: 0s, on: laptop, run: [{tool('curl')}, -s, -o, /dev/null, --retry-all-errors, --retry, "50", --retry-delay, "1", "telnet://10.1.0.100:80"]}}
expect:
  - {{run: 1, status: 0}}
""")
        out = self.weft("lab", "run", "waits.yaml").stdout
        self.assertIn("['-c', '', 'last']", out)

    def test_nobody_sits_through_addresses(self):
        """a lab's clock jumps until its hosts have addresses; who never gets
        one is said, and its program starts all the same"""
        self.write("alone.yaml", """\
name: alone
time: real
lans:
  lan: {net: 10.1.0.0/24, net6: "fd00:1::/64", join: [laptop, server]}
  none: {net: 10.2.0.0/24, join: [lost, nobody]}
nodes:
  laptop: {address: dhcp}
  server: {ip: 10.1.0.1, dhcp: {pool: 10.1.0.100..10.1.0.110}}
  lost: {address: dhcp}
  nobody: {}
""")
        run = self.weft("run", "-o", "laptop", "alone.yaml", "laptop", "--",
                        tool("ip"), "-4", "-br", "address", "show", "eth0")
        self.assertEqual((run.stdout.split()[2], run.stderr),
                         ("10.1.0.100/24", ""))
        # IPv6 has seen that its address is nobody else's (RFC 4862, 5.4).
        self.assertGreater(self.started("laptop"), 1e9)
        began = time.monotonic()
        run = self.weft("run", "-o", "lost", "alone.yaml", "lost", "--",
                        "true")
        took = time.monotonic() - began
        self.assertIn("nobody has given lost an address so far", run.stderr)
        self.assertGreaterEqual(self.started("lost"), 15e9)
        self.assertLess(took, 15)

    def started(self, folder):
        """When the program in a log did, in the lab's time."""
        lines = (self.folder / folder / "alone.jsonl").read_text().splitlines()
        return next(e["t"] for e in map(json.loads, lines)
                    if e["what"] == "run.start")

    def test_files_by_halves(self):
        """a file is the lab host's from whichever directory it is opened"""
        said = self.run_on("laptop", "sh", "-ec",
                           "cd /etc; cat hostname ./hostname; cd /; "
                           "cat etc/hostname; cd /proc/net; grep -c : dev; "
                           "cd /proc/self; grep -c : net/dev")
        self.assertEqual(said.split(), ["laptop"] * 3 + ["2", "2"])
        said = self.run_on("laptop", sys.executable, "-c", """
import os
for folder, name in ("/etc", "hostname"), ("/", "etc/hostname"):
    d = os.open(folder, os.O_RDONLY)
    print(os.read(os.open(name, os.O_RDONLY, dir_fd=d), 99).decode(), end="")
""")
        self.assertEqual(said.split(), ["laptop"] * 2)

    def test_ends(self):
        """exit status, signals and complaints are passed through"""
        self.run_on("laptop", "sh", "-c", "exit 42", status=42)
        self.run_on("laptop", "sh", "-c", "kill -TERM $$", status=143)
        self.run_on("laptop", "/nowhere/at/all", status=127)
        self.run_on("laptop", "/etc/passwd", status=126)
        self.run_on("nobody", "true", status=2)
        self.run_on("laptop", WEFT, "run", "--", "true", status=126)

    def test_interrupted(self):
        """a signal to weft goes to the program, who may decide"""
        run = subprocess.Popen(
            [WEFT, "run", self.lab, "laptop", "--", "sh", "-c",
             "trap 'echo caught; exit 3' TERM; echo ready; "
             "while :; do sleep 0.1; done"],
            stdout=subprocess.PIPE, text=True)
        self.assertEqual(run.stdout.readline(), "ready\n")
        run.send_signal(signal.SIGTERM)
        out, _ = run.communicate(timeout=TIME_LIMIT)
        self.assertEqual((out, run.returncode), ("caught\n", 3))

    def test_nothing_else_exists(self):
        """no descriptor of the machine's network, in any way"""
        said = self.run_on("laptop", sys.executable, "-c", """
import ctypes, errno, socket
for family in range(1, 46):
    for kind in range(1, 11):
        try:
            s = socket.socket(family, kind)
        except OSError:
            continue
        libc = ctypes.CDLL(None)
        out, size = ctypes.c_int(), ctypes.c_int(4)
        with open(f"/proc/self/fdinfo/{s.fileno()}") as f: pass
        import os
        real = open("/proc/net/unix").read()
        inode = os.readlink(f"/proc/self/fd/{s.fileno()}")[8:-1]
        print(family, kind, inode in real)
import fcntl, struct
with open("/dev/null") as f: # for a descriptor of any file
    try:
        fcntl.ioctl(f, 0x400454ca, struct.pack("16sH22x", b"weft0", 1))
    except OSError as e:
        print("tunnel", errno.errorcode[e.errno])
libc = ctypes.CDLL(None, use_errno=True)
print("ring", libc.syscall(425, 1, 0), ctypes.get_errno() == errno.ENOSYS)
""")
        lines = said.splitlines()
        self.assertEqual(lines.pop(), "ring -1 True")
        self.assertEqual(lines.pop(), "tunnel EPERM")
        self.assertTrue(all(x.endswith("True") for x in lines), said)
        self.assertIn("2 1 True", lines)


if __name__ == "__main__":
    unittest.main()
