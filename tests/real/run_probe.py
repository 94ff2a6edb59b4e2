# SPDX-License-Identifier: MIT
"""What a program sees of its TCP sockets, as lines of text.

    python3 run_probe.py ADDRESS

It talks to itself over ADDRESS and prints what each call returned and what
poll(2) says.  Nothing in it knows where it runs, so its output on the kernel's
TCP and on a lab host's can be compared line by line: run_test.py does.  What
is not of streams is in run_probe_msg.py.
"""
import array
import ctypes
import errno
import fcntl
import hashlib
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

HOST = sys.argv[1]
FAMILY = socket.AF_INET6 if ":" in HOST else socket.AF_INET
EVENTS = ((1, "IN"), (2, "PRI"), (4, "OUT"), (8, "ERR"), (16, "HUP"),
          (0x2000, "RDHUP"))
SETTLED, PATIENCE = 0.05, 60
SIOCATMARK = 0x8905
LINGER_RESET = struct.pack("ii", 1, 0)


def say(what, *seen):
    print(what + ":", *seen, flush=True)


def polled(sock):
    """What poll(2) says now, as words."""
    p = select.poll()
    p.register(sock, 0x2007)
    events = dict(p.poll(0)).get(sock.fileno(), 0)
    return " ".join(name for bit, name in EVENTS if events & bit) or "-"


def settle(rounds=3):
    """Until other octets have gone there and back so many times: what was on
    its way before them has come, however slow the machine is."""
    for _ in range(rounds):
        for one, other in OTHERS, OTHERS[::-1]:
            one.send(b"x")
            other.recv(1)
    time.sleep(SETTLED)


def settled(sock):
    """What poll(2) says when nothing more is on its way."""
    settle()
    return polled(sock)


def until(sock, want):
    """... when it has become @want, or what it is after a long time."""
    end = time.monotonic() + PATIENCE
    while polled(sock) != want and time.monotonic() < end:
        time.sleep(0.005)
    return polled(sock)


def outcome(call, *args):
    """What a call returns, or the name of its error."""
    try:
        value = call(*args)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e))
    return "ok" if value is None or isinstance(value, tuple) else repr(value)


def error_of(sock):
    """SO_ERROR, by name."""
    value = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return errno.errorcode.get(value, value)


def new(blocks=True):
    sock = socket.socket(FAMILY, socket.SOCK_STREAM)
    sock.setblocking(blocks)
    return sock


def listener(backlog=5):
    sock = new()
    sock.bind((HOST, 0))
    sock.listen(backlog)
    return sock


def connected():
    door = listener()
    near = new()
    near.connect(door.getsockname())
    far, _ = door.accept()
    door.close()
    return near, far


OTHERS = connected()


def quiet_send(sock, octets):
    return outcome(sock.send, octets, socket.MSG_NOSIGNAL)


def probe_new():
    sock = new()
    say("new", polled(sock), outcome(sock.getpeername),
        outcome(sock.shutdown, socket.SHUT_WR), outcome(sock.accept))
    say("new, recv", outcome(sock.recv, 1))
    say("new, send", quiet_send(sock, b"x"))


def probe_bind():
    sock, other = new(), new()
    foreign = "203.0.113.9" if FAMILY == socket.AF_INET else "2001:db8:f::9"
    say("bind", outcome(sock.bind, (foreign, 0)),
        outcome(sock.bind, (HOST, 0)), outcome(sock.bind, (HOST, 0)))
    name = sock.getsockname()
    say("bind taken", outcome(other.bind, name))
    sock.listen()
    sock.close()
    say("bind freed", outcome(other.bind, name))


