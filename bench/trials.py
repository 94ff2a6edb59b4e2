# SPDX-License-Identifier: MIT
"""trials.py - contenders that take more than to run a program and read.

Each function takes what is to be varied and returns a function of the setting
(contender.py), which does it once and returns a number.
"""
import os
import re
import select
import signal
import subprocess
import time

from contender import (ALONE, Call, Failed, execute, find, last_json,
                       peer_program)

# DPDK without huge pages and without devices: two ports that invent frames,
# copy them as a driver would, and throw away what is sent.
TESTPMD = ["--no-huge", "-m", "256", "--no-pci", "--no-shconf",
           "--no-telemetry", "--log-level", "error", "-l", "0,1",
           "--vdev=net_null0,size=64,copy=1", "--vdev=net_null1,size=64,copy=1",
           "--", "--no-flush-rx", "--total-num-mbufs=8192", "-i"]


def process_cpu_s(pid):
    """Processor seconds of a process that is running."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_until(pipe, word, limit_s=30):
    """What comes until @word does."""
    text, end = "", time.monotonic() + limit_s
    while word not in text:
        left = end - time.monotonic()
        more = ""
        if left > 0 and select.select([pipe], [], [], left)[0]:
            more = os.read(pipe.fileno(), 65536).decode(errors="replace")
        if not more:
            raise Failed(f"testpmd: {text.strip()[-200:]}")
        text += more
    return text


def talk_to_testpmd(child, mode, seconds):
    """Frames sent per processor second of the forwarding thread."""
    def say(line):
        child.stdin.write(line.encode() + b"\n")
        child.stdin.flush()

    read_until(child.stdout, "testpmd>")
    say(f"set fwd {mode}")
    read_until(child.stdout, "testpmd>")
    before = process_cpu_s(child.pid)
    say("start")
    time.sleep(seconds)
    say("stop")
    text = read_until(child.stdout, "Done.")
    spent = process_cpu_s(child.pid) - before
    total = re.search(r"Accumulated forward statistics for all ports.*?"
                      r"TX-packets:\s*(\d+)", text, re.S)
    if not total or spent <= 0:
        raise Failed(f"testpmd: {text[-200:]}")
    return int(total[1]) / spent / 1e6


def testpmd(mode):
    """DPDK's forwarding loop between two null devices, millions a second."""
    def measure(setting):
        child = subprocess.Popen(
            ["stdbuf", "-o0", find("dpdk-testpmd"), *TESTPMD], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            bufsize=0, start_new_session=True)
        try:
            return talk_to_testpmd(child, mode, max(setting.seconds, 0.3))
        finally:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    return measure


# What the kernel's ends do, by direction as weft's rows name it: "in" is into
# the stack behind the device.
ENDS = {"in": "send {to} 5001 {s}", "out": "recv {to} 5002 {s}",
        "round": "rounds {to} 5003 {s}"}

SERVE = "{ends} sink 5001 & {ends} source 5002 & {ends} echo 5003 &"

# lwIP is the host at 10.1.0.2, on a device that the kernel has at 10.1.0.1.
LWIP = """set -e
ip link set lo up
ip tuntap add weft0 mode tap
ip address add 10.1.0.1/24 dev weft0
ip link set weft0 mtu 1500 up
{lwip_tap} weft0 {spin} &
{ends} {work}
"""

# A namespace whose only way out is slirp4netns; its 10.0.2.2 is our loopback.
SLIRP = """ip link set lo up
{serve}
unshare -n sleep 100 &
inner=$!
while [ "$(readlink /proc/$inner/ns/net)" = "$(readlink /proc/self/ns/net)" ]
do :; done
{slirp4netns} -c --mtu={mtu} $inner tap0 >/dev/null 2>&1 &
slirp=$!
until nsenter -t $inner -n ip address show tap0 2>/dev/null | grep -q 10.0.2
do kill -0 $slirp || exit 1; done
exec nsenter -t $inner -n {ends} {work}
"""

# The same with pasta, which takes its addresses from an interface that has a
# default route; the gateway's address is our loopback.
PASTA = """ip link set lo up
ip link add d0 type veth peer name d1
ip link set d1 up
ip address add 192.0.2.2/24 dev d0
ip link set d0 up
ip route add default via 192.0.2.1
{serve}
{pasta} -q -f --runas 0 --config-net -t none -u none -m {mtu} -- \\
    {ends} {work} 2>/dev/null
"""


def behind_tap(name, script, to, work, mtu=1500, spin="", scale=1e-9):
    """A Call: somebody else's stack behind a TAP device, the kernel's sockets
    at the ends.  @work is a key of ENDS."""
    def measure(setting):
        words = {"ends": peer_program("ends", setting), "mtu": mtu,
                 "spin": spin}
        find("ip")
        for program in ("slirp4netns", "pasta"):
            if "{" + program + "}" in script:
                words[program] = find(program)
        if "{lwip_tap}" in script:
            words["lwip_tap"] = peer_program("lwip_tap", setting)
        words["work"] = ENDS[work].format(to=to, s=setting.seconds)
        words["serve"] = SERVE.format(**words)
        out = execute([*ALONE, "sh", "-c", script.format(**words)], 30)
        return next(iter(last_json(out).values())) * scale
    return Call(name, measure)


def lwip_tap(work, spin="", scale=1e-9):
    return behind_tap("lwIP" + (", spins" if spin else ""), LWIP, "10.1.0.2",
                      work, spin=spin, scale=scale)


def slirp(work, mtu=1500, scale=1e-9):
    return behind_tap("slirp4netns", SLIRP, "10.0.2.2", work, mtu,
                      scale=scale)


def pasta(work, mtu=1500, scale=1e-9):
    return behind_tap("passt (as pasta)", PASTA, "192.0.2.1", work, mtu,
                      scale=scale)


def tap_row(name, row, key="gb_per_s"):
    """A Call: a row of tap-figures; weft's own, a relay, a reflector."""
    def measure(setting):
        find("ip")
        seconds = max(setting.seconds, 0.5)
        out = execute([*ALONE, setting.bench / "tap-figures", row, seconds],
                      30)
        return last_json(out)[key]
    return Call(name, measure)
