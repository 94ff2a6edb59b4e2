# SPDX-License-Identifier: MIT
"""Chromium loads a page with fifty resources from weft, over a TAP device; it
looks as the same page does from a server on the kernel."""
import collections
import functools
import http.server
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import threading
import unittest
import zlib

from wire import HOST, KERNEL, TIME_LIMIT, WireCase, setUpModule

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
STYLES, SCRIPTS, IMAGES, FONTS = 15, 15, 15, 5
CELL, COLUMNS = 40, 10
WIDTH, HEIGHT = CELL * COLUMNS, CELL * 5


def color(i):
    """Fifty that nobody mistakes for each other, nor for white."""
    return (i * 37 % 200 + 20, i * 91 % 200 + 20, i * 53 % 200 + 20)


def css(rgb):
    return "#%02x%02x%02x" % rgb


def png(rgb):
    """An image of CELL times CELL."""
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))

    row = b"\0" + bytes(rgb) * CELL
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", CELL, CELL, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * CELL)) + chunk(b"IEND", b""))


def font(name):
    """A TrueType font whose letter A is a full square, and that has no other."""
    em = 1000
    box = struct.pack(">hhhhh", 1, 0, 0, em, em)
    square = (box + struct.pack(">HH", 3, 0) + b"\1\1\1\1"
              + struct.pack(">hhhh", 0, 0, em, 0)
              + struct.pack(">hhhh", 0, em, 0, -em))
    names = b"".join(struct.pack(">HHHHHH", 3, 1, 0x409, i, 2 * len(name), 0)
                     for i in (1, 2, 4, 6))
    cmap = struct.pack(">HHHHHHH", 4, 32, 0, 4, 4, 1, 0) + struct.pack(
        ">HHHHHhhHH", 65, 0xffff, 0, 65, 0xffff, -64, 1, 0, 0)
    tables = {
        b"OS/2": struct.pack(">HhHHH", 4, em, 400, 5, 0) + bytes(20)
        + bytes(2) + bytes(10) + bytes(16) + b"weft"
        + struct.pack(">HHHhhhHHIIhhHHH", 64, 65, 65, em, 0, 0, em, 0, 1, 0,
                      em, em, 0, 32, 1),
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 1, 12) + cmap,
        b"glyf": square,
        b"head": struct.pack(">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0,
                             0x5f0f3cf5, 3, em, 0, 0, 0, 0, em, em, 0, 8, 2, 1,
                             0),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, em, 0, 0, em, 0, 0,
                             em, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", em, 0, em, 0),
        b"loca": struct.pack(">III", 0, 0, len(square)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 4, 1, 0, 0, 1, 0,
                             0, 0, 0, 0, 0, 0, 0),
        b"name": struct.pack(">HHH", 0, 4, 6 + len(names)) + names
        + name.encode("utf-16-be"),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 1, 0, 0, 0, 0),
    }
    at = 12 + 16 * len(tables)
    head = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3,
                       16 * len(tables) - 128)
    body = b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded))
        head += tag + struct.pack(">III", total & 0xffffffff, at + len(body),
                                  len(data))
        body += padded
    return head + body


def make_site(folder):
    """index.html and fifty files beside it, each of which colors one cell."""
    links, cells, files = [], [], {}
    count = 0

    def cell(attributes="", content=""):
        nonlocal count
        cells.append(f'<div class="cell" id="c{count}"{attributes}>{content}'
                     '</div>')
        count += 1

    for i in range(STYLES):
        files[f"s{i}.css"] = (f"#c{count} {{ background: "
                              f"{css(color(count))} }}\n")
        links.append(f'<link rel="stylesheet" href="s{i}.css">')
        cell()
    for i in range(SCRIPTS):
        files[f"j{i}.js"] = (f'document.getElementById("c{count}").style'
                             f'.background = "{css(color(count))}";\n')
        links.append(f'<script defer src="j{i}.js"></script>')
        cell()
    for i in range(IMAGES):
        files[f"i{i}.png"] = png(color(count))
        cell(content=f'<img src="i{i}.png">')
    fonts = ""
    for i in range(FONTS):
        files[f"f{i}.ttf"] = font(f"square{i}")
        fonts += (f'@font-face {{ font-family: square{i}; '
                  f'src: url(f{i}.ttf); }}\n')
        cell(f' style="font-family: square{i}; color: {css(color(count))}"',
             "A")
    files["index.html"] = f"""<!DOCTYPE html>
<html><head><title>weft</title><link rel="icon" href="data:,">
<style>{fonts}
body {{ margin: 0; width: {WIDTH}px }}
.cell {{ float: left; width: {CELL}px; height: {CELL}px; overflow: hidden;
font-size: {CELL}px; line-height: {CELL}px }}
img {{ display: block }}
</style>{"".join(links)}</head><body>{"".join(cells)}</body></html>
"""
    for name, data in files.items():
        (folder / name).write_bytes(data if isinstance(data, bytes)
                                    else data.encode())
    return sorted(files)


