# SPDX-License-Identifier: MIT
"""contender.py - the ways of measuring one side of a figure.

A contender is weft or one of its peers.  It has a name and measure(), which
does the work once and returns a number in the figure's unit.  Whoever calls
it (figures.py) takes turns between all contenders of a figure, so that what
else the machine does falls on each of them alike.

What runs in one process is counted in processor time: waiting for the
processor is not its fault.  What runs in several is counted by the clock.
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

import bench
import peer_programs

TIME_LIMIT = 300

# Namespaces that lead nowhere; whatever was started in them ends with them.
ALONE = ["unshare", "-Urn", "--pid", "--fork", "--kill-child", "--mount-proc"]


class Missing(Exception):
    """A contender cannot run here; says why, and which package would help."""


class Failed(Exception):
    """A contender ran and did not do what it should."""


class Setting:
    """Where things are, and how long one turn of a contender should take.

    @build: build directory; @is_quick: fewer and shorter turns
    """

    def __init__(self, build, is_quick):
        self.build = pathlib.Path(build).resolve()
        self.bench = self.build / "bench"
        self.weft = self.build / "weft"
        self.peers = self.build / "peers"
        self.is_quick = is_quick
        self.seconds = 0.1 if is_quick else 0.4


def execute(argv, limit=TIME_LIMIT, **more):
    """Run to its end and return what it prints; at @limit it is killed, and
    so is all that it started."""
    child = subprocess.Popen(
        [str(x) for x in argv], text=True, stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True, **more)
    try:
        out, err = child.communicate(timeout=limit)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as why:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        if isinstance(why, KeyboardInterrupt):
            raise
        raise Failed(f"{pathlib.Path(argv[0]).name}: not done in {limit} s")
    if child.returncode == 77:
        raise Missing(err.strip().splitlines()[-1] if err.strip()
                      else "not possible here")
    if child.returncode:
        last = (err.strip() or out.strip()).splitlines()[-1:] or ["no word"]
        raise Failed(f"{' '.join(map(str, argv[:4]))}: exit status "
                     f"{child.returncode}: {last[0]}")
    return out


def last_json(text):
    """The last line, which is an object of JSON."""
    return json.loads(text.strip().splitlines()[-1])


def find(program):
    """Where a program of somebody else's is, or Missing."""
    path = shutil.which(program) or shutil.which(
        program, path="/usr/sbin:/sbin")
    if not path:
        raise Missing("not installed: Debian package "
                      + peer_programs.PACKAGES.get(program, program))
    return path


class Op:
    """An operation of a bench program, per second of processor time: two
    counts are run, so that set-up cancels out.

    @scale: from operations per second to the unit of the figure
    @may_count: instructions of one are counted, too, by callgrind
    """

    def __init__(self, program, name, scale, may_count=True):
        self.name, self.scale = "weft", scale
        self.program, self.operation = program, name
        self.may_count, self.count = may_count, 0

    def calibrate(self, path, setting):
        count, setup = bench.COUNTS[0], self.run(path, 1)
        spent = self.run(path, count) - setup
        while spent < setting.seconds / 10 and count < 1 << 34:
            count *= 8
            spent = self.run(path, count) - setup
        self.count = int(count * setting.seconds / spent) + 1

    def run(self, path, count):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        execute([path, self.operation, count])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime
                - before.ru_utime - before.ru_stime)

    def measure(self, setting):
        path = setting.bench / self.program
        if not self.count:
            self.calibrate(path, setting)
        few = self.count // 8
        spent = self.run(path, self.count) - self.run(path, few)
        return (self.count - few) / max(spent, 1e-9) * self.scale

    def instructions(self, setting):
        if not self.may_count:
            return None
        return bench.instructions_each(setting.bench / self.program,
                                       self.operation)


class Prints:
    """A program that measures itself and prints an object of JSON.

    Words of @argv: "%NAME" is a program of bench/, "@NAME" one of
    bench/peers/, "{seconds}" the length of a turn, "{weft}" the program weft.
    @key: of the object; @scale: from it to the unit of the figure
    @is_alone: runs in namespaces of its own
    @counted: the first words for counting instructions: a count follows
    """

    def __init__(self, name, argv, key="rate", scale=1, is_alone=False,
                 counted=None, turns=None):
        self.name, self.argv, self.key = name, argv.split(), key
        self.scale, self.is_alone, self.counted = scale, is_alone, counted
        self.turns = turns

    def words(self, setting):
        for word in self.argv:
            if word.startswith("%"):
                yield setting.bench / word[1:]
            elif word.startswith("@"):
                yield peer_program(word[1:], setting)
            else:
                yield word.format(seconds=setting.seconds, weft=setting.weft)

    def measure(self, setting):
        argv = list(self.words(setting))
        if self.is_alone:
            find("unshare")
            argv = ALONE + argv
        return last_json(execute(argv))[self.key] * self.scale

    def instructions(self, setting):
        if not self.counted:
            return None
        program, *names = self.counted.split()
        return bench.instructions_each(setting.bench / program, names)


class Call:
    """What a function of ours measures: it takes the setting."""

    def __init__(self, name, function, turns=None):
        self.name, self.function, self.turns = name, function, turns

    def measure(self, setting):
        return self.function(setting)

    def instructions(self, setting):
        return None


def peer_program(name, setting):
    """One of bench/peers/, built now if it was not; or Missing."""
    try:
        return peer_programs.build(name, setting.peers)
    except peer_programs.Lacks as why:
        raise Missing(str(why)) from None


def wall_ms(argv, **more):
    """How long a program takes by the clock, in milliseconds."""
    begin = time.monotonic()
    execute(argv, **more)
    return (time.monotonic() - begin) * 1e3
