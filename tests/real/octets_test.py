# SPDX-License-Identifier: MIT
"""Every frame of a visit, taken apart by a second, independent program.

Python's zlib knows the check sequence of Ethernet; the sums of IP, TCP and UDP
are added up here again, straight from the octets in the log.
"""
import struct
import unittest
import zlib

from weft import Case

ETHER, FCS = 14, 4


def fold(octets):
    """The Internet checksum of octets that contain theirs: 0 when right."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def four(packet):
    """(protocol, pseudo header, payload) of IPv4; no payload: a fragment."""
    payload = packet[(packet[0] & 15) * 4:]
    proto, is_part = packet[9], packet[6] & 0x3f or packet[7]
    return (proto, packet[12:20] + struct.pack(">BBH", 0, proto, len(payload)),
            None if is_part else payload)


def six(packet):
    """The same of IPv6, behind a hop-by-hop header if there is one."""
    proto, payload = packet[6], packet[40:]
    if proto == 0:
        proto, payload = payload[0], payload[8 + payload[1] * 8:]
    return (proto, packet[8:40] + struct.pack(">II", len(payload), proto),
            payload)


class Octets(Case):
    def setUp(self):
        super().setUp()
        self.weft("visit", "http://www.shop.test/")
        self.events = self.log()
        self.frames = [(e, bytes.fromhex(e["frame"])) for e in self.events
                       if "frame" in e]

    def packets(self):
        """(version, packet) of every IP packet, padding cut off."""
        for _, frame in self.frames:
            packet = frame[ETHER:-FCS]
            if frame[12:14] == b"\x08\x00":
                yield 4, packet[:int.from_bytes(packet[2:4], "big")]
            elif frame[12:14] == b"\x86\xdd":
                yield 6, packet[:40 + int.from_bytes(packet[4:6], "big")]

    def test_frame_check_sequence(self):
        """the FCS is the CRC-32 of the frame, and frames are long enough"""
        self.assertGreater(len(self.frames), 100)
        for event, frame in self.frames:
            fcs, = struct.unpack("<I", frame[-FCS:])
            self.assertEqual(zlib.crc32(frame[:-FCS]), fcs, event["n"])
            self.assertGreaterEqual(len(frame), 64, event["n"])

    def test_padding_is_zero(self):
        """what fills a short frame up is zeros"""
        padded = 0
        for event, frame in self.frames:
            start = frame[ETHER:]
            length = {b"\x08\x06": 28,
                      b"\x08\x00": int.from_bytes(start[2:4], "big"),
                      b"\x86\xdd": 40 + int.from_bytes(start[4:6], "big"),
                      }[frame[12:14]]
            pad = start[length:-FCS]
            padded += bool(pad)
            self.assertEqual(pad.strip(b"\0"), b"", event["n"])
        self.assertGreater(padded, 0)

    def test_sums(self):
        """header sums of IPv4, and those of TCP, UDP and ICMPv6, add up"""
        seen = set()
        for version, packet in self.packets():
            proto, pseudo, payload = (four if version == 4 else six)(packet)
            if version == 4:
                self.assertEqual(fold(packet[:(packet[0] & 15) * 4]), 0)
            if proto in (6, 17, 58) and payload is not None:
                self.assertEqual(fold(pseudo + payload), 0)
                seen.add((version, proto))
        self.assertEqual(seen, {(4, 17), (6, 6), (6, 58)})

    def test_causes_point_backwards(self):
        """numbers have no gaps, causes are earlier, time does not go back"""
        last = 0
        for n, event in enumerate(self.events, 1):
            self.assertEqual(event["n"], n)
            self.assertGreaterEqual(event["t"], last)
            last = event["t"]
            if event["cause"] is not None:
                self.assertLess(event["cause"], n)

    def test_every_frame_goes_back_to_the_person(self):
        """from every frame the causes lead back to somebody's action"""
        for event, _ in self.frames:
            while event["cause"] is not None:
                event = self.events[event["cause"] - 1]
            self.assertEqual(event["kind"], "action", event)


if __name__ == "__main__":
    unittest.main()