def probe_refused():
    door = listener()
    nobody = door.getsockname()
    door.close()
    sock = new()
    say("refused", outcome(sock.connect, nobody), polled(sock), error_of(sock))
    sock = new(False)
    say("refused later", outcome(sock.connect, nobody), settled(sock))
    say("refused later, error", error_of(sock), error_of(sock), polled(sock))
    sock = new(False)
    sock.connect_ex(nobody)
    settled(sock)
    say("refused later, connect", outcome(sock.connect, nobody))
    sock = new(False)
    sock.connect_ex(nobody)
    settled(sock)
    say("refused later, recv", outcome(sock.recv, 1))


def probe_retry():
    """One socket, refused first, connected then."""
    door = new()
    door.bind((HOST, 0))
    for blocks in True, False:
        sock = new(blocks)
        say("retry", outcome(sock.connect, door.getsockname()),
            settled(sock), error_of(sock))
        there = listener()
        for _ in range(2):
            say("retry again", outcome(sock.connect, there.getsockname()),
                settled(sock), error_of(sock))


def probe_connect():
    door, sock = listener(), new(False)
    say("connect", outcome(sock.connect, door.getsockname()), settled(sock),
        error_of(sock))
    say("connect again", outcome(sock.connect, door.getsockname()),
        outcome(sock.connect, door.getsockname()))
    say("connect, door", polled(door))
    far, name = door.accept()
    say("connect, names", name == sock.getsockname(),
        far.getsockname() == sock.getpeername(), far.getblocking())
    door.setblocking(False)
    say("connect, door empty", polled(door), outcome(door.accept))


def probe_half_close():
    near, far = connected()
    near.shutdown(socket.SHUT_WR)
    say("half", until(far, "IN OUT RDHUP"), settled(near), far.recv(1))
    far.send(b"abc")
    say("half, data", near.recv(10), quiet_send(near, b"x"))
    far.close()
    say("half, both", until(near, "IN OUT HUP RDHUP"), near.recv(1),
        outcome(near.shutdown, socket.SHUT_WR))


def probe_close():
    near, far = connected()
    near.send(b"hello")
    near.close()
    say("close", until(far, "IN OUT RDHUP"), far.recv(10), far.recv(10))
    say("close, send", quiet_send(far, b"x"),
        until(far, "IN OUT ERR HUP RDHUP"), quiet_send(far, b"x"))


def probe_reset():
    for unread in False, True:
        near, far = connected()
        if unread:
            far.send(b"unread")
            until(near, "IN OUT")
        else:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        near.close()
        say("reset", unread, until(far, "IN OUT ERR HUP RDHUP"),
            error_of(far), polled(far), outcome(far.recv, 1),
            quiet_send(far, b"x"), outcome(far.getpeername))


def probe_options_after_reset():
    near, far = connected()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
    near.close()
    say("options after reset", until(far, "IN OUT ERR HUP RDHUP"),
        far.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE),
        outcome(far.getpeername), outcome(far.listen),
        outcome(far.setsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        outcome(far.bind, (HOST, 0)), outcome(far.connect, (HOST, 9)))


def probe_reset_after_data():
    near, far = connected()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
    far.send(b"data")
    until(near, "IN OUT")
    far.close()
    say("reset after data", until(near, "IN OUT ERR HUP RDHUP"),
        outcome(near.recv, 10), outcome(near.recv, 10), outcome(near.recv, 10))


def probe_reset_after_end():
    """Who only writes finds out, however fast it writes.  In which words is a
    race between what it writes and the reset."""
    near, far = connected()
    near.send(b"x")
    far.recv(1)
    far.close()
    end, said = time.monotonic() + PATIENCE, "1"
    while said == "1" and time.monotonic() < end:
        said = quiet_send(near, b"x")
    say("reset after end", said in ("EPIPE", "ECONNRESET"))


