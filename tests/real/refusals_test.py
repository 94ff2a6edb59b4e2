# SPDX-License-Identifier: MIT
"""What cannot be is said in one sentence, with an exit status.

A kernel that is too old or a container that forbids something is played by a
filter around weft that answers one system call with an error.
"""
import errno
import json
import os
import re
import resource
import signal
import subprocess
import unittest

from namespace import ALONE, NOBODY, PYTHON
from weft import TIME_LIMIT, WEFT, Case, tool

LAB = """\
name: one
lans:
  lan: {net: 10.1.0.0/24, join: [laptop, server], delay: 100us}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
# deny NUMBER ERRNO ARGUMENT VALUE COMMAND: that call fails, if its argument
# (or any, for -1) is that.
DENY = r"""
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned nr = atoi(argv[1]), error = atoi(argv[2]);
	int arg = atoi(argv[3]);
	unsigned value = strtoul(argv[4], NULL, 0);
	unsigned at = arg < 0 ? 0 : offsetof(struct seccomp_data, args[arg]);
	struct sock_filter code[] = {
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, nr},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, at},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, arg < 0 ? nr : value},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
	};
	struct sock_fprog prog = {6, code};

	if (argc < 6 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		return 99;
	execvp(argv[5], argv + 5);
	return 98;
}
"""
OTHER = r"""
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long got = -1;

	if (argc > 1)
		__asm__ volatile("int $0x80" : "=a"(got) : "a"(20) : "memory");
	return got > 0 ? 0 : 1;
}
"""
SECCOMP, PRCTL, IOCTL, PIDFD_GETFD = 317, 157, 16, 438
PIDFD_OPEN, READ_OTHER, WRITE_OTHER, SOCKET, CLONE = 434, 310, 311, 41, 56
SOCKETS = """
import errno, socket, sys
open_ones = []
try:
    while True:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        open_ones.append(s)
except OSError as e:
    print(len(open_ones), errno.errorcode[e.errno])
a, b = open_ones[:2]
a.bind(("127.0.0.1", 0))
b.sendto(b"still", a.getsockname())
print(a.recv(10))
for s in open_ones: s.close()
print(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).fileno() > 2)
"""
CONNECTIONS = """
import errno, socket
lst = socket.create_server(("127.0.0.1", 0), backlog=500)
ours = []
try:
    while True:
        ours.append(socket.create_connection(lst.getsockname(), 20))
        ours.append(lst.accept()[0])
except OSError as e:
    print(len(ours), errno.errorcode.get(e.errno, e))
