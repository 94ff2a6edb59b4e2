#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tidy.py BUILD [PATH...] - clang-tidy over the tree, only what has changed.

BUILD is a build directory configured for clang (compile_commands.json).  A
file that was clean is not looked at again until it, a header of ours that it
includes (directly or not), its command line or .clang-tidy changes: the hash
of all of these is the name of an empty file in the user's cache
(~/.cache/weft/tidy), which all clones share; one that nobody asked for in a
month goes.  Files are taken largest first by JOBS processes, so that the last
one is a short one.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or
                     os.path.expanduser("~/.cache"), "weft", "tidy")
CACHE_DAYS = 30
OURS = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
SEARCH = [ROOT / "src", ROOT / "include", ROOT / "tests" / "support"]
TIME_LIMIT = 240


@functools.lru_cache(maxsize=None)
def includes(path):
    """The files of ours that @path includes itself."""
    found = []
    for name in OURS.findall(path.read_text(errors="replace")):
        for folder in [path.parent, *SEARCH]:
            if (folder / name).is_file():
                found.append((folder / name).resolve())
                break
    return found


def closure(path):
    seen, todo = set(), [path]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += includes(here)
    return sorted(seen)


@functools.lru_cache(maxsize=None)
def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def key(entry, version):
    whole = hashlib.sha256()
    command = re.sub(r"\S*build\S*", "", entry["command"])
    for text in [version, command, *extra(entry["path"]), digest(ROOT / ".clang-tidy")]:
        whole.update(text.encode())
    for path in closure(entry["path"]):
        whole.update(digest(path).encode())
    return whole.hexdigest()


def extra(path):
    """Tests run under the sanitizers anyway: no walk over all paths there; and
    a helper that makes a frame may ask for all of its fields."""
    if path.is_relative_to(ROOT / "tests"):
        return ["--checks=-clang-analyzer-*,-readability-function-size"]
    return []


def check(entry, build):
    try:
        run = subprocess.run(
            ["clang-tidy", "--quiet", "-p", build, *extra(entry["path"]),
             str(entry["path"])],
            capture_output=True, text=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return entry, 1, f"{entry['path']}: over {TIME_LIMIT} s\n"
    if run.returncode == 0:
        (CACHE / entry["key"]).touch()
    # Standard error says how many warnings of system headers were left out.
    notes = run.stderr if run.returncode and not run.stdout else ""
    return entry, run.returncode, run.stdout + notes


def entries(build, wanted):
    seen = set()
    for e in json.loads((pathlib.Path(build) /
                         "compile_commands.json").read_text()):
        path = pathlib.Path(e["directory"], e["file"]).resolve()
        if path in seen or not path.is_relative_to(ROOT) or \
                path.is_relative_to(pathlib.Path(build).resolve()):
            continue    # twice, or generated
        if wanted and not any(path.is_relative_to(w) for w in wanted):
            continue
        seen.add(path)
        yield {"path": path, "command": e["command"]}


def forget_old():
    for mark in CACHE.iterdir():
        if time.time() - mark.stat().st_mtime > CACHE_DAYS * 86400:
            mark.unlink(missing_ok=True)


def main():
    build = sys.argv[1]
    wanted = [pathlib.Path(p).resolve() for p in sys.argv[2:]]
    CACHE.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], check=True,
                             capture_output=True, text=True).stdout
    todo, clean = [], 0
    for entry in entries(build, wanted):
        entry["key"] = key(entry, version)
        if (CACHE / entry["key"]).exists():
            (CACHE / entry["key"]).touch()
            clean += 1
        else:
            todo.append(entry)
    forget_old()
    todo.sort(key=lambda e: -e["path"].stat().st_size)
    jobs, bad = int(os.environ.get("JOBS", os.cpu_count() or 2)), 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for future in concurrent.futures.as_completed(
                [pool.submit(check, e, build) for e in todo]):
            _, status, text = future.result()
            if status:
                bad += 1
                text = text.replace(str(ROOT) + "/", "")
                print(re.sub(r"(?:build-lint/)?\.\./src/", "src/", text),
                      end="", flush=True)
    print(f"clang-tidy: {len(todo)} files looked at, {clean} unchanged, "
          f"{bad} with findings")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
