# SPDX-License-Identifier: MIT
"""What the peers of a process see that is killed, and what is left of it.

    killed_probe.py ADDRESS COUNT [PID FILE]

prints the first; then starts COUNT processes that end in many ways, and asks
process PID (weft run) before and after to say what it has, which it says in
FILE; and prints which lines these are.
"""
import errno
import os
import select
import signal
import socket
import struct
import sys
import time

FAMILY = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
WAYS = 6


DONE = {}  # what a process says when it has done the last thing, too


def child(function, then=None):
    """A process that does that, says so, and waits for its end."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            function()
            os.write(theirs, b"x")
            if then:
                then()
                os.write(theirs, b"x")
            signal.pause()
        finally:
            os._exit(1)
    os.close(theirs)
    os.read(ours, 1)
    DONE[pid] = ours
    return pid


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(DONE.pop(pid))


def kill_when_done(pid):
    os.read(DONE[pid], 1)
    kill(pid)


def outcome(function, *args):
    try:
        return repr(function(*args))
    except OSError as e:
        return errno.errorcode[e.errno]


def listener():
    s = socket.socket(FAMILY, socket.SOCK_STREAM)
    s.bind((sys.argv[1], 0))
    s.listen(5)
    return s


def pair(between, then=None):
    """One end here, the other in a process that is killed after @between, or
    when @then has come true there."""
    lst = listener()

    def connect():
        s = socket.create_connection(lst.getsockname()[:2])
        between(s)
        keep.append(s)

    keep = []
    pid = child(connect, then and (lambda: then(keep[0])))
    conn, _ = lst.accept()
    lst.close()
    return pid, conn


def poll_name(s, wait=60000):
    p = select.poll()
    p.register(s, select.POLLIN | select.POLLOUT | select.POLLRDHUP)
    bits = p.poll(wait)[0][1]
    return " ".join(n for n in ("IN", "OUT", "ERR", "HUP", "RDHUP")
                    if bits & getattr(select, "POLL" + n))


def wait_for(s, bit):
    p = select.poll()
    p.register(s, bit)
    p.poll(60000)


def say(*words):
    print(*words, flush=True)


def peers():
    pid, s = pair(lambda s: None)
    kill(pid)
    wait_for(s, select.POLLRDHUP)
    say("idle, poll:", poll_name(s))
    say("idle, recv:", outcome(s.recv, 10))
    say("idle, send:", outcome(s.send, b"x"))
    wait_for(s, select.POLLERR)
    say("idle, poll then:", poll_name(s))
    say("idle, send then:", outcome(s.send, b"x"))

    pid, s = pair(lambda s: s.send(b"last words"))
    kill(pid)
    wait_for(s, select.POLLRDHUP)
    say("wrote, recv:", outcome(s.recv, 100), outcome(s.recv, 100))

    pid, s = pair(lambda s: None, lambda s: wait_for(s, select.POLLIN))
    s.send(b"never read")
    kill_when_done(pid)
    wait_for(s, select.POLLERR)
    say("unread, poll:", poll_name(s))
    say("unread, recv:", outcome(s.recv, 10))
    say("unread, recv then:", outcome(s.recv, 10))

    pid, s = pair(lambda s: s.sendall(b"a" * 40000))
    kill(pid)
    n = 0
    while chunk := s.recv(65536):
        n += len(chunk)
    say("much, recv:", n)

    pid, s = pair(lambda s: s.shutdown(socket.SHUT_WR),
                  lambda s: wait_for(s, select.POLLIN))
    say("half, recv:", outcome(s.recv, 10))
    say("half, send:", outcome(s.send, b"still heard"))
    kill_when_done(pid)
    wait_for(s, select.POLLERR)
    say("half, poll:", poll_name(s))

    lst = listener()
    name = lst.getsockname()[:2]
    pid = child(lambda: None)
    lst.close()
    s = socket.create_connection(name)
    kill(pid)
    wait_for(s, select.POLLHUP)
    say("not accepted, poll:", poll_name(s))
    say("not accepted, recv:", outcome(s.recv, 10))
    end, said = time.monotonic() + 60, ""
    while said != "ECONNREFUSED" and time.monotonic() < end:
        said = outcome(socket.create_connection, name)
    say("listener gone:", said)


def way(i, name, udp):
    """One short life."""
    s = socket.socket(FAMILY, socket.SOCK_STREAM)
    s.settimeout(20)
    s.connect(name)
    s.send(b"hello")
    s.recv(5)
    if i % WAYS == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    elif i % WAYS == 2:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
    elif i % WAYS == 3:
        lst = listener()
        signal.alarm(1)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        lst.accept()
    elif i % WAYS == 4:
        u = socket.socket(FAMILY, socket.SOCK_DGRAM)
        u.sendto(b"x", udp)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        u.recvfrom(10)
    elif i % WAYS == 5:
        os.execvp("true", ["true"])


def lives(count):
    """So many of them; who accepts resets, so that nothing lingers."""
    lst = listener()
    udp = socket.socket(FAMILY, socket.SOCK_DGRAM)
    udp.bind((sys.argv[1], 0))
    for i in range(count):
        pid = os.fork()
        if pid == 0:
            try:
                way(i, lst.getsockname()[:2], udp.getsockname()[:2])
            finally:
                os._exit(0)
        conn, _ = lst.accept()
        conn.sendall(conn.recv(5))
        os.waitpid(pid, 0)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        conn.close()
        if i % WAYS == 4:
            udp.recv(10)


def answer(pid, path):
    """Ask once; how many lines there are then, and the last."""
    with open(path) as f:
        before = len(f.readlines())
    os.kill(pid, signal.SIGUSR1)
    while True:
        with open(path) as f:
            lines = f.readlines()
        if len(lines) > before and lines[-1].endswith("\n"):
            return len(lines), lines[-1]
        time.sleep(0.01)


def ask(pid, path):
    """Until it says the same several times: what has ended is noticed, and
    what was on its way has come."""
    said = []
    while len(said) < 4 or len(set(said[-4:])) > 1:
        time.sleep(0.1)
        count, line = answer(pid, path)
        said.append(line)
    say("count", count)


peers()
if len(sys.argv) > 3:
    lives(2 * WAYS)
    for _ in range(2):
        ask(int(sys.argv[3]), sys.argv[4])
        lives(int(sys.argv[2]))
    ask(int(sys.argv[3]), sys.argv[4])
