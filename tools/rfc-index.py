#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rfc-index.py [--check] - docs/rfc.md: from a requirement to code and test.

Comments cite the specification as `RFC 9293, 3.10.7.4`.  This program collects
the citations of src/, include/ and tests/ and writes one table for each RFC:
section, code, tests; where docs/requirements/ lists the RFC's requirements, a
second one of these (requirements.py).  With --check it writes nothing and fails when a
citation was added, dropped or moved to another file since the page was
written; lines that only moved within their file do not make the page stale.
"""
import pathlib
import re
import sys

import requirements

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rfc.md"
# "RFC 9293, 3.10.7.4", also when the line breaks in between.
BREAK = r"(?:[ \t]+|[ \t]*\n[ \t]*(?:\*|//|#)?[ \t]*)"
SECTION = (r"(?:(?:\d+|[A-Z])(?:\.\d+)+"            # 3.10.7.4, A.2
           r"|\d+(?=[,;:)\"'*]|\.?\s*(?:\n|$|\*/)))")   # 5, at an end
CITATION = re.compile(r"\bRFC" + BREAK + r"(\d{3,5})"
                      r"(?:," + BREAK + "(" + SECTION + "))?")

TITLES = {
    "768": "User Datagram Protocol", "791": "Internet Protocol",
    "792": "Internet Control Message Protocol",
    "793": "Transmission Control Protocol (old)",
    "826": "Address Resolution Protocol",
    "854": "Telnet", "894": "IP over Ethernet",
    "903": "Reverse ARP", "919": "Broadcasting", "922": "Broadcasting, subnets",
    "950": "Subnetting", "959": "File Transfer Protocol",
    "1034": "Domain names, concepts", "1035": "Domain names, implementation",
    "1042": "IP over IEEE 802", "1071": "Computing the Internet checksum",
    "1112": "Host extensions for IP multicasting",
    "1122": "Requirements for hosts", "1191": "Path MTU discovery",
    "1256": "ICMP router discovery", "1321": "MD5",
    "1332": "IPCP", "1334": "PAP", "1337": "TIME-WAIT assassination",
    "1350": "TFTP", "1570": "LCP extensions", "1624": "Incremental checksums",
    "1661": "Point-to-Point Protocol", "1662": "PPP in HDLC-like framing",
    "1812": "Requirements for routers", "1939": "POP3", "1994": "CHAP",
    "2018": "Selective acknowledgement", "2131": "DHCP",
    "2132": "DHCP options", "2236": "IGMPv2", "2308": "Negative DNS caching",
    "2347": "TFTP options", "2348": "TFTP block size",
    "2464": "IPv6 over Ethernet", "2474": "Differentiated services field",
    "2663": "NAT terminology", "2710": "MLD", "2827": "Ingress filtering",
    "2883": "Duplicate SACK", "3022": "Traditional NAT",
    "3042": "Limited transmit", "3168": "Explicit congestion notification",
    "3376": "IGMPv3", "3390": "Larger initial window",
    "3704": "Ingress filtering, multihomed", "3810": "MLDv2",
    "3927": "IPv4 link-local addresses", "3986": "URI syntax",
    "4291": "IPv6 addressing", "4443": "ICMPv6",
    "4541": "IGMP and MLD snooping", "4787": "NAT behaviour for UDP",
    "4821": "Packetization layer path MTU discovery",
    "4861": "Neighbour discovery", "4862": "IPv6 stateless autoconfiguration",
    "4884": "Extended ICMP", "4953": "TCP spoofing defences",
    "4954": "SMTP authentication", "4987": "SYN flooding",
    "5227": "IPv4 address conflict detection",
    "5321": "SMTP", "5382": "NAT behaviour for TCP",
    "5461": "TCP's reaction to soft errors",
    "5508": "NAT behaviour for ICMP", "5681": "TCP congestion control",
    "5722": "Overlapping IPv6 fragments", "5735": "Special IPv4 addresses",
    "5927": "ICMP attacks against TCP", "5961": "Blind in-window attacks",
    "6056": "Port randomisation", "6093": "Urgent mechanism",
    "6191": "Reducing TIME-WAIT with timestamps",
    "6265": "HTTP cookies", "6298": "Retransmission timer",
    "6455": "WebSocket", "6528": "Initial sequence numbers",
    "6582": "NewReno", "6583": "Neighbour discovery problems",
    "6633": "Source quench deprecated", "6675": "Loss recovery with SACK",
    "6691": "MSS option", "6724": "IPv6 address selection",
    "6864": "IPv4 ID field", "6890": "Special addresses",
    "6918": "Deprecated ICMP types", "6928": "Initial window of ten",
    "6937": "Proportional rate reduction", "6980": "ND fragmentation",
    "7217": "Stable opaque interface identifiers",
    "7323": "Window scale and timestamps", "7414": "TCP roadmap",
    "7739": "Predictable fragment identification",
    "7766": "DNS over TCP", "7873": "DNS cookies",
    "8020": "NXDOMAIN", "8085": "UDP usage", "8200": "IPv6",
    "8201": "IPv6 path MTU discovery", "8446": "TLS 1.3",
    "8504": "IPv6 nodes", "8899": "Datagram path MTU discovery",
    "8961": "Retransmission timers", "8985": "RACK-TLP",
    "9000": "QUIC", "9110": "HTTP semantics", "9111": "HTTP caching",
    "9112": "HTTP/1.1", "9293": "Transmission Control Protocol",
    "9406": "HyStart++", "9438": "CUBIC",
}


def citations():
    """(rfc, section, path, line) of every citation, each line once."""
    found = set()
    for root in ("src", "include", "tests", "bench"):
        for path in sorted((ROOT / root).rglob("*")):
            if path.suffix not in (".c", ".h", ".py", ".yaml", ".pkt"):
                continue
            text = path.read_text(errors="replace")
            for m in CITATION.finditer(text):
                line = text.count("\n", 0, m.start()) + 1
                found.add((m.group(1), m.group(2) or "",
                           str(path.relative_to(ROOT)), line))
    return found


def order(section):
    return [(0, int(x), "") if x.isdigit() else (1, 0, x)
            for x in section.split(".") if x]


def places(found, rfc, section, tests):
    out, last = [], None
    for _, _, path, line in sorted(
            f for f in found if f[:2] == (rfc, section)
            and f[2].startswith("tests/") == tests):
        text = f":{line}" if path == last else \
            f"{path.removeprefix('src/').removeprefix('tests/')}:{line}"
        out.append(f"[{text}](../{path}#L{line})")
        last = path
    return " ".join(out) or "-"


def page(found):
    lines = ["# From the RFC to the code",
             "",
             "Written by `./dev docs` from the citations in the comments; do "
             "not edit. Paths in",
             "the column *code* are below `src/`, in the column *tests* below "
             "`tests/`.", ""]
    for rfc in sorted({f[0] for f in found}, key=int):
        title = TITLES.get(rfc, "")
        lines += [f"## RFC {rfc}{': ' + title if title else ''}", "",
                  "| section | code | tests |", "|---|---|---|"]
        for section in sorted({f[1] for f in found if f[0] == rfc},
                              key=order):
            lines.append(f"| {section or '(whole)'} "
                         f"| {places(found, rfc, section, False)} "
                         f"| {places(found, rfc, section, True)} |")
        lines += required(rfc)
        lines.append("")
    return "\n".join(lines)


def required(rfc):
    """The table of an RFC's requirements, if they are listed."""
    if not (ROOT / "docs" / "requirements" / f"rfc{rfc}.txt").exists():
        return []
    return ["", f"### RFC {rfc}: every requirement", "",
            *requirements.table(requirements.load(ROOT, rfc))]


def missing():
    """What the lists of requirements name and the tree does not have."""
    return [f"RFC {rfc} {problem}"
            for path in (ROOT / "docs" / "requirements").glob("rfc*.txt")
            for rfc in [path.stem.removeprefix("rfc")]
            for problem in requirements.problems(requirements.load(ROOT, rfc))]


LINK = re.compile(r"\[[^\]]*\]\(([^)#]*)#L\d+\)")


def without_lines(text):
    """What has to agree: which files cite a section, not on which lines."""
    out = []
    for line in text.splitlines():
        cells = [" ".join(sorted(set(LINK.findall(c)))) or c.strip()
                 for c in line.split("|")]
        out.append("|".join(cells))
    return out


def main():
    text = page(citations())
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text)
        return 0
    gaps = missing()
    if gaps:
        print("\n".join(gaps))
        return 1
    have = PAGE.read_text() if PAGE.exists() else ""
    if without_lines(have) == without_lines(text):
        return 0
    print(f"{PAGE.relative_to(ROOT)} is stale: run ./dev docs")
    return 1


if __name__ == "__main__":
    sys.exit(main())
