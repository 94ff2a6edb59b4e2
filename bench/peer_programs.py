# SPDX-License-Identifier: MIT
"""peer_programs.py - building what drives the peers.

Each program of bench/peers/ is compiled here and not by meson: what it needs
may not be installed, and neither the build of weft nor a run of ./dev bench
may break because of that.  A peer that lacks something says which package.
"""
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent / "peers"
FLAGS = ["-O3", "-Wall", "-Wextra", "-D_GNU_SOURCE"]

# Program or peer -> Debian package.
PACKAGES = {
    "dpdk-testpmd": "dpdk-dev",
    "slirp4netns": "slirp4netns",
    "pasta": "passt",
    "nginx": "nginx-light",
    "wrk": "wrk",
    "ethtool": "ethtool",
    "ip": "iproute2",
    "unshare": "util-linux",
}


class Lacks(Exception):
    """It cannot be built here."""


class Peer:
    """@sources; @header: which must be there; @package: that has it"""

    def __init__(self, sources, header=None, package=None, flags=()):
        self.sources, self.header = sources.split(), header
        self.package, self.flags = package, list(flags)


PEERS = {
    "kernel": Peer("kernel.c kernel_net.c"),
    "kernel_frames": Peer("kernel_frames.c kernel_net.c"),
    "relay": Peer("relay.c"),
    "ends": Peer("ends.c"),
    "lwip": Peer("lwip_duo.c", "/usr/include/lwip/lwip/tcp.h", "liblwip-dev",
                 ["-I/usr/include/lwip", "-llwip", "-lpthread"]),
    "lwip_tap": Peer("lwip_tap.c", "/usr/include/lwip/lwip/tcp.h",
                     "liblwip-dev",
                     ["-I/usr/include/lwip", "-llwip", "-lpthread"]),
    "ns3_chain": Peer("ns3_chain.cc", "/usr/include/ns3/core-module.h",
                      "libns3-dev (and g++)",
                      ["-std=c++17", "-lns3-core", "-lns3-network",
                       "-lns3-internet", "-lns3-point-to-point",
                       "-lns3-applications"]),
}


def is_fresh(path, sources):
    try:
        made = path.stat().st_mtime
    except FileNotFoundError:
        return False
    inputs = sources + list(SOURCE.glob("*.h")) + [pathlib.Path(__file__)]
    return all(x.stat().st_mtime <= made for x in inputs)


def build(name, folder):
    """The path of program @name in @folder; Lacks if it cannot be had."""
    peer = PEERS[name]
    if peer.header and not os.path.exists(peer.header):
        raise Lacks(f"not installed: Debian package {peer.package}")
    sources = [SOURCE / x for x in peer.sources]
    path = folder / name
    if is_fresh(path, sources):
        return path
    folder.mkdir(exist_ok=True)
    is_cxx = sources[0].suffix == ".cc"
    compiler = ["g++"] if is_cxx else ["cc", "-std=gnu17"]
    done = subprocess.run([*compiler, *FLAGS, "-o", path, *sources,
                           *peer.flags], capture_output=True, text=True)
    if done.returncode:
        raise Lacks(f"does not compile here: {done.stderr.strip()[:200]}")
    return path
