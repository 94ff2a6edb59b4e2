# SPDX-License-Identifier: MIT
"""Labs with real programs: looked at while they run, and broken while they run."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

from weft import SOURCE, TIME_LIMIT, WEFT, Case, tool

LABS = SOURCE / "labs/programs"
LAB = """\
name: look
lans:
  lan: {net: 10.1.0.0/24, join: [laptop, server], delay: 100us}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
# Says which step it is at, and waits there.
SERVER = """
import os, select, socket, sys, threading
one = socket.create_server(("", 7001))
two = socket.create_server(("", 7002), backlog=5)
three = socket.create_server(("", 7003))
four = socket.create_server(("", 7004))
threading.Thread(target=lambda: one.accept(), daemon=True).start()
e = select.epoll()
e.register(two.fileno(), select.EPOLLIN | select.EPOLLET)
threading.Thread(target=e.poll, daemon=True).start()
p = select.poll()
p.register(three.fileno(), select.POLLIN)
threading.Thread(target=p.poll, daemon=True).start()
r, w = os.pipe()
if not os.fork():
    os.close(w)
    os.read(r, 1)  # until its parent ends
    os._exit(0)
print("ready", flush=True)
held = four.accept()[0]
select.select([held], [], [])
print("accepted", flush=True)
sys.stdin.read()
"""
CLIENT = """
import socket, sys, time
while True:
    try:
        s = socket.create_connection(("10.1.0.11", 7004))
        break
    except ConnectionRefusedError:  # it does not listen yet
        time.sleep(0.05)
s.sendall(b"x" * 1234)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("", 5353))
u.recvfrom(100)
"""


class Look(Case):
    """A lab that runs in a folder of its own is asked there."""

    def setUp(self):
        super().setUp()
        self.env = dict(os.environ, XDG_RUNTIME_DIR=str(self.folder))
        os.chmod(self.folder, 0o700)

    def start(self, *args):
        lab = subprocess.Popen(
            [WEFT, *map(str, args)], cwd=self.folder, env=self.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self.stop, lab)
        return lab

    def stop(self, lab):
        if lab.poll() is None:
            lab.terminate()
        try:
            lab.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(lab.pid, signal.SIGKILL)
            lab.communicate()

    def ask(self, *args):
        return self.weft(*args, env=self.env).stdout

    def rows(self, what, *args):
        lines = self.ask(*args, "--json").splitlines()
        return [x for x in map(json.loads, lines) if x["what"] == what]

    def until(self, found):
        """What @found returns, as soon as that is anything."""
        end = time.monotonic() + TIME_LIMIT
        while time.monotonic() < end:
            result = found()
            if result:
                return result
        self.fail("it never came")


