# SPDX-License-Identifier: MIT
"""Much through the lab: it arrives as it was sent, and is never all in memory.

WEFT_BULK=1024 sends as many MB (and a sixteenth through a cable with losses);
WEFT_RATIO=1 compares nginx and wrk with the kernel's loopback.
"""
import hashlib
import json
import os
import re
import subprocess
import unittest

from namespace import ALONE, PYTHON
from weft import TIME_LIMIT, WEFT, Case, tool

MEGABYTES = int(os.environ.get("WEFT_BULK", "48"))
LAB = """\
name: bulk
lans:
  lan: {net: 10.1.0.0/24, join: [laptop, server], delay: 100us}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
LOSSY = """\
name: lossy
links:
  - laptop -- server: {net: 10.1.0.0/24, loss: 5%, delay: 200us}
nodes:
  laptop: {}
  server: {}
"""
# Writes what a hash says; serves it to one who asks.
SERVER = """
import http.server, os, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
http.server.HTTPServer(("0.0.0.0", 8000), Handler).handle_request()
"""
# Stops the reader once it has something; asks until the memory is the same
# three times (or not, after a minute), which must be as long as it likes.
STOPPED = """
import json, os, signal, subprocess, sys, time
child = subprocess.Popen(sys.argv[2:])
while not (os.path.exists("got") and os.path.getsize("got")):
    time.sleep(0.01)
child.send_signal(signal.SIGSTOP)
def answers():
    with open("counts") as f:
        return [json.loads(x)["memory"] for x in f
                if x[0] == "{" and x[-1] == "\\n"]
for _ in range(150):
    asked = len(answers())
    os.kill(int(sys.argv[1]), signal.SIGUSR1)
    while len(answers()) == asked:
        time.sleep(0.01)
    time.sleep(0.4)
    seen = answers()
    if len(seen) > 2 and len(set(seen[-3:])) == 1:
        break
