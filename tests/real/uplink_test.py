# SPDX-License-Identifier: MIT
"""A lab plugged into the kernel of this machine; weft's browser visits it."""
import http.server
import json
import signal
import socket
import subprocess
import threading

from weft import SOURCE, WEFT, tool
from wire import HOST, KERNEL, TIME_LIMIT, WireCase, run, setUpModule

VISIT = """\
name: out
time: real
links:
  - r -- outside: {delay: 1ms, loss: 2%}
lans:
  inside: {net: 10.2.0.0/24, join: [r, laptop], delay: 100us}
nodes:
  outside: {kind: uplink, tap: weft0, net: 10.1.0.0/24, ip: 10.1.0.1}
  r: {kind: router, nat: inside, interfaces: {eth0: {on: outside, ip: 10.1.0.2}}}
  laptop: {hosts: {www.kernel.test: 10.1.0.1}}
script:
  - {at: 100ms, on: laptop, ping: 10.1.0.1, count: 20, every: 10ms}
  - {at: 100ms, on: laptop, visit: "http://www.kernel.test:PORT/"}
expect:
  - {visit: 1, status: 200, body: LENGTHB}
  - {ping: 1, received: "> 5", rtt: ">= 2.1ms"}
"""


class Lab(WireCase):
    def start(self, *args):
        process = subprocess.Popen(
            [WEFT, "lab", "run", *map(str, args), "-o", self.folder / "out"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.assertIn("runs by the clock", process.stderr.readline())
        return process

    def test_kernel_visits_the_lab(self):
        """labs/uplink.yaml: ping and curl reach a host two hops inside"""
        self.wire()
        run("ip", "route", "add", "10.2.0.0/24", "via", HOST)
        lab = self.start(SOURCE / "labs/uplink.yaml")
        out = run(tool("ping"), "-c", "5", "-i", "0.02", "10.2.0.80")
        best = float(out.split("min/avg")[1].split("= ")[1].split("/")[0])
        self.assertGreaterEqual(best, 10.2)  # 2 x 5 ms, 2 x 100 us
        page = run(tool("curl"), "-sS", "-m", "50", "http://10.2.0.80/")
        self.assertEqual(page, (SOURCE / "labs/site/index.html").read_text())
        lab.send_signal(signal.SIGINT)
        _, err = lab.communicate(timeout=TIME_LIMIT)
        self.assertEqual((lab.returncode, err), (0, ""))
        serves = [e for e in self.log() if e.get("what") == "http.serve"
                  or e.get("proto") == "http"]
        self.assertTrue(serves)

    def test_lab_visits_the_kernel(self):
        """a browser behind NAT, and a cable that loses, fetch a page here"""
        self.wire()
        body = b"<p>hello</p>\n" + b"x" * 300_000

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer((KERNEL, 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        text = VISIT.replace("PORT", str(server.server_port))
        lab = self.start(self.write("out.yaml", text.replace(
            "LENGTH", str(len(body)))), "--json")
        out, err = lab.communicate(timeout=TIME_LIMIT)
        self.assertEqual((lab.returncode, err), (0, ""), out)
        self.assertEqual(json.loads(out)["failed"], 0)

    def test_no_such_device(self):
        """a device that cannot be opened is an error and no lab"""
        path = self.write("bad.yaml", VISIT.replace(
            "weft0", "a-name-that-is-too-long").replace("PORT", "80")
            .replace("LENGTH", "1"))
        run_ = self.weft("lab", "run", path, status=1)
        self.assertIn("Invalid argument", run_.stderr)