class Programs(Look):
    def setUp(self):
        super().setUp()
        self.write("look.yaml", LAB)
        self.lab = self.start(
            "run", "look.yaml", "server", "--", sys.executable, "-c", SERVER,
            "++", "laptop", "--", sys.executable, "-c", CLIENT)
        self.assertEqual(self.lab.stdout.readline(), "ready\n")
        # What was started waits for the supervisor, and does nothing else.
        pid = self.lab.pid
        self.pid = int(pathlib.Path(
            f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def test_who_waits_in_which_call(self):
        """accept, epoll_wait, poll, select, recvfrom: each with its process"""
        self.assertEqual(self.lab.stdout.readline(), "accepted\n")

        def calls():
            found = {}
            for x in self.rows("socket", "ss"):
                for h in x.get("held", []):
                    port = x["local"].rpartition(":")[2]
                    if h.get("call"):
                        found[port] = (h["call"], h["program"][:6])
            return found if len(found) >= 4 else None
        found = self.until(calls)
        self.assertIn(found["7001"][0], ("accept", "accept4"))
        self.assertIn(found["7002"][0], ("epoll_wait", "epoll_pwait"))
        self.assertIn(found["7003"][0], ("poll", "ppoll"))
        self.assertEqual(found["5353"][0], "recvfrom")
        self.assertEqual({x[1] for x in found.values()}, {"python"})
        end, = [x for x in self.rows("socket", "ss", "sport", "7004",
                                     "state", "established")]
        # What nobody reads stands between stack and program.
        self.assertEqual(end["recv"]["queue"] + end["pipe"]["down"], 1234)
        table = self.ask("ss", "-i")
        self.assertRegex(table, r"python3?\[\d+\] fd \d+ in epoll_p?wait\(\) "
                         r"of set \d+")
        self.assertIn("1234 to be read", table)

    def test_epoll_sets_of_programs(self):
        """what a program's epoll set watches, and that somebody waits"""
        mine = self.until(lambda: [x for x in self.rows(
            "epoll", "ss", "--epoll") if x["sleepers"]])
        item, = mine[0]["watches"]
        self.assertEqual((item["for"], item["now"]), ("IN ET", ""))
        self.assertIn("somebody waits for it", self.ask("ss", "--epoll"))

    def test_processes(self):
        """every process, with its parent and what it has"""
        found = self.rows("process", "ps", "host", "server")
        self.assertEqual(len(found), 2)
        first = min(found, key=lambda x: x["pid"])
        child = max(found, key=lambda x: x["pid"])
        self.assertEqual(child["parent"], first["pid"])
        self.assertEqual(first["parent"], self.pid)
        self.assertEqual(child["sockets"], 4)
        self.assertGreater(first["calls"], 100)
        self.assertIn(f"{child['pid']}", self.ask("ps"))
        # The same by number, and nobody has that of another.
        for pid in self.pid, self.lab.pid, first["pid"], child["pid"]:
            self.assertEqual(len(self.rows("process", "ps", "--pid", pid)),
                             len(self.rows("process", "ps")), pid)
        self.assertTrue(self.rows("socket", "ss", "--pid", self.lab.pid))
        self.weft("ps", "--pid", os.getpid(), status=1, env=self.env)

    def test_fools_do_not_stop_it(self):
        """who stalls, goes away or talks nonsense; the lab answers others"""
        path = str(self.folder / "weft" / f"{self.pid}.sock")
        fools = []
        for said in (b"", b"look", b"look\n", b"\xff" * 1000, b"what?\n"):
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            s.sendall(said)
            fools.append(s)
            self.assertTrue(self.rows("process", "ps"))
        answer = fools[-1].makefile().read()
        self.assertEqual(json.loads(answer)["what"], "error")
        for s in fools:
            s.close()
        self.assertEqual(self.lab.stdout.readline(), "accepted\n")
        mode = os.stat(path).st_mode & 0o777
        self.assertEqual(mode, 0o600)

    def test_nothing_is_left(self):
        """a lab that has ended takes its socket along"""
        self.stop(self.lab)
        self.assertEqual(list((self.folder / "weft").iterdir()), [])
        self.assertIn("no lab", self.weft("ss", status=1,
                                          env=self.env).stderr)


class Broken(Look):
    """Faults under programs that know nothing of them."""

    def lab(self, name):
        """A lab of that name, whose clients give its server two seconds more
        before they come."""
        text = re.sub(r"at: (\d+)(s|ms)\b", lambda x: x[0] if x[0] == "at: 0s"
                      else f"at: {int(x[1]) + {'s': 2, 'ms': 2000}[x[2]]}{x[2]}",
                      (LABS / f"{name}.yaml").read_text())
        self.assertGreater(text.count("at: 3"), 0)
        return self.write(f"{name}.yaml", text)

    def run_lab(self, name):
        self.weft("lab", "run", self.lab(name))
        return self.log()

    def why_it_took_so_long(self, events, program):
        """weft why of the end of the slowest process of that name."""
        begin = {x["data"]["pid"]: x["t"] for x in events
                 if x["what"] == "run.start"
                 and x["data"]["program"] == program}
        end = {x["data"]["pid"]: x for x in events
               if x["what"] == "run.exit" and x["data"]["pid"] in begin}
        slow = max(end, key=lambda pid: end[pid]["t"] - begin[pid])
        return self.weft("why", end[slow]["n"]).stdout

    def test_partition(self):
        """two seconds without a cable: redis-benchmark ends well, and why"""
        tool("redis-benchmark")
        text = self.why_it_took_so_long(self.run_lab("partition"),
                                        "redis-benchmark")
        self.assertRegex(text, r"what held it up: \d+ timers")
        self.assertIn("dropped at r1 -- r2: the link was down", text)
        self.assertIn("fault begins: r1 -- r2 down for 2s", text)

    def test_third_syn(self):
        """the third SYN is dropped: one curl of four takes a second longer"""
        tool("curl")
        text = self.why_it_took_so_long(self.run_lab("third-syn"), "curl")
        self.assertIn("what held it up: 1 timer of its connections fired, "
                      "1000 ms of silence", text)
        self.assertRegex(text, r"what did not arrive, so that #\d+ had to be\n"
                         r".*SYN dropped at client -- sw-lan")
        self.assertIn("drop number 3 of: tcp.SYN from client to server", text)

    def test_frozen_server(self):
        """a frozen server: its processes stand still, and go on"""
        tool("redis-benchmark")
        lab = self.start("lab", "run", self.lab("frozen-server"), "-q")

        def state():
            try:
                return {x["state"] for x in self.rows("process", "ps", "host",
                                                      "server")}
            except AssertionError:  # it has not begun
                return set()
        self.until(lambda: state() == {"T"})
        self.until(lambda: state() in ({"S"}, {"R"}))
        lab.communicate(timeout=TIME_LIMIT)
        self.assertEqual(lab.returncode, 0)
        text = self.why_it_took_so_long(self.log(), "redis-benchmark")
        self.assertIn("dropped at server: the host was frozen or off", text)
        self.assertIn("fault begins: server freezes", text)

    def test_kill_takes_all(self):
        """a host that loses power: children die that never called anybody"""
        times = [f"60.{os.getpid()}{i}" for i in range(3)]
        self.write("kill.yaml", f"""\
name: kill
time: real
until: 4s
lans:
  lan: {{net: 10.1.0.0/24, join: [a, server]}}
nodes:
  a: {{}}
  server: {{run: [sh, -c, "setsid sleep {times[0]} & sleep {times[1]} & exec sleep {times[2]}"]}}
script:
  - {{at: 3s, fault: {{host: server, kill: true}}}}
""")
        self.weft("lab", "run", "kill.yaml")
        killed, = [x for x in self.log() if x["what"] == "run.kill"]
        self.assertEqual(killed["data"]["count"], 3)
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            self.assertFalse(words[0] == b"sleep" and
                             words[1].decode() in times, path)


if __name__ == "__main__":
    unittest.main()
