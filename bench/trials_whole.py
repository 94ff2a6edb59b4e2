# SPDX-License-Identifier: MIT
"""trials_whole.py - figures of whole programs: nginx in a lab, a visit, sizes.

As in trials.py, each function returns a contender.
"""
import pathlib
import re
import tempfile

from contender import (ALONE, Call, Failed, Missing, execute, find, last_json,
                       peer_program, wall_ms)

# As short and as fast as a loopback: with the delay of a cable, 16 connections
# would measure that delay.
LAB = """\
name: pair
lans:
  lan: {net: 10.1.0.0/24, delay: 0us, rate: 0, join: [laptop, server]}
nodes:
  laptop: {ip: 10.1.0.10}
  server: {ip: 10.1.0.11}
"""
# The layers of docs/internals that need nothing but a C library.
CORE = ("base", "wire", "core", "link", "ip", "ip6", "udp", "tcp", "sock",
        "inet", "io")
NGINX_CONF = """\
worker_processes 1;
daemon off;
user root;
pid {0}/pid;
error_log {0}/error.log;
events {{ worker_connections 768; }}
http {{
 sendfile on; tcp_nopush {1}; access_log off; root {0};
 keepalive_requests 1000000;
 client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3;
 uwsgi_temp_path {0}/t4; scgi_temp_path {0}/t5;
 server {{ listen 8080; location / {{ try_files $uri =404; }} }}
}}
"""
# wrk asks until nginx answers, then counts; the end of nginx ends all.
ASK = ("n=0; until {wrk} -t1 -c1 -d1 http://{at}/small | "
       "grep -q 'requests in'; do n=$((n+1)); [ $n -lt 200 ] || exit 1; done; "
       "{wrk} -t1 -c16 -d{seconds} http://{at}/small; "
       "kill $(cat pid)")
KERNEL = "ip link set lo up; ip address add 10.1.0.11 dev lo; ({serve}) & {ask}"
# The least that a third process between the two costs.
RELAY = "{relay} 8081 8080 & "


def web(name, is_weft, nopush="on", is_relayed=False):
    """Requests a second, thousands, of nginx by wrk: 16 connections.

    @nopush: nginx's tcp_nopush, "on" or "off".
    """
    def measure(setting):
        seconds = 1 if setting.is_quick else 2
        with tempfile.TemporaryDirectory() as folder:
            conf = pathlib.Path(folder) / "nginx.conf"
            conf.write_text(NGINX_CONF.format(folder, nopush))
            (pathlib.Path(folder) / "small").write_text("hello\n")
            lab = pathlib.Path(folder) / "lab.yaml"
            lab.write_text(LAB)
            pathlib.Path(folder).chmod(0o755)
            serve = f"exec {find('nginx')} -c {conf} -e {folder}/error.log"
            ask = ASK.format(wrk=find("wrk"), seconds=seconds,
                             at="127.0.0.1:8081" if is_relayed
                             else "10.1.0.11:8080")
            if is_relayed:
                ask = RELAY.format(relay=peer_program("relay", setting)) + ask
            if is_weft:
                argv = [setting.weft, "run", lab, "laptop", "--", "sh", "-c",
                        ask, "++", "server", "--", "sh", "-c", serve]
            else:
                argv = ["sh", "-c", KERNEL.format(serve=serve, ask=ask)]
            out = execute([*ALONE, *argv], 60, cwd=folder)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
        if not rate:
            raise Failed(f"wrk: {out[-200:]}")
        return float(rate[1]) / 1e3
    return Call(name, measure)


def visit(name, *words):
    """Milliseconds of the clock for a whole run of the program."""
    def measure(setting):
        with tempfile.TemporaryDirectory() as folder:
            return wall_ms([setting.weft, *words], cwd=folder)
    return Call(name, measure)


def held(name, pattern, count, scale=1, turns=1):
    """A number of what bench-million prints of so many connections."""
    def measure(setting):
        many = min(count, 200000) if setting.is_quick else count
        out = execute([setting.bench / "bench-million", "held", many])
        if "SKIPPED" in out:
            raise Missing(out.strip().splitlines()[-1])
        found = re.search(pattern, out)
        if not found:
            raise Failed(f"bench-million: {out[-200:]}")
        return scale(many, float(found[1])) if callable(scale) else (
            float(found[1]) * scale)
    return Call(name, measure, turns)


def kernel_opens(turns=2):
    """Connections opened a second, both ends in one process, millions."""
    def measure(setting):
        argv = [*ALONE, peer_program("kernel", setting), "idle", "loopback",
                0, 20000]
        got = last_json(execute(argv))
        return got["count"] / got["seconds"] / 1e6
    return Call("kernel, loopback, 30,000 held", measure, turns)


def octets_of(path):
    """Code and data of a program or library, thousands of octets."""
    out = execute([find("size"), path])
    text, data = out.splitlines()[1].split()[:2]
    return (int(text) + int(data)) / 1e3


def small_build(setting):
    """A build for size, which tools/dev.d/bench.sh makes: only what nobody
    calls is left out."""
    folder = setting.build.parent / "build-size"
    if not (folder / "libweft.so").exists():
        raise Missing("build-size/ is not there: ./dev bench Z5 makes it")
    return folder


def library_size(name, target):
    return Call(name, lambda setting: octets_of(small_build(setting) / target),
                turns=1)


def core_size(name):
    """All functions of the core's layers, whether anybody calls them or not."""
    def measure(setting):
        folder, = small_build(setting).glob("libweft.so.*.p")
        return sum(octets_of(path) for path in folder.glob("src_*.o")
                   if path.name.split("_")[1] in CORE)
    return Call(name, measure, turns=1)


def growth(curve):
    """How an event's instructions grow from ten idle things to many."""
    def measure(setting):
        find("valgrind")
        return curve.growth(setting.build, 10,
                            100 if setting.is_quick else 10000)
    return Call("weft", measure, turns=1)


def lwip_size():
    def measure(setting):
        for path in pathlib.Path("/usr/lib").glob("*/liblwip.so.0"):
            return octets_of(path)
        raise Missing("not installed: Debian package liblwip-dev")
    return Call("lwIP, all of it", measure, turns=1)
