# SPDX-License-Identifier: MIT
"""Other people's servers and clients on hosts of one lab, as they are.

Each with its own default configuration; only paths that an ordinary user may
not write are others.  Each as whoever runs the tests, and if that is root, as
an ordinary user too; always in a network namespace whose loopback is down.
"""
import hashlib
import json
import os
import pathlib
import re
import unittest

from namespace import NOBODY, PYTHON, AloneCase
from weft import SOURCE, tool

LAB = f"""\
name: lan
lans:
  lan: {{net: 10.1.0.0/24, net6: 2001:db8:1::/64, join: [laptop, server, web], delay: 100us}}
nodes:
  laptop: {{ip: 10.1.0.10}}
  server: {{ip: 10.1.0.11}}
  web: {{ip: 10.1.0.80, serve: {{http: {SOURCE}/labs/site/}}}}
"""
# The laptop has no address until it has been given one.
ASKS = f"""\
name: asks
lans:
  office: {{net: 10.1.0.0/24, net6: 2001:db8:1::/64, slaac: true, join: [gw, server, web, laptop], delay: 100us}}
nodes:
  gw: {{kind: router}}
  server: {{ip: 10.1.0.2, dhcp: {{pool: 10.1.0.100..10.1.0.110}}}}
  web: {{ip: 10.1.0.80, serve: {{http: {SOURCE}/labs/site/}}}}
  laptop: {{address: dhcp}}
"""
# Waits until a port of the lab answers.
WAIT = f"""{PYTHON} -c '
import socket, sys, time
while True:
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2]))).close()
        break
    except ConnectionRefusedError:
        time.sleep(0.02)
' """
ASYNCIO = r"""
import asyncio, hashlib

async def serve(reader, writer):
    data = await reader.read()
    writer.write(hashlib.sha256(data).digest())
    await writer.drain()
    writer.close()

async def ask(port, i):
    reader, writer = await asyncio.open_connection("10.1.0.10", port)
    data = bytes([i]) * 100000
    writer.write(data)
    writer.write_eof()
    assert await reader.read() == hashlib.sha256(data).digest()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, None, 0)
    port, = [s.getsockname()[1] for s in server.sockets if s.family == 2]
    await asyncio.gather(*(ask(port, i) for i in range(30)))
    print(len(server.sockets), "listeners")

asyncio.run(main())
"""
URLLIB = """
import urllib.request
r = urllib.request.urlopen("http://server/")
print(r.status, len(r.read()))
"""
GETADDRINFO = """
import socket
for name in "www.shop.test", "phone", "localhost":
    print(name, sorted({x[4][0] for x in socket.getaddrinfo(name, 80)}))
try:
    socket.getaddrinfo("nobody.shop.test", 80)
except socket.gaierror as e:
    print(e.errno == socket.EAI_NONAME)
"""


