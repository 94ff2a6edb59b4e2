#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed.py OUT ROOT FILE... - files become a table in C.

The table is `const struct lab_file lab_default_files[]` (lab/file.h); names
are relative to ROOT, and the last row has none.  What a program carries in
itself it can use from any folder.
"""
import pathlib
import sys


def array(data):
    rows = [data[i:i + 12] for i in range(0, len(data), 12)]
    return "".join("\t" + " ".join(f"0x{b:02x}," for b in row) + "\n"
                   for row in rows)


def main(out, root, *files):
    text = ["/* Made by tools/embed.py. */\n", '#include "lab/file.h"\n\n']
    rows = []
    for i, name in enumerate(files):
        path = pathlib.Path(name).resolve()
        data = path.read_bytes()
        text.append(f"static const unsigned char file_{i}[] = {{\n"
                    f"{array(data)}\t0,\n}};\n\n")
        short = path.relative_to(pathlib.Path(root).resolve()).as_posix()
        rows.append(f'\t{{"{short}", file_{i}, {len(data)}}},\n')
    text.append("const struct lab_file lab_default_files[] = {\n"
                + "".join(rows) + "\t{0},\n};\n")
    pathlib.Path(out).write_text("".join(text))


if __name__ == "__main__":
    main(*sys.argv[1:])