ours[0].send(b"still")
print(ours[1].recv(10))
for s in ours: s.close()
s = socket.create_connection(lst.getsockname(), 20)
"""


# In a sanitized build the search for leaks takes calls that are refused here.
UNSEARCHED = {**os.environ, "ASAN_OPTIONS": os.environ.get(
    "ASAN_OPTIONS", "") + ":detect_leaks=0"}


@unittest.skipUnless(os.uname().machine == "x86_64", "numbers of calls")
class Refusals(Case):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)
        self.lab = self.write("lan.yaml", LAB)

    def build(self, name, text):
        self.write(f"{name}.c", text)
        subprocess.run([tool("gcc"), "-o", name, f"{name}.c"],
                       cwd=self.folder, check=True)
        return self.folder / name

    def run_it(self, *program, before=(), **more):
        if before:
            more.setdefault("env", UNSEARCHED)
        return subprocess.run(
            [*ALONE, *map(str, before), WEFT, "run", "--json", self.lab,
             "laptop", "--", *map(str, program)], cwd=self.folder, text=True,
            capture_output=True, timeout=TIME_LIMIT, stdin=subprocess.DEVNULL,
            **more)

    def refused(self, done, status, sentence):
        """One line that says so, besides the line that counts what is left."""
        lines = [x for x in done.stderr.splitlines() if x[:1] != "{"]
        self.assertEqual((done.returncode, len(lines)), (status, 1),
                         done.stderr)
        self.assertRegex(lines[0], "^weft run: .*" + sentence)

    def test_the_kernel_is_too_old_or_forbids_it(self):
        """each thing that can be missing has a sentence of its own"""
        deny = self.build("deny", DENY)
        set_filter, add_fd = 1, 0x40182103
        receive, send = 0xc0502100, 0xc0182101
        for call, error, arg, value, sentence in (
                (SECCOMP, errno.ENOSYS, -1, 0, "Linux 5.14 or later"),
                (SECCOMP, errno.EINVAL, 0, set_filter, "Linux 5.14 or later"),
                (IOCTL, errno.EINVAL, 1, add_fd, "Linux 5.14 or later"),
                (SECCOMP, errno.EPERM, 0, set_filter, "not permitted"),
                (SECCOMP, errno.EACCES, 0, set_filter, "not permitted"),
                (PIDFD_GETFD, errno.EPERM, -1, 0, "yama.ptrace_scope"),
                (PIDFD_GETFD, errno.ENOSYS, -1, 0, "Linux 5.14 or later"),
                (PIDFD_OPEN, errno.ENOSYS, -1, 0, "Linux 5.14 or later"),
                (READ_OTHER, errno.EPERM, -1, 0, "yama.ptrace_scope"),
                (WRITE_OTHER, errno.EPERM, -1, 0, "yama.ptrace_scope"),
                (IOCTL, errno.ENOTTY, 1, receive, "not permitted"),
                (IOCTL, errno.EPERM, 1, send, "not permitted"),
                (CLONE, errno.EPERM, -1, 0, "fork fails .* forbids it"),
                (PRCTL, errno.EPERM, 0, 38, "give up privileges")):
            done = self.run_it("true", before=[deny, call, error, arg, value])
            with self.subTest(call=call, error=error):
                self.refused(done, 126, sentence)
        # The filter itself is no obstacle.
        done = self.run_it("true", before=[deny, 9999, 1, -1, 0])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_call_that_setting_up_takes_is_refused(self):
        """the call is named, and what to do about it"""
        deny = self.build("deny", DENY)
        for call, error, name, advice in (
                (289, errno.EPERM, "signalfd", "allow it there"),
                (14, errno.EPERM, "rt_sigprocmask", "allow it there"),
                (128, errno.EACCES, "rt_sigtimedwait", "allow it there"),
                (61, errno.EPERM, "wait4", "allow it there"),
                (291, errno.ENOSYS, "epoll_create1", "this kernel"),
                (291, errno.EMFILE, "epoll_create1", "ulimit -n"),
                (233, errno.ENOMEM, "epoll_ctl", "memory"),
                (293, errno.ENFILE, "pipe2", "fs.file-max"),
                (SOCKET, errno.EPERM, "socket", "outside of it"),
                (53, errno.EPERM, "socketpair", "allow it there"),
                (49, errno.EPERM, "bind", "allow it there"),
                (50, errno.EPERM, "listen", "allow it there"),
                (51, errno.EPERM, "getsockname", "allow it there"),
                (55, errno.EPERM, "getsockopt", "allow it there"),
                (318, errno.EPERM, "getrandom", "allow it there"),
                (PRCTL, errno.EPERM, "prctl", "allow it there")):
            values = (36, 1) if call == PRCTL else (0,)
            for value in values:
                done = self.run_it("true", before=[
                    deny, call, error, 0 if call == PRCTL else -1, value])
                with self.subTest(call=call, error=error):
                    self.refused(done, 126, rf"here: {name}\S* fails .*{advice}")
        lab = self.write("run.yaml", LAB.replace(
            "name: one", "name: one\ntime: real") + "script:\n"
            "  - {at: 1ms, on: laptop, run: [/bin/true]}\n")
        done = subprocess.run([deny, "289", "1", "-1", "0", WEFT, "lab", "run",
                               lab], cwd=self.folder, capture_output=True,
                              text=True, timeout=TIME_LIMIT, env=UNSEARCHED)
        self.assertRegex(done.stderr, "^weft lab: .* signalfd fails")
        self.assertEqual(done.returncode, 1)

    def test_nested(self):
        """weft run within weft run"""
        done = self.run_it(WEFT, "run", self.lab, "laptop", "--", "true")
        self.refused(done, 126, "inside of another program")

    def test_not_there(self):
        """programs that are not there, or are none"""
        self.refused(self.run_it("/no/where"), 127, "No such file")
        self.refused(self.run_it("/etc/passwd"), 126, "Permission denied")

    def test_setuid(self):
        """a program with privileges runs without them"""
        if not NOBODY:
            self.skipTest("this is no root who could make such a program")
        self.build("privileged", "#include <unistd.h>\n"
                   "int main(void) { return geteuid() == 0; }")
        (self.folder / "privileged").chmod(0o4755)
        for name, path in ("./privileged", None), ("privileged", "."):
            env = dict(os.environ)
            env["PATH"] = f"{self.folder}:{env['PATH']}" if path else env["PATH"]
            done = self.run_it(name, before=NOBODY, env=env)
            self.refused(done, 0, "setuid program")

    def test_32_bits(self):
        """calls of another processor end the process"""
        other = self.build("other", OTHER)
        self.assertEqual(self.run_it(other).returncode, 1)
        if subprocess.run([other, "x"]).returncode:
            self.skipTest("this kernel has no 32-bit calls")
        self.refused(self.run_it(other, "x"), 128 + signal.SIGSYS, "32-bit")

    def test_ring(self):
        """io_uring and its kin say ENOSYS, and programs do without"""
        done = self.run_it(PYTHON, "-c", """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for call in 425, 0x40000000 + 41:
    print(libc.syscall(call, 2, 1, 0), ctypes.get_errno())
""")
        self.assertEqual(done.stdout, f"-1 {errno.ENOSYS}\n" * 2, done.stderr)

    def limited(self, program):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

        done = self.run_it(PYTHON, "-c", program, preexec_fn=limit)
        self.refused(done, 0, "ulimit -Hn")
        left = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual((left["sockets"], left["stack_sockets"]), (0, 0))
        return done.stdout.splitlines()

    def test_no_more_descriptors(self):
        """at the limit programs get EMFILE, are told why, and go on"""
        first, *rest = self.limited(SOCKETS)
        self.assertEqual(rest, ["b'still'", "True"])
        count, error = first.split()
        self.assertEqual(error, "EMFILE")
        self.assertGreater(int(count), 100)

    def test_no_more_connections(self):
        """the same for connections, on both sides"""
        first, *rest = self.limited(CONNECTIONS)
        self.assertEqual(rest, ["b'still'"])
        self.assertGreater(int(re.match(r"\d+", first)[0]), 100, first)


if __name__ == "__main__":
    unittest.main()