class Programs(AloneCase):
    """As whoever runs the tests."""

    def setUp(self):
        super().setUp()
        self.lab = self.write("lan.yaml", LAB)

    def run_lab(self, *args, status=0):
        """weft run with what a shell does on each host; what they printed."""
        return self.weft_run(*args, status=status).stdout

    def on_both(self, server, client):
        """Two shells; the client's says what there is to compare."""
        return self.run_lab(self.lab, "laptop", "--", "sh", "-ec", client,
                            "++", "server", "--", "sh", "-ec", server)

    def nginx_conf(self):
        """Debian's own, with other paths and what they are for."""
        tool("nginx")
        conf = pathlib.Path("/etc/nginx/nginx.conf")
        if not conf.exists():
            self.skipTest("no default configuration of nginx")
        text = conf.read_text().replace("/var/log/nginx", str(self.folder))
        text = text.replace("/run/nginx.pid", f"{self.folder}/nginx.pid")
        for what in "client_body", "proxy", "fastcgi", "uwsgi", "scgi":
            text = text.replace("http {", f"http {{\n\t{what}_temp_path "
                                f"{self.folder}/{what};", 1)
        return self.write("nginx.conf", text)

    def test_nginx(self):
        """nginx, workers and sendfile on, serves curl, wget, python and wrk;
        its log has the true addresses"""
        conf = self.nginx_conf()
        page = next(pathlib.Path("/var/www/html").glob("index*")).read_bytes()
        err = self.folder / "error.log"
        said = self.on_both(
            f"nginx -e {err} -c {conf}",
            f"""{WAIT} server 80
            {tool('curl')} -sS http://10.1.0.11/ | sha256sum
            {tool('curl')} -6sS "http://server/" | sha256sum
            {tool('wget')} -qO- http://10.1.0.11/ | sha256sum
            {PYTHON} -c '{URLLIB}'
            until [ $(wc -l <access.log) -gt 200 ]
            do {tool('wrk')} -t2 -c20 -d1 --timeout 60s http://server/; done
            kill -QUIT $(cat nginx.pid)""")
        lines = said.splitlines()
        self.assertEqual({x.split()[0] for x in lines[:3]},
                         {hashlib.sha256(page).hexdigest()})
        self.assertEqual(lines[3], f"200 {len(page)}")
        self.assertNotIn("Socket errors", said)
        self.assertNotIn("Non-2xx", said)
        count = sum(map(int, re.findall(r"(\d+) requests in", said)))
        self.assertGreater(count, 100)
        log = (self.folder / "access.log").read_text().splitlines()
        self.assertGreaterEqual(len(log), count + 4)
        froms = {x.split()[0] for x in log}
        self.assertIn("10.1.0.10", froms)
        froms.discard("10.1.0.10")
        self.assertEqual(len(froms), 1, froms)
        self.assertTrue(froms.pop().startswith("2001:db8:1:"))
        errors = [x for x in err.read_text().splitlines()
                  if "[notice]" not in x and '"user" directive' not in x]
        self.assertEqual(errors, [])

    def test_redis(self):
        """redis serves its benchmark while it saves in the background"""
        server = tool("redis-server")
        conf = pathlib.Path("/etc/redis/redis.conf")
        text = "" if not os.access(conf, os.R_OK) else conf.read_text()
        text = re.sub(r"(?m)^bind .*", "bind 10.1.0.11 127.0.0.1 -::1", text)
        for key in "dir", "logfile", "pidfile":
            text = re.sub(rf"(?m)^{key} .*", "", text)
        self.write("redis.conf", text + f"\ndir {self.folder}\nlogfile "
                   f"{self.folder}/log\npidfile {self.folder}/pid\n"
                   "daemonize no\nprotected-mode no\nbind 10.1.0.11\n")
        said = self.on_both(
            f"{server} redis.conf",
            f"""{WAIT} server 6379
            cli="{tool('redis-cli')} -h 10.1.0.11"
            $cli set key value
            $cli bgsave
            {tool('redis-benchmark')} -h 10.1.0.11 -q --csv -n 2000 -c 20 \
                -t set,get,lpush,mset
            while $cli info persistence | grep -q bgsave_in_progress:1
            do sleep 0.05; done
            $cli info persistence | grep last_bgsave_status
            $cli get key
            $cli client list | cut -d' ' -f2 | cut -d: -f1
            $cli shutdown""")
        self.assertIn("Background saving started", said)
        self.assertIn("rdb_last_bgsave_status:ok", said)
        self.assertIn("\nvalue\n", said)
        self.assertIn("addr=10.1.0.10", said)
        rows = re.findall(r'(?m)^"(SET|GET|LPUSH|MSET)[^"]*","([\d.]+)"', said)
        self.assertEqual(len(rows), 4, said)

    def test_addresses_come_first(self):
        """a program starts when its host has what it asked for"""
        if self.AS:
            self.skipTest("it takes seconds, and is the same for everybody")
        asks = self.write("asks.yaml", ASKS)
        said = self.run_lab(asks, "laptop", "--", tool("curl"), "-sS",
                            "http://10.1.0.80/")
        self.assertEqual(said, (SOURCE / "labs/site/index.html").read_text())

    def test_names(self):
        """dig and getaddrinfo ask the lab's own DNS"""
        dig = tool("dig")
        said = self.run_lab(
            "laptop", "--", "sh", "-ec",
            f"""{dig} +short www.shop.test
            {dig} +short +tcp www.shop.test
            {dig} -x 10.9.0.80 | grep -c 'status: '
            {PYTHON} -c '{GETADDRINFO}'""")
        lines = said.splitlines()
        self.assertEqual(lines[:3], ["10.9.0.80", "10.9.0.80", "1"])
        self.assertIn("'10.9.0.80'", lines[3])
        self.assertIn("127.0.0.1", lines[5])
        self.assertEqual(lines[6], "True")

    def test_iperf3(self):
        """iperf3 in both directions, at once too, and UDP"""
        iperf = tool("iperf3")
        # More than all buffers on the way hold.
        kinds = {"forth": "-n 8M", "back": "-n 8M -R", "bidir": "-n 8M --bidir",
                 # All that the receiver's buffer holds, and no more: nothing
                 # is lost, however late the receiver is let run.
                 "udp": "-u -b 20M -n 150K -w 208K", "six": "-6 -n 8M"}
        # It listens anew after each client, and says so; who came in between
        # would be refused, or reset, as on the kernel.
        asks = "\n".join(
            f"until grep -q 'listening.*#{i}' served; do sleep 0.02; done\n"
            f"{iperf} -c server -J {how} >{name}"
            for i, (name, how) in enumerate(kinds.items(), 1))
        self.on_both(f"exec {iperf} -s --forceflush --pidfile pid >served",
                     f"{asks}\nkill $(tr -d '\\0' <pid)")
        said = {name: json.loads((self.folder / name).read_text())
                for name in kinds}
        for name, report in said.items():
            self.assertNotIn("error", report, name)
            sums = report["end"]
            if name == "udp":
                self.assertGreaterEqual(sums["sum"]["bytes"], 150 << 10)
                self.assertEqual(sums["sum"]["lost_packets"], 0)
                continue
            self.assertGreater(sums["sum_sent"]["bytes"], 1 << 19, name)
            # What was on its way when the end was said does not count.
            self.assertGreater(sums["sum_received"]["bytes"], 1 << 19, name)
            if name == "bidir":
                back = sums["sum_received_bidir_reverse"]["bytes"]
                self.assertGreater(back, 1 << 19)

    def test_python_http_server(self):
        """python3 -m http.server, on both protocols of the Internet"""
        data = os.urandom(1 << 20)
        self.write("data", "").write_bytes(data)
        (self.folder / "data").chmod(0o644)
        said = self.on_both(
            f"{PYTHON} -m http.server >out 2>log & echo $! >pid; wait || :",
            f"""{WAIT} server 8000
            for how in -4 -6
            do {tool('curl')} -sS http://10.1.0.11:8000/data | sha256sum; done
            kill $(cat pid)""")
        self.assertEqual({x.split()[0] for x in said.splitlines()},
                         {hashlib.sha256(data).hexdigest()})
        self.assertIn("10.1.0.10 - - ", (self.folder / "log").read_text())

    def test_asyncio(self):
        """python's asyncio, server and thirty clients in one process"""
        said = self.run_lab(self.lab, "laptop", "--", PYTHON, "-c",
                            ASYNCIO)
        self.assertEqual(said, "2 listeners\n")

    def test_nc(self):
        """nc carries octets both ways, over TCP and over UDP"""
        nc = tool("nc")
        data = os.urandom(300000)
        (self.folder / "a").write_bytes(data)
        (self.folder / "b").write_bytes(data[::-1])
        self.on_both(f"{nc} -lN 7000 <b >from-a; {nc} -luW1 7001 >datagram",
                     f"""until {nc} -N server 7000 <a >from-b; do sleep 0.1; done
                     until [ -s datagram ]
                     do echo hello | {nc} -uw1 10.1.0.11 7001; done""")
        self.assertEqual((self.folder / "from-a").read_bytes(), data)
        self.assertEqual((self.folder / "from-b").read_bytes(), data[::-1])
        self.assertEqual((self.folder / "datagram").read_text(), "hello\n")


@unittest.skipUnless(NOBODY, "this is no root who could become somebody else")
class ProgramsAsNobody(Programs):
    """As an ordinary user."""

    AS = NOBODY


if __name__ == "__main__":
    unittest.main()