child.send_signal(signal.SIGCONT)
sys.exit(child.wait())
"""
NGINX = """\
worker_processes 1;
pid {0}/pid;
error_log {0}/error.log;
events {{ worker_connections 768; }}
http {{
 sendfile on; tcp_nopush on; access_log {0}/access.log; root {0};
 server {{ listen 8080; listen [::]:8080; location / {{ try_files $uri =404; }} }}
}}
"""


@unittest.skipUnless(ALONE, "no network namespaces here")
class Bulk(Case):
    def setUp(self):
        super().setUp()
        self.hash = hashlib.sha256()
        with open(self.folder / "data", "wb") as f:
            for _ in range(MEGABYTES):
                part = os.urandom(1 << 20)
                self.hash.update(part)
                f.write(part)

    def run_it(self, lab, client):
        with open(self.folder / "counts", "w+") as said:
            done = subprocess.run(
                [*ALONE, WEFT, "run", "--json", self.write("lab.yaml", lab),
                 "server", "--", PYTHON, "-c", SERVER, "++", "laptop", "--",
                 "sh", "-c", client], cwd=self.folder, stdout=subprocess.PIPE,
                stderr=said, text=True, timeout=20 * TIME_LIMIT,
                stdin=subprocess.DEVNULL)
            said.seek(0)
            lines = said.readlines()
        self.assertEqual(done.returncode, 0, lines)
        return done.stdout, [json.loads(x) for x in lines if x[0] == "{"]

    def curl(self, more="", name="data"):
        return (f"{tool('curl')} -sS {more} --retry-connrefused --retry 50 "
                f"--retry-delay 1 http://10.1.0.11:8000/{name}")

    def test_a_large_file(self):
        """a large file arrives as it was, and weft holds little of it"""
        said, counts = self.run_it(LAB, self.curl() + " | sha256sum")
        self.assertEqual(said.split()[0], self.hash.hexdigest())
        self.assertLess(counts[-1]["memory"], 16 << 20)

    def test_with_losses(self):
        """through a cable that loses one frame of twenty"""
        with open(self.folder / "data", "r+b") as f:
            f.truncate(max(1, MEGABYTES // 16) << 20)
        want = hashlib.sha256((self.folder / "data").read_bytes()).hexdigest()
        said, counts = self.run_it(
            LOSSY, self.curl().replace("10.1.0.11", "server")
            + " | sha256sum")
        self.assertEqual(said.split()[0], want)
        self.assertLess(counts[-1]["memory"], 16 << 20)

    def test_a_reader_that_is_stopped(self):
        """while nobody reads, memory stays what it is; then all of it comes"""
        self.write("stopped.py", STOPPED)
        said, counts = self.run_it(
            LAB, f"{PYTHON} stopped.py $PPID {self.curl('--limit-rate 20M')} "
            "-o got && sha256sum got")
        self.assertEqual(said.split()[0], self.hash.hexdigest())
        seen = [x["memory"] for x in counts]  # the last when all have ended
        self.assertEqual(len(set(seen[-4:-1])), 1, seen)
        self.assertLess(max(seen), 24 << 20)

    def test_the_log_goes_to_disk(self):
        """a long log is written while it grows, in one piece for who reads"""
        done = subprocess.run(
            [*ALONE, WEFT, "run", "--json", "-o", "out",
             self.write("lab.yaml", LAB), "server", "--", PYTHON, "-c", SERVER,
             "++", "laptop", "--", "sh", "-c", "head -c 6000000 data >part; "
             + self.curl("-o got", "part")], cwd=self.folder, text=True,
            capture_output=True, timeout=TIME_LIMIT, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.folder / "out/bulk.jsonl") as f:
            events = [json.loads(x) for x in f]
        numbers = [x["n"] for x in events]
        last = [x for x in events if x["kind"] == "rx"][-1]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreater(len(numbers), 16384)
        memory = json.loads(done.stderr.splitlines()[-1])["memory"]
        self.assertLess(memory, len(numbers) * 700)
        frames = subprocess.run(
            [tool("tshark"), "-r", "out/bulk.laptop.pcapng", "-Y",
             "tcp.analysis.ack_lost_segment || _ws.malformed"],
            cwd=self.folder, check=True, capture_output=True, text=True)
        self.assertEqual(frames.stdout, "")
        why = self.weft("why", last["n"], "-l", "out/bulk.jsonl")
        self.assertIn("because", why.stdout)

    def rate(self, said):
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])

    @unittest.skipUnless(os.environ.get("WEFT_RATIO"), "WEFT_RATIO is not set")
    def test_ratio_to_the_kernel(self):
        """requests for a small file, here and on the kernel's loopback"""
        conf = self.write("nginx.conf", NGINX.format(self.folder))
        self.write("small", "hello\n")
        self.folder.chmod(0o755)
        serve = f"exec {tool('nginx')} -c {conf} -g 'daemon off;'"
        ask = (f"sleep 1; {tool('wrk')} -t1 -c16 -d3 http://10.1.0.11:8080/"
               "small; kill $(cat pid)")
        lab = self.write("lab.yaml", LAB)
        ratios = []
        for _ in range(3):
            here = subprocess.run(
                [*ALONE, WEFT, "run", lab, "laptop", "--", "sh", "-c", ask,
                 "++", "server", "--", "sh", "-c", serve], text=True,
                cwd=self.folder, check=True, capture_output=True).stdout
            kernel = subprocess.run(
                [*ALONE, "sh", "-c", "ip link set lo up; ip addr add "
                 f"10.1.0.11 dev lo; ({serve}) & {ask}"], text=True,
                cwd=self.folder, check=True, capture_output=True).stdout
            ratios.append(self.rate(here) / self.rate(kernel))
            print(f"# here {self.rate(here):.0f}, kernel "
                  f"{self.rate(kernel):.0f}, ratio {ratios[-1]:.2f}")
        self.assertGreater(max(ratios), 0.1)


if __name__ == "__main__":
    unittest.main()