def probe_address_on_a_stream():
    """TCP takes no notice of an address, and gives none."""
    near, far = connected()
    elsewhere = (HOST, 9)
    say("address, sent", outcome(near.sendto, b"abcdef", elsewhere),
        outcome(near.sendmsg, [b"g", b"h"], [], 0, elsewhere))
    say("address, received", settled(far), far.recvfrom(2, socket.MSG_PEEK),
        far.recvfrom(3), far.recvmsg(4)[0::3], far.recvfrom(9))
    far.settimeout(0.05)
    say("address, nothing", outcome(far.recvfrom, 1))
    far.settimeout(None)
    threading.Timer(SETTLED, near.sendto, (b"late", elsewhere)).start()
    say("address, late", far.recvfrom(9), outcome(near.sendto, b"x" * 100000,
                                                  elsewhere))
    near.setblocking(False)
    while outcome(near.sendto, bytes(1000), elsewhere) != "EAGAIN":
        pass
    near.setblocking(True)
    got = []
    reader = threading.Timer(SETTLED, lambda: got.extend(
        iter(lambda: len(far.recv(100000)), 0)))
    reader.start()
    say("address, room", outcome(near.sendto, bytes(3000000), elsewhere))
    near.close()
    reader.join()
    say("address, all", sum(got) > 3100000)
    say("address, new", outcome(new().sendto, b"x", 0x4000, elsewhere))


def probe_nobody():
    """A datagram that names nobody, on a socket without a peer."""
    sock = socket.socket(FAMILY, socket.SOCK_DGRAM)
    say("nobody", outcome(sock.sendmsg, [b"x"]))
    sock.connect((HOST, 9))
    say("somebody", outcome(sock.sendmsg, [b"x"]))


def probe_shutdown():
    near, far = connected()
    far.shutdown(socket.SHUT_RD)
    say("shutdown read", settled(far), far.recv(1), settled(near),
        quiet_send(near, b"x"), settled(near))
    near, far = connected()
    far.shutdown(socket.SHUT_RDWR)
    say("shutdown", until(far, "IN OUT HUP RDHUP"), until(near, "IN OUT RDHUP"),
        outcome(far.getpeername) != "ENOTCONN")
    near.close()
    say("shutdown, closed", settled(far), outcome(far.getpeername))


def probe_listen():
    door = listener(2)
    say("listen", polled(door), door.getsockopt(socket.SOL_SOCKET, 30),
        outcome(door.connect, door.getsockname()),
        outcome(door.shutdown, socket.SHUT_WR))
    say("listen, recv", outcome(door.recv, 1))
    queue = [new() for _ in range(3)]
    for sock in queue:
        sock.connect(door.getsockname())
    late = new(False)
    late.connect_ex(door.getsockname())
    say("listen, backlog", settled(late))
    say("listen, accepted", [door.accept()[1] == s.getsockname()
                             for s in queue])
    door = listener()
    say("listen, shutdown", outcome(door.shutdown, socket.SHUT_RDWR),
        outcome(door.accept))
    say("listen, shutdown, poll", settled(door))


def probe_waiting_accept():
    door = listener()

    def on_alarm(*_):
        raise InterruptedError

    signal.signal(signal.SIGALRM, on_alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        door.accept()
    except InterruptedError:
        say("accept", "a signal interrupts it")
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                    struct.pack("ll", 0, 100000))
    start = time.monotonic()
    say("accept, timeout", outcome(door.accept),
        0.09 < time.monotonic() - start < PATIENCE)
    door, seen = listener(), []
    waiter = threading.Thread(target=lambda: seen.append(outcome(door.accept)))
    waiter.start()
    settle()
    door.shutdown(socket.SHUT_RDWR)
    waiter.join(PATIENCE)
    say("accept, shutdown", seen)