def unfilter(kind, row, above, size):
    """A row of a PNG as it was (PNG, 9.2)."""
    for i, value in enumerate(row):
        a = row[i - size] if i >= size else 0
        b = above[i]
        c = above[i - size] if i >= size else 0
        if kind == 1:
            value += a
        elif kind == 2:
            value += b
        elif kind == 3:
            value += (a + b) // 2
        elif kind == 4:
            value += min((a, b, c), key=lambda x: abs(a + b - c - x))
        row[i] = value & 255


def pixels(path):
    """Rows of (red, green, blue)."""
    data = path.read_bytes()
    at, body = 8, b""
    while at < len(data):
        n, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IHDR":
            width, height, depth, kind = struct.unpack(
                ">IIBB", data[at + 8:at + 18])
        elif name == b"IDAT":
            body += data[at + 8:at + 8 + n]
        at += 12 + n
    size = {2: 3, 6: 4}[kind]
    assert depth == 8
    raw = zlib.decompress(body)
    rows, above = [], bytearray(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        row = bytearray(raw[start + 1:start + 1 + width * size])
        if raw[start]:
            unfilter(raw[start], row, above, size)
        rows.append([tuple(row[x * size:x * size + 3]) for x in range(width)])
        above = row
    return rows


class Asked(http.server.SimpleHTTPRequestHandler):
    """The kernel's server; writes down what it was asked for."""
    protocol_version = "HTTP/1.1"
    paths = collections.Counter()

    def log_message(self, *args):
        Asked.paths[self.path] += 1


@unittest.skipUnless(CHROMIUM, "there is no chromium here")
class Browser(WireCase):
    def shoot(self, url, name):
        """A picture of the page."""
        picture = self.folder / name
        home = self.folder / "home"
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--hide-scrollbars",
             "--disable-background-networking", "--disable-sync",
             "--disable-component-update", "--no-first-run",
             "--force-device-scale-factor=1", f"--user-data-dir={home}",
             f"--window-size={WIDTH},{HEIGHT}", "--virtual-time-budget=20000",
             f"--screenshot={picture}", url],
            capture_output=True, text=True, timeout=TIME_LIMIT,
            env={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(picture.exists(), done.stderr)
        return pixels(picture)

    def kernel_serves(self, site):
        handler = functools.partial(Asked, directory=str(site))
        server = http.server.ThreadingHTTPServer((KERNEL, 8080), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)

    def look(self, options):
        site = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        names = make_site(site)
        self.assertEqual(len(names), 51)
        self.up("--serve", site, *options)
        self.kernel_serves(site)
        ours = self.shoot(f"http://{HOST}/index.html", "ours.png")
        theirs = self.shoot(f"http://{KERNEL}:8080/index.html", "theirs.png")
        # Every cell has the color that its own file gives it.
        for i in range(50):
            y, x = i // COLUMNS * CELL + CELL // 2, i % COLUMNS * CELL
            self.assertEqual(ours[y][x + CELL // 2], color(i), f"cell {i}")
        self.assertEqual(ours, theirs)
        for name in names:
            self.assertEqual(Asked.paths[f"/{name}"], 1, name)
        Asked.paths.clear()

    def test_page(self):
        """a page of fifty resources looks as from the kernel's server"""
        self.look(self.wire())

    def test_page_offload(self):
        """the same with checksums and segmentation left to the device"""
        self.look(self.wire(offload=True))


if __name__ == "__main__":
    unittest.main()
