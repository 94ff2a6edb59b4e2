# SPDX-License-Identifier: MIT
"""What a program sees of its TCP sockets, as lines of text.

    python3 run_probe.py ADDRESS

It talks to itself over ADDRESS and prints what each call returned and what
poll(2) says.  Nothing in it knows where it runs, so its output on the kernel's
TCP and on a lab host's can be compared line by line: run_test.py does.
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
SETTLED, PATIENCE = 0.15, 5
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


def settled(sock):
    time.sleep(SETTLED)
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
    """Who only writes finds out, however fast it writes."""
    near, far = connected()
    near.send(b"x")
    far.recv(1)
    far.close()
    end, said = time.monotonic() + PATIENCE, "1"
    while said == "1" and time.monotonic() < end:
        said = quiet_send(near, b"x")
    say("reset after end", said, settled(near), outcome(near.recv, 1))


def probe_shutdown():
    near, far = connected()
    far.shutdown(socket.SHUT_RD)
    say("shutdown read", settled(far), far.recv(1), settled(near),
        quiet_send(near, b"x"), settled(near))
    near, far = connected()
    far.shutdown(socket.SHUT_RDWR)
    say("shutdown", until(far, "IN OUT RDHUP"), until(near, "IN OUT RDHUP"),
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
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        door.accept()
    except InterruptedError:
        say("accept", "a signal interrupts it")
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                    struct.pack("ll", 0, 100000))
    start = time.monotonic()
    say("accept, timeout", outcome(door.accept),
        0.09 < time.monotonic() - start < 2)
    door, seen = listener(), []
    waiter = threading.Thread(target=lambda: seen.append(outcome(door.accept)))
    waiter.start()
    time.sleep(SETTLED)
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


def probe_low_mark():
    near, far = connected()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 4)
    near.send(b"ab")
    say("low mark", settled(far))
    near.send(b"cd")
    say("low mark, reached", until(far, "IN OUT"), far.recv(10))
    near.send(b"e")
    say("low mark, one", settled(far))
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
            time.sleep(0.05)
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
    time.sleep(SETTLED)
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
    say("edges", [e for _, e in epoll.poll(1)], epoll.poll(0))
    near.send(b"a")
    say("edges, data", [e & 1 for _, e in epoll.poll(1)])


def datagram():
    sock = socket.socket(FAMILY, socket.SOCK_DGRAM)
    sock.bind((HOST, 0))
    return sock


def probe_datagrams():
    near, far = datagram(), datagram()
    there, here = far.getsockname(), near.getsockname()
    say("datagram", near.sendto(b"hello", there),
        far.recvfrom(9) == (b"hello", here))
    for i in range(40):
        near.sendto(b"%d" % i, there)
    got = [far.recv(9) if i % 2 else far.recvfrom(9)[0] for i in range(40)]
    say("datagrams, order", got == [b"%d" % i for i in range(40)])
    near.connect(there)
    near.send(b"to the peer")
    say("datagram, peer", far.recvfrom(20) == (b"to the peer", here),
        near.getpeername() == there)
    far.sendto(b"back", here)
    say("datagram, back", near.recv(9), polled(near), polled(far))
    near.send(bytes(2000))
    say("datagram, cut", len(far.recvfrom(100)[0]), polled(far))
    near.send(b"")
    near.send(bytes(60000))
    say("datagram, sizes", far.recvfrom(9)[0], len(far.recvfrom(65536)[0]))
    near.send(b"again")
    say("datagram, peek", far.recvfrom(9, socket.MSG_PEEK)[0],
        far.recv(9, socket.MSG_PEEK), far.recvfrom(9)[0])
    far.sendmsg([b"in ", b"parts"], [], 0, here)
    say("datagram, parts", near.recvmsg(20)[0])
    far.settimeout(0.1)
    try:
        far.recvfrom(1)
    except TimeoutError:
        say("datagram, timeout", "yes")
    far.settimeout(None)
    late = threading.Timer(SETTLED, near.send, (b"late",))
    late.start()
    say("datagram, late", far.recvfrom(9)[0])
    far.close()
    again = socket.socket(FAMILY, socket.SOCK_DGRAM)
    say("datagram, freed", outcome(again.bind, there))


def ancillary(sock):
    """Pieces of ancillary data of the next datagram, as numbers."""
    octets, pieces, flags, _ = sock.recvmsg(100, 512)
    return [octets, flags] + [(level, kind, data.hex()[:40])
                              for level, kind, data in pieces]


def probe_ancillary():
    near, far = datagram(), datagram()
    there = far.getsockname()
    ip, wanted, ttl, tos = ((0, (8, 12, 13), 2, 1)
                            if FAMILY == socket.AF_INET else
                            (41, (49, 51, 66), 52, 67))
    for option in wanted:
        far.setsockopt(ip, option, 1)
    near.sendto(b"about", there)
    say("ancillary", ancillary(far))
    near.sendmsg([b"set"], [(ip, ttl, struct.pack("i", 7)),
                            (ip, tos, struct.pack("i", 0x28))], 0, there)
    say("ancillary, set", ancillary(far))
    near.connect(there)
    near.sendmsg([b"no", b" name"], [(ip, ttl, struct.pack("i", 9))])
    say("ancillary, peer", ancillary(far))
    say("ancillary, wrong", outcome(near.sendmsg, [b"x"], [
        (ip, ttl, struct.pack("i", 256))], 0))
    near.send(b"more than there is room for")
    one = socket.CMSG_SPACE(12 if FAMILY == socket.AF_INET else 20)
    octets, pieces, flags, _ = far.recvmsg(4, one)
    say("ancillary, cut", octets, len(pieces),
        flags == socket.MSG_TRUNC | socket.MSG_CTRUNC)
    far.settimeout(PATIENCE)
    late = threading.Timer(SETTLED, near.send, (b"late",))
    late.start()
    say("ancillary, late", ancillary(far))


def probe_times():
    near, far = datagram(), datagram()
    for option, unit in (29, 1e6), (35, 1e9):
        far.setsockopt(socket.SOL_SOCKET, option, 1)
        near.sendto(b"now", far.getsockname())
        (level, kind, data), = far.recvmsg(9, 100)[1]
        high, low = struct.unpack("ll", data)
        say("time", level, kind, abs(time.time() - high - low / unit) < 5)


def closed_port():
    sock = datagram()
    name = sock.getsockname()
    sock.close()
    return name


def probe_datagram_errors():
    nobody = closed_port()
    sock = datagram()
    sock.connect(nobody)
    sock.send(b"x")
    say("unreachable", until(sock, "OUT ERR"), error_of(sock), error_of(sock),
        polled(sock))
    sock.send(b"x")
    say("unreachable, recvfrom", until(sock, "OUT ERR"),
        outcome(sock.recvfrom, 1), polled(sock))
    sock.send(b"x")
    say("unreachable, recv", until(sock, "OUT ERR"), outcome(sock.recv, 1),
        polled(sock))
    sock.settimeout(PATIENCE)
    sock.send(b"x")
    say("unreachable, waiting", outcome(sock.recvfrom, 1))
    sock = datagram()
    sock.sendto(b"x", nobody)
    say("unreachable, no peer", settled(sock), error_of(sock))
    say("no peer", outcome(sock.getpeername), outcome(sock.send, b"x"))


def probe_error_queue():
    nobody = closed_port()
    sock = datagram()
    ip, option = (0, 11) if FAMILY == socket.AF_INET else (41, 25)
    sock.setsockopt(ip, option, 1)
    sock.sendto(b"first octets", nobody)
    say("errors", until(sock, "OUT ERR"))
    octets, pieces, flags, name = sock.recvmsg(100, 512, socket.MSG_ERRQUEUE)
    say("errors, entry", octets, flags == socket.MSG_ERRQUEUE, name == nobody,
        [(level, kind, data.hex()) for level, kind, data in pieces])
    say("errors, over", outcome(sock.recvmsg, 9, 100, socket.MSG_ERRQUEUE),
        settled(sock))


def probe_interfaces():
    say("interfaces", socket.if_nameindex()[0], socket.if_nametoindex("lo"),
        socket.if_indextoname(1), outcome(socket.if_nametoindex, "none"))
    request = struct.pack("16s24x", b"lo")
    for number in 0x8913, 0x8915, 0x891b, 0x8921, 0x8927, 0x8933, 0x891d:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            say("interface %#x" % number,
                fcntl.ioctl(sock, number, request)[16:24].hex())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        say("interface, AF_UNIX", outcome(fcntl.ioctl, sock, 0x8915, request),
            fcntl.ioctl(sock, 0x8933, request)[16:20].hex())
        request = struct.pack("16s24x", b"none")
        say("interface, none", outcome(fcntl.ioctl, sock, 0x8933, request))


def ask_netlink(sock, kind, flags, octets):
    sock.send(struct.pack("IHHII", 16 + len(octets), kind, flags, 5, 0)
              + octets)
    return sock.recvfrom(4096)


def probe_netlink():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 0))
    say("netlink", sock.getsockname() == (os.getpid(), 0),
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN),
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL),
        outcome(sock.bind, (os.getpid() + 1, 0)))
    for kind, flags, octets in ((18, 1, bytes(16)), (98, 1, bytes(16)),
                                (200, 1, bytes(16)), (3, 5, b""),
                                (18, 1, struct.pack("iiII", 0, 99, 0, 0))):
        octets, name = ask_netlink(sock, kind, flags, octets)
        say("netlink", kind, name, octets[:8].hex(), octets[16:].hex())
    octets, _ = ask_netlink(sock, 18, 1, struct.pack("iiII", 0, 1, 0, 0))
    say("netlink, lo", octets[4:6].hex(), octets[16:28].hex())
    octets, _ = ask_netlink(sock, 22, 0x301, b"\2")
    say("netlink, address", octets[4:8].hex(), octets[16:40].hex())
    say("netlink, others", outcome(socket.socket, socket.AF_NETLINK,
                                   socket.SOCK_STREAM, 0))


if __name__ == "__main__":
    for name, probe in list(globals().items()):
        if name.startswith("probe_"):
            try:
                probe()
            except OSError as e:
                say(name, repr(e))