def probe_urgent():
    near, far = connected()
    for octets, flags in (b"abc", 0), (b"!", socket.MSG_OOB), (b"def", 0):
        near.send(octets, flags)
    say("urgent", until(far, "IN PRI OUT"), settled(far), far.recv(10))
    mark = array.array("i", [0])
    fcntl.ioctl(far, SIOCATMARK, mark)
    say("urgent, mark", mark[0], outcome(far.recv, 1, socket.MSG_OOB),
        far.recv(10), polled(far), outcome(far.recv, 1, socket.MSG_OOB))
    near, far = connected()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    for octets, flags in (b"abc", 0), (b"!", socket.MSG_OOB), (b"def", 0):
        near.send(octets, flags)
    settled(far)
    say("urgent in line", far.recv(10), far.recv(10))
    near, far = connected()
    for octets, flags in (b"abc", 0), (b"!", socket.MSG_OOB), (b"def", 0):
        near.send(octets, flags)  # is taken in before the option counts
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    settled(far)
    say("urgent, then an option", far.recv(10),
        outcome(far.recv, 1, socket.MSG_OOB), far.recv(10))


def probe_low_mark():
    near, far = connected()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 4)
    near.send(b"ab")
    say("low mark", settled(far))
    near.send(b"cd")
    say("low mark, reached", until(far, "IN OUT"), far.recv(10))
    near.send(b"e")
    say("low mark, one", settled(far))
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 2)
    near.send(b"f")
    say("low mark, lower", until(far, "IN OUT"), far.recv(10))
    near.send(b"g")
    say("low mark, lower, one", settled(far))
    near.close()
    say("low mark, end", until(far, "IN OUT RDHUP"), far.recv(10))


def probe_back_pressure():
    near, far = connected()
    near.setblocking(False)
    sent = got = idle = 0
    while idle < 5:
        try:
            sent += near.send(bytes(65536))
            idle = 0
        except BlockingIOError:
            idle += 1
            settle()
    say("back pressure", sent > 100000, polled(near))
    far.settimeout(PATIENCE)
    while got < sent:
        got += len(far.recv(1 << 20))
    say("back pressure, read", got == sent, until(near, "OUT"))


def probe_small_buffers():
    """Who asks for small buffers is told soon that nobody reads."""
    door, near = listener(), new()
    for sock, name in (door, socket.SO_RCVBUF), (near, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, name, 4096)
    near.connect(door.getsockname())
    far, _ = door.accept()
    near.setblocking(False)
    sent = got = 0
    while (n := outcome(near.send, bytes(1000))).isdigit():
        sent += int(n)
        time.sleep(0.001)
    near.close()
    while data := far.recv(9000):
        got += len(data)
    say("small buffers", n, 0 < sent < 40000, got == sent)


def probe_stream():
    near, far = connected()
    data, sums = os.urandom(1 << 20), []

    def read_all():
        digest = hashlib.sha256()
        while octets := far.recv(100000):
            digest.update(octets)
        sums.append(digest.hexdigest())

    reader = threading.Thread(target=read_all)
    reader.start()
    digest = hashlib.sha256()
    for _ in range(16):
        near.sendall(data)
        digest.update(data)
    near.shutdown(socket.SHUT_WR)
    reader.join()
    say("stream", sums == [digest.hexdigest()])


def probe_fork():
    door = listener()
    child = os.fork()
    if not child:
        far, _ = door.accept()
        far.send(b"child")
        os._exit(0)
    near = new()
    near.connect(door.getsockname())
    say("fork", near.recv(10), near.recv(10))
    os.waitpid(child, 0)


def probe_shared_port():
    one, two, three = new(), new(), new()
    for sock in one, two:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind((HOST, 0))
    one.listen()
    name = one.getsockname()
    say("shared", outcome(two.bind, name), outcome(two.listen),
        two.getsockname() == name, outcome(three.bind, name))
    one.close()
    settle()
    say("shared, one closed", outcome(new().connect, name), settled(two))


def probe_passing():
    near, far = connected()
    left, right = socket.socketpair()
    socket.send_fds(left, [b"x"], [near.fileno()])
    _, fds, _, _ = socket.recv_fds(right, 1, 1)
    again = socket.socket(fileno=fds[0])
    near.close()
    again.send(b"passed")
    say("passed", far.recv(10), again.getpeername() == far.getsockname())


