# SPDX-License-Identifier: MIT
"""figure_rows.py - every figure: what it is, who takes part, its target.

docs/figures.md explains each.  A peer appears where it can do the same work;
a limit is a loop that does only what cannot be avoided (limit.c).
"""
import trials
import trials_whole as whole
from contender import Call, Op, Prints
from growth import CURVES


class Figure:
    """@id: "P4-1k" is one of several of P4; @unit: of all its numbers
    @target: in that unit, or @target_ratio: times the best peer"""

    def __init__(self, id, what, unit, weft, peers=(), limits=(), target=None,
                 target_ratio=None, more_is_better=True):
        self.id, self.what, self.unit, self.weft = id, what, unit, weft
        self.peers, self.limits = list(peers), list(limits)
        self.target, self.target_ratio = target, target_ratio
        self.more_is_better = more_is_better


GBIT = 8e-9                # octets to gigabits
M = 1e-6
T = "{seconds}"


def lwip(name, work, scale, key="rate"):
    return Prints(name, f"@lwip {work}", scale=scale, key=key)


def kernel(name, work, scale, key="rate", turns=None):
    return Prints(f"kernel, {name}", f"@kernel {work}", scale=scale, key=key,
                  is_alone=True, turns=turns)


def limit(name, work, scale):
    return Prints(name, f"%limit {work}", scale=scale)


BULK = [
    Figure("P1", "bulk TCP, 1460 octets a segment", "Gbit/s",
           Op("bench-stack", "tcp-segment", 1460 * GBIT),
           [lwip("lwIP", f"bulk {T}", GBIT),
            kernel("veth without offload", f"bulk veth {T}", GBIT)],
           [limit("two copies", f"bulk-1460 {T}", GBIT)], target=35),
    Figure("P2", "bulk TCP, 64 KB a segment", "Gbit/s",
           Op("bench-stack", "tcp-64k", 65536 * GBIT),
           [kernel("loopback", f"bulk loopback {T}", GBIT),
            kernel("veth with offload", f"bulk veth-offload {T}", GBIT),
            kernel("loopback, two cores", f"bulk-cores loopback {T}", GBIT)],
           [limit("two copies", f"bulk-64k {T}", GBIT),
            limit("one copy", f"bulk-64k-lent {T}", GBIT)], target=92),
]

REQUESTS = [
    Figure("P3", "request and answer, one connection", "M/s",
           Op("bench-stack", "tcp-request", M),
           [lwip("lwIP", f"request {T} 1", M),
            kernel("loopback", f"request loopback {T} 1", M)],
           [limit("copies, headers", f"request {T} 1", M)], target=4),
    Figure("P4-1k", "the same over 1,000 connections", "M/s",
           Prints("weft", "%many 1000 400000", scale=M, counted="many 1000"),
           [lwip("lwIP", f"request {T} 1000", M),
            kernel("loopback", f"request loopback {T} 1000", M)],
           [limit("copies, headers", f"request {T} 1000", M)], target=3.5),
    Figure("P4-1m", "the same over 1,000,000 connections", "M/s",
           Prints("weft, sk_ahead()", "%many hint 1000000 600000", scale=M),
           [],
           [limit("copies, headers", f"request {T} 1000000", M)],
           target=1.2),
    Figure("P5", "connect, ask, answer, close", "M/s",
           Op("bench-stack", "tcp-connect", M),
           [lwip("lwIP", f"connect {T}", M),
            lwip("lwIP, ends with RST", f"connect-rst {T}", M),
            kernel("loopback", f"connect loopback {T}", M)], target=1),
    Figure("P6-one", "UDP, 64 octets, one by one", "M/s",
           Op("bench-stack", "udp-64", M),
           [lwip("lwIP", f"udp {T}", M),
            kernel("loopback", f"udp loopback {T}", M)],
           [limit("copies, headers", f"udp {T}", M)], target=10),
    Figure("P6-many", "UDP, 64 octets, 32 a call", "M/s",
           Op("bench-stack", "udp-64-batch", M),
           [lwip("lwIP", f"udp {T}", M),
            kernel("sendmmsg, recvmmsg", f"udp-mmsg loopback {T}", M)],
           [limit("copies, headers", f"udp {T}", M)], target=14),
    Figure("P6-gso", "UDP, 64 octets, 32 in one (GSO, GRO)", "M/s",
           Op("bench-stack", "udp-64-joined", M),
           [kernel("GSO, GRO", f"udp-gso loopback {T}", M)]),
]

FRAMES = [
    Figure("P7", "router, 1,000,000 routes", "M/s",
           Op("bench-router", "forward-1m", M),
           [Prints("kernel, and two veth pairs",
                   f"@kernel_frames forward {T}", scale=M, is_alone=True)],
           [Call("DPDK testpmd macswap, no routes",
                 trials.testpmd("macswap")),
            limit("a table of 2^24", f"forward {T}", M)], target=10),
    Figure("P8", "switch, 10,000 addresses", "M/s",
           Op("bench-vnet", "switch-frame", M),
           [Prints("kernel bridge, and two veth pairs",
                   f"@kernel_frames bridge {T}", scale=M, is_alone=True)],
           [Call("DPDK testpmd io, no addresses", trials.testpmd("io"))],
           target=12),
    Figure("P9", "TCP over a chain of ten nodes, hops", "M/s",
           Op("bench-chain", "chain-hop", M),
           [Prints("ns-3 (no checksums)", "@ns3_chain 0.15", scale=M)],
           target=3),
    Figure("P15", "spoofed SYNs, honest clients served", "M/s",
           Op("bench-flood", "syn-flood", M),
           [Prints("kernel with cookies, and a veth pair",
                   f"@kernel_frames syn {T}", scale=M, is_alone=True)],
           [limit("two hashes, two sums", f"syn {T}", M)], target=2),
]

