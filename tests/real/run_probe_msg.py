# SPDX-License-Identifier: MIT
"""What a program sees of its datagrams, interfaces and netlink sockets.

    python3 run_probe_msg.py ADDRESS

As run_probe.py, whose words it uses.
"""
import ctypes
import fcntl
import os
import socket
import struct
import threading
import time

from run_probe import (FAMILY, HOST, PATIENCE, SETTLED, error_of, outcome,
                       polled, run, say, settled, until)

LIBC = ctypes.CDLL(None)


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
    sock.send(b"x")
    say("unreachable, sendmsg", until(sock, "OUT ERR"),
        outcome(sock.sendmsg, [b"x"]), polled(sock))
    sock.send(b"x")
    say("unreachable, send", until(sock, "OUT ERR"), outcome(sock.send, b"x"),
        polled(sock))
    sock.setblocking(False)
    sock.send(b"x")
    say("unreachable, told once", until(sock, "OUT ERR"),
        outcome(sock.recvmsg, 1), outcome(sock.recvfrom, 1), error_of(sock))
    sock.settimeout(PATIENCE)
    sock.send(b"x")
    say("unreachable, waiting", outcome(sock.recvfrom, 1))
    sock.send(b"x")
    say("unreachable, waiting, recvmsg", outcome(sock.recvmsg, 1))
    sock = datagram()
    sock.sendto(b"x", nobody)
    say("unreachable, no peer", settled(sock), error_of(sock))
    say("no peer", outcome(sock.getpeername), outcome(sock.send, b"x"))
    say("no peer, sendmsg", outcome(sock.sendmsg, [b"x"]))


def probe_peers():
    """What has come stays when a peer comes and goes."""
    near, far = datagram(), datagram()
    far.sendto(b"before", near.getsockname())
    far.sendto(b"next", near.getsockname())
    settled(near)
    near.connect(far.getsockname())
    near.send(b"there")
    say("peer", far.recv(9), near.recv(9))
    settled(near)
    say("peer, gone", LIBC.connect(near.fileno(), bytes(28), 28),
        outcome(near.send, b"x"))
    say("peer, gone, recv", near.recv(9), outcome(near.sendmsg, [b"x"]))
    near.connect(far.getsockname())
    near.send(b"again")
    say("peer, again", far.recv(9), polled(far))


def probe_error_queue():
    nobody = closed_port()
    sock = datagram()
    ip, option = (0, 11) if FAMILY == socket.AF_INET else (41, 25)
    sock.setsockopt(ip, option, 1)
    for more in (12,) if FAMILY == socket.AF_INET else (8, 51):
        sock.setsockopt(ip, more, 1)
    sock.sendto(b"first octets", nobody)
    say("errors", until(sock, "OUT ERR"))
    octets, pieces, flags, name = sock.recvmsg(100, 512, socket.MSG_ERRQUEUE)
    say("errors, entry", octets, flags == socket.MSG_ERRQUEUE, name == nobody,
        [(level, kind, data.hex()) for level, kind, data in pieces])
    say("errors, too long", outcome(sock.sendto, bytes(70000), nobody))
    if FAMILY == socket.AF_INET6: # IPv4 knows without looking
        say("errors, told", until(sock, "OUT ERR"))
        octets, pieces, _, _ = sock.recvmsg(100, 512, socket.MSG_ERRQUEUE)
        say("errors, too long", octets, pieces[0][2][:12].hex())
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
    run(globals())
