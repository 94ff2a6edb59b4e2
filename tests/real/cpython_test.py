# SPDX-License-Identifier: MIT
"""CPython's own suites of network tests, under `weft run` and on the kernel.

Theory of operation
===================
Each suite runs twice: on the kernel, in a network namespace of its own with
the loopback up, and on a lab host, in one whose loopback is down.  The two must
say the same of each test (ok, fail, skip or hang).  Where they do not, and it
is known why, KNOWN says how many tests differ and why; a difference that is not
there fails, and so does one that is there and exists no more.

A test that differs and is not listed is tried again alone, RETRIES times:
there are some that race against themselves.  If it then is as on the kernel it
is named as unsteady, and is no difference; UNSTEADY has those that often are,
and why.  Nor is it one if the lab host does better than the kernel here, which may
lack a protocol.

    python3 tests/real/cpython_test.py --all

runs the suites of MORE and the slow tests too.
"""
import collections
import concurrent.futures
import fnmatch
import os
import subprocess
import sys
import unittest

from weft import SOURCE, WEFT, Case

IS_ALL = "--all" in sys.argv
SUITE = SOURCE / "tests/real/cpython_suite.py"
PYTHON = "/usr/bin/python3"
LIMIT, WORKERS, RETRIES = 500, 5, 3
# The slowest first.
SUITES = """test_socket test_selectors test_ftplib test_poplib test_asyncore
    test_poll test_select test_epoll test_httplib test_urllib2_localnet
    test_smtplib test_telnetlib""".split()
MORE = """test_ssl test_imaplib test_xmlrpc test_asyncio.test_ssl
    test_asyncio.test_events test_asyncio.test_sslproto test_asyncio.test_streams
    test_asyncio.test_sock_lowlevel test_asyncio.test_sendfile
    test_asyncio.test_server test_asyncio.test_buffered_proto
    test_asyncio.test_unix_events test_asynchat test_httpservers test_smtpd
    test_nntplib test_docxmlrpc test_wsgiref test_robotparser test_urllib
    test_socketserver test_os.TestSendfile test_eintr test_logging test_urllib2
    test_asyncio.test_selector_events test_asyncio.test_base_events
    test_asyncio.test_subprocess test_multiprocessing_fork.TestWait
    test_multiprocessing_fork.WithProcessesTestListenerClient
    test_multiprocessing_fork.WithProcessesTestPicklingConnections
    test_multiprocessing_fork.WithManagerTestRemoteManager""".split()
# Not run, and why.
LEFT_OUT = {
    "test_socket.*VSOCK*": "between a virtual machine and its host",
    "test_socket.*CAN*": "the network in a car",
}
# Not run without --all: they wait for long, and not for a network.
SLOW = ["test_poll.PollTests.test_poll2"]
# Pattern, tests that differ, why.  docs/run.md lists them for people.
KNOWN = [
    ("test_asyncio.*EPollEventLoopTests.test_sock_client_connect_racing",
     1 * IS_ALL, "an epoll set forgets a descriptor that connects again"),
]
# Tests that race: as on the kernel at one time and not at another, and why.
UNSTEADY = {
    "test_epoll.TestEPoll.test_control_and_wait":
        "octets on a lab's loopback are under way for a moment, and the kernel's"
        " are there when send(2) returns",
    "test_socket.NetworkConnectionAttributesTest.testSourceAddress":
        "one thread closes the socket that the other asks for its name",
    "test_socket.*.testWriteNonBlocking":
        "skips itself if the reader keeps up",
}
LAB = """\
name: lan
lans:
  lan: {net: 10.1.0.0/24, net6: 2001:db8:1::/64, join: [laptop, server]}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""


def may(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


def matches(test, patterns):
    return any(fnmatch.fnmatch(test, p) for p in patterns)


class Cpython(Case):
    def setUp(self):
        super().setUp()
        if not may(PYTHON, "-c", "import test.test_socket"):
            self.skipTest("libpython3.11-testsuite is not installed")
        self.alone = next(
            (x for x in (["unshare", "-nu"], ["unshare", "-rnu"])
             if may(*x, "true")), None)
        if not self.alone:
            self.skipTest("no network namespaces here")
        self.lab = self.write("lan.yaml", LAB)
        self.env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        for name in ("PYTHONPATH", "PYTHONHOME"):
            self.env.pop(name, None)

    def verdicts(self, is_lab, names):
        """{test: verdict} of suites or tests."""
        program = [PYTHON, str(SUITE), names]
        for pattern in [*LEFT_OUT, *([] if IS_ALL else SLOW)]:
            program += ["-x", pattern]
        if is_lab:
            command = [*self.alone, WEFT, "run", self.lab, "laptop", "--",
                       *program]
        else:
            command = [*self.alone, "sh", "-c",
                       'ip link set lo up && exec "$@"', "-", *program]
        folder = self.folder / f"{names[:80]}-{is_lab}"
        folder.mkdir(exist_ok=True)
        log = folder / "errors"
        with open(log, "w") as errors:
            done = subprocess.run(
                command, cwd=folder, env=self.env, stdout=subprocess.PIPE,
                stderr=errors, stdin=subprocess.DEVNULL, text=True,
                errors="replace", timeout=LIMIT)
        self.assertEqual(done.returncode, 0, log.read_text()[-2000:])
        found = {}
        for line in done.stdout.splitlines():
            verdict, _, test = line.partition(" ")
            if verdict in ("ok", "fail", "skip", "hang"):
                found[test] = verdict
        return found

    def differences(self, suites):
        """{test: (on the kernel, in the lab)} and how many there are."""
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            runs = {(x, side): pool.submit(self.verdicts, side, x)
                    for x in suites for side in (False, True)}
        different, count = {}, 0
        for suite in suites:
            kernel, lab = (runs[suite, x].result() for x in (False, True))
            self.assertTrue(kernel, f"{suite} says nothing")
            count += len(kernel)
            different.update(
                (x, (kernel.get(x, "none"), lab.get(x, "none")))
                for x in kernel.keys() | lab.keys()
                if kernel.get(x) != lab.get(x) and lab.get(x) != "ok")
        return different, count

    def again(self, test):
        """Is a test sometimes as on the kernel?"""
        return not test.startswith(("setUp", "tearDown")) and any(
            self.verdicts(True, test) == self.verdicts(False, test)
            for _ in range(RETRIES))

    def test_suites(self):
        """CPython's suites say of a lab host what they say of the kernel"""
        different, count = self.differences(SUITES + MORE * IS_ALL)
        new, unsteady = [], []
        seen = collections.Counter()
        for test, (kernel, lab) in sorted(different.items()):
            row = next((x for x in KNOWN if fnmatch.fnmatch(test, x[0])), None)
            if row:
                seen[row[0]] += 1
            elif matches(test, UNSTEADY) or self.again(test):
                unsteady.append(test)
            else:
                new.append(f"{test}: {kernel} on the kernel, {lab} in a lab")
        for pattern, _, why in KNOWN:
            print(f"# {seen[pattern]:4} {pattern}: {why}")
        for test in unsteady:
            print(f"# unsteady: {test}")
        print(f"# {sum(seen.values()) + len(new)} of {count} tests differ, "
              f"{len(new)} of them for no known reason")
        self.assertEqual(new, [])
        self.assertEqual({x[0]: x[1] for x in KNOWN},
                         {x[0]: seen[x[0]] for x in KNOWN},
                         "the list of differences is out of date")


if __name__ == "__main__":
    sys.argv = [x for x in sys.argv if x != "--all"]
    unittest.main()