BIG = 65520                # the MTU of who has no segmentation offload

DEVICES = [
    Figure("P10-in", "TAP with offload, bulk from the kernel", "GB/s",
           trials.tap_row("weft", "tap-in-offload"),
           [trials.pasta("in", BIG), trials.slirp("in", BIG)],
           [trials.tap_row("a relay between two TAPs", "relay-offload")],
           target=3.5),
    Figure("P10-out", "TAP with offload, bulk to the kernel", "GB/s",
           trials.tap_row("weft", "tap-out-offload"),
           [trials.pasta("out", BIG), trials.slirp("out", BIG)],
           [trials.tap_row("a relay between two TAPs", "relay-offload")],
           target=3.5),
    Figure("P11-in", "TAP, 1500 octets, bulk from the kernel", "GB/s",
           trials.tap_row("weft", "tap-in"),
           [trials.lwip_tap("in"), trials.pasta("in"), trials.slirp("in")],
           [trials.tap_row("a relay between two TAPs", "relay")],
           target=0.9),
    Figure("P11-out", "TAP, 1500 octets, bulk to the kernel", "GB/s",
           trials.tap_row("weft", "tap-out"),
           [trials.lwip_tap("out"), trials.pasta("out"), trials.slirp("out")],
           [trials.tap_row("a relay between two TAPs", "relay")],
           target=0.9),
    Figure("P11-thread", "the same, received by a thread of the kernel", "GB/s",
           trials.tap_row("weft", "tap-out-thread"),
           [trials.lwip_tap("out"), trials.pasta("out"), trials.slirp("out")],
           target=0.9),
    Figure("P12-spin", "TAP, 64 octets there and back, spinning", "us",
           trials.tap_row("weft", "round-spin", "p50_us"),
           [trials.lwip_tap("round", "spin", 1)],
           [trials.tap_row("a reflector", "round-reflector-spin", "p50_us")],
           target=7.8, more_is_better=False),
    Figure("P12-block", "the same, asleep in between", "us",
           trials.tap_row("weft", "round", "p50_us"),
           [trials.lwip_tap("round", "", 1), trials.pasta("round", scale=1),
            trials.slirp("round", scale=1),
            trials.tap_row("kernel, veth", "round-kernel", "p50_us")],
           [trials.tap_row("a reflector", "round-reflector", "p50_us")],
           target=12.5, more_is_better=False),
]

PROGRAMS = [
    Figure("P13", "nginx and wrk on two lab hosts", "k/s",
           whole.web("weft run", True),
           [whole.web("kernel, loopback", False)],
           [whole.web("a bare relay between the two", False, is_relayed=True)],
           target_ratio=0.6),
    Figure("P13-push", "the same, tcp_nopush off", "k/s",
           whole.web("weft run", True, "off"),
           [whole.web("kernel, loopback", False, "off")],
           [whole.web("a bare relay between the two", False, "off", True)],
           target_ratio=0.6),
    Figure("P14-visit", "weft visit, from start to end", "ms",
           whole.visit("weft", "visit", "http://www.shop.test/"),
           target=50, more_is_better=False),
    Figure("P14-start", "weft --version: the start alone", "ms",
           whole.visit("weft", "--version"), target=10,
           more_is_better=False),
]

SIZES = [
    Figure("Z1", "an idle connection's end, with its socket", "octets",
           whole.held("weft", r"idle again: ([0-9.]+) octets", 200000),
           [lwip("lwIP (no socket, no buffers)", "idle 0 2000", 1, "octets"),
            kernel("slabs", "idle loopback 0 20000", 1, "octets")],
           target=256, more_is_better=False),
    Figure("Z1-rss", "the same, of resident memory", "octets",
           whole.held("weft", r"idle again: .* ([0-9.]+) resident", 200000),
           more_is_better=False),
    Figure("Z2", "connections a second, until 10,000,000 stand", "M/s",
           whole.held("weft", r"opened in ([0-9.]+) s", 10000000,
                      lambda count, s: count / s / 1e6),
           [whole.kernel_opens()], target=10 / 60),
    Figure("Z3", "a connection in TIME-WAIT", "octets",
           Prints("weft", "%sizes time-wait 20000", "octets", turns=2),
           [lwip("lwIP", "time-wait 0 2000", 1, "octets")],
           target=96, more_is_better=False),
    Figure("Z4", "an idle lab host, of 100,000", "KB",
           Prints("weft", "%sizes hosts 100000", "octets", 1e-3, turns=2),
           target=64, more_is_better=False),
    Figure("Z5", "the whole library, for size", "KB",
           whole.library_size("weft", "libweft.so"),
           [whole.lwip_size()], target=400, more_is_better=False),
    Figure("Z5-sockets", "a program with TCP and UDP, all it needs", "KB",
           whole.library_size("weft", "bench/bench-stack"),
           [whole.lwip_size()], target=400, more_is_better=False),
    Figure("Z5-core", "base to io, for size: all that nobody calls, too", "KB",
           whole.core_size("weft"), [whole.lwip_size()],
           more_is_better=False),
]

GROWTH = [Figure(f"G-{c.name}", f"an event among 10,000 {c.among}",
                 "x", whole.growth(c), target=c.factor, more_is_better=False)
          for c in CURVES if c.factor]

FIGURES = BULK + REQUESTS + FRAMES + DEVICES + PROGRAMS + SIZES + GROWTH
