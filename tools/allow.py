# SPDX-License-Identifier: MIT
"""allow.py - the list of exceptions that the checks share, tools/allow.txt.

An exception that nothing needs any more is itself an error, so that the list
can only shrink.
"""
import pathlib

LIST = pathlib.Path(__file__).parent / "allow.txt"


class Allow:
    def __init__(self, rules):
        self.entries, self.used, self.bad = {}, set(), 0
        for n, line in enumerate(LIST.read_text().splitlines(), 1):
            entry, _, reason = line.partition("#")
            if not entry.strip():
                continue
            rule, what = entry.split()
            if rule not in rules:
                continue
            if not reason.strip():
                print(f"{LIST}:{n}: an exception needs a reason")
                self.bad += 1
            self.entries[rule, what] = n

    def covers(self, rule, what):
        if (rule, what) in self.entries:
            self.used.add((rule, what))
            return True
        return False

    def finish(self):
        """The number of entries that are wrong or no longer needed."""
        for key, n in self.entries.items():
            if key not in self.used:
                print(f"{LIST}:{n}: {' '.join(key)} is not needed any more")
                self.bad += 1
        return self.bad