def probe_options():
    sock = new()
    say("options", sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE),
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == FAMILY,
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL),
        sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    say("options, set", sock.getsockopt(socket.IPPROTO_TCP, 1),
        outcome(sock.getsockopt, socket.IPPROTO_TCP, 9999))


def probe_wrong_arguments():
    libc = ctypes.CDLL(None, use_errno=True)
    sock, bad = new(), ctypes.c_void_p(8)
    fd = sock.fileno()
    pipe, _ = os.pipe()
    inet = struct.pack("=H14x", socket.AF_INET)
    calls = ((libc.bind, fd, bad, 16), (libc.bind, fd, bytes(16), 1),
             (libc.connect, fd, bad, 16), (libc.bind, 999, inet, 16),
             (libc.bind, pipe, inet, 16), (libc.getsockname, fd, None, None),
             (libc.setsockopt, fd, 6, 1, None, 4),
             (libc.setsockopt, fd, 6, 1, b"\1", 1),
             (libc.listen, pipe, 1), (libc.accept, fd, None, None))
    say("wrong", *(errno.errorcode.get(ctypes.get_errno())
                   if f(*args) < 0 else "ok" for f, *args in calls))


def probe_edges():
    near, far = connected()
    epoll = select.epoll()
    epoll.register(far, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
    say("edges", [e for _, e in epoll.poll(PATIENCE)], epoll.poll(0))
    near.send(b"a")
    say("edges, data", [e & 1 for _, e in epoll.poll(PATIENCE)])


def probe_cork():
    """What is written under the cork waits; what was written before, not."""
    cork = socket.IPPROTO_TCP, socket.TCP_CORK
    seen, end = "", time.monotonic() + PATIENCE
    while seen != "OUT" and time.monotonic() < end:
        near, far = connected()
        near.send(b"before")
        near.setsockopt(*cork, 1)
        before = near.getsockopt(*cork), until(far, "IN OUT"), far.recv(9)
        near.send(b"head")
        time.sleep(0.02)  # 0.2 s is as long as a cork holds: again, if later
        seen = polled(far)
    say("cork", *before)
    say("cork, head", seen)
    near.send(b"tail")
    near.setsockopt(*cork, 0)
    say("cork, off", near.getsockopt(*cork), until(far, "IN OUT"), far.recv(9))


def probe_addresses():
    """A connected stream has no use for the address of a message."""
    near, far = connected()
    say("address", outcome(near.sendto, b"octets", far.getsockname()),
        far.recvfrom(3), far.recvmsg(9)[0])
    late = threading.Timer(SETTLED, near.sendall, (b"late",))
    late.start()
    say("address, late", far.recvfrom(9))
    say("address, new", outcome(new().sendto, b"x", socket.MSG_NOSIGNAL,
                                near.getpeername()))
    near.close()
    say("address, end", far.recvfrom(9))


def probe_fast_open():
    door = listener()
    name = door.getsockname()
    near = new()
    say("fast open", near.sendto(b"first", socket.MSG_FASTOPEN, name))
    far, _ = door.accept()
    near.send(b" and second")
    settle()
    say("fast open, accepted", far.recv(99),
        outcome(near.sendto, b"x", socket.MSG_FASTOPEN, name))
    near = new(False)
    say("fast open, later", outcome(near.sendto, b"x", socket.MSG_FASTOPEN,
                                    name), until(near, "OUT"))
    door.close()
    say("fast open, refused", outcome(new().sendto, b"x", socket.MSG_FASTOPEN,
                                      name))
    sock = new()
    say("zerocopy", outcome(sock.setsockopt, socket.SOL_SOCKET, 60, 1))


def run(probes):
    """Every function of that name, in order."""
    for name, probe in list(probes.items()):
        if name.startswith("probe_"):
            try:
                probe()
            except OSError as e:
                say(name, repr(e))


if __name__ == "__main__":
    run(globals())
